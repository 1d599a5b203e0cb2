import SystemPackage

/// The files of an import: all below the paths that were named.
struct ImportFiles: ReportFiles {
    private var walk: FileWalk
    /// How large a file, and a report once inflated, may be, bytes.
    private let limit: Int

    init(_ paths: [FilePath], limit: Int) {
        walk = FileWalk(paths)
        self.limit = limit
    }

    mutating func next() -> LookedAt? {
        switch walk.next() {
        case .file(let path, let bytes): LookedAt(importing: path, length: bytes, limit: limit)
        case .special(let path): LookedAt(path, .other)
        case .unreadable(let path, let cause): LookedAt(path, .rejected("it can't be read: \("\(cause)".lowercased())"))
        case nil: nil
        }
    }
}

extension FileWalk {
    /// How many files there are. Blocking; opens none of them.
    static func count(_ paths: [FilePath]) -> Int {
        var walk = FileWalk(paths)
        var count = 0
        while walk.next() != nil { count += 1 }
        return count
    }
}
