import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The names in a folder, byte by byte as they are, in the order of their bytes. A name costs some bytes more than its
/// length, so that a folder of a million files fits.
struct FileNames: RandomAccessCollection, Sendable {
    private var text: [CChar] = []
    private var starts: [Int32] = []

    /// - Throws: `Errno` where the folder can't be read.
    init(in folder: FilePath) throws {
        guard let stream = folder.withPlatformString({ opendir($0) }) else { throw Errno(rawValue: errno) }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            withUnsafeBytes(of: &entry.pointee.d_name) { name in
                let bytes = name.prefix { $0 != 0 }
                if bytes.elementsEqual(".".utf8) || bytes.elementsEqual("..".utf8) { return }
                starts.append(Int32(clamping: text.count))
                text += bytes.map { CChar(bitPattern: $0) } + [0]
            }
        }
        text.withUnsafeBufferPointer { text in
            guard let base = text.baseAddress else { return }
            starts.sort { strcmp(base + Int($0), base + Int($1)) < 0 }
        }
    }

    var startIndex: Int { 0 }
    var endIndex: Int { starts.count }

    /// nil where the name can't be part of a path, which no folder has.
    subscript(position: Int) -> FilePath.Component? {
        text.withUnsafeBufferPointer { text in
            text.baseAddress.flatMap { FilePath.Component(platformString: $0 + Int(starts[position])) }
        }
    }
}
