import SystemPackage

/// A file of an exchange that is durably in the spool.
public struct StoredFile: Sendable {
    public let stem: Stem
    public let path: FilePath
    /// The file's length, bytes.
    public let count: Int

    private let held: [UInt8]?
    private let spool: SpoolDirectory

    init(_ draft: Draft) {
        stem = draft.stem
        path = draft.finalPath
        count = draft.count
        held = draft.descriptor == nil ? draft.buffered : nil
        spool = draft.spool
    }

    /// All bytes. Blocking.
    public func bytes() throws(SpoolError) -> [UInt8] {
        if let held { return held }
        return try Files.readAll(path, limit: count)
    }

    /// The bytes from `offset` on, at most `limit` of them; empty at the end.
    public func bytes(from offset: Int, limit: Int) async throws(SpoolError) -> [UInt8] {
        if let held { return offset == 0 && held.count <= limit ? held : Array(held.dropFirst(offset).prefix(limit)) }
        let path = path
        return try await spool.spilling.run { () throws(SpoolError) in try Files.read(path, from: offset, upTo: limit) }
    }
}
