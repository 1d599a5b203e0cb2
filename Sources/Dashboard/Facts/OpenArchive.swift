import Archive

/// The archive's reader, opened when the first question comes: a dashboard that nobody looks at takes no memory for it.
actor OpenArchive {
    private let path: String
    private var reader: ArchiveReader?

    init(_ path: String) { self.path = path }

    /// - Throws: `ArchiveError`, with `missing` before the first report.
    func open() async throws -> ArchiveReader {
        if let reader { return reader }
        let opened = try await ArchiveReader.open(path, memory: .modest, readers: 2)
        // Another question may have opened it meanwhile.
        if let reader {
            try await opened.close()
            return reader
        }
        reader = opened
        return opened
    }

    func close() async throws {
        try await reader?.close()
        reader = nil
    }
}
