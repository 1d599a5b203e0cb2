import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// All files at and below some paths: one path after another, in each folder by name. Links are followed, and each
/// folder is entered once, so that links in a circle end. Only the names of the folders on the way are held.
struct FileWalk: Sendable {
    enum Found: Sendable {
        /// A file, and its length in bytes.
        case file(FilePath, bytes: Int)
        /// Neither a file nor a folder: a socket, a device.
        case special(FilePath)
        /// What can't be looked into, and why.
        case unreadable(FilePath, Errno)
    }

    private struct Level {
        var folder: FilePath
        var names: FileNames
        var next = 0
    }
    private struct Identity: Hashable {
        var device: UInt64
        var number: UInt64
    }

    private var roots: ArraySlice<FilePath>
    private var levels: [Level] = []
    private var entered: Set<Identity> = []

    init(_ roots: [FilePath]) { self.roots = roots[...] }

    mutating func next() -> Found? {
        while let path = nextPath() {
            var info = stat()
            guard path.withPlatformString({ stat($0, &info) }) == 0 else { return .unreadable(path, Errno(rawValue: errno)) }
            switch info.st_mode & S_IFMT {
            case S_IFREG: return .file(path, bytes: Int(info.st_size))
            case S_IFDIR:
                guard entered.insert(Identity(device: UInt64(info.st_dev), number: UInt64(info.st_ino))).inserted else { continue }
                do { levels.append(Level(folder: path, names: try FileNames(in: path))) } catch {
                    return .unreadable(path, error as? Errno ?? .ioError)
                }
            default: return .special(path)
            }
        }
        return nil
    }

    private mutating func nextPath() -> FilePath? {
        while let level = levels.last {
            guard level.next < level.names.count else {
                levels.removeLast()
                continue
            }
            levels[levels.count - 1].next += 1
            if let name = level.names[level.next] { return level.folder.appending(name) }
        }
        return roots.popFirst()
    }
}
