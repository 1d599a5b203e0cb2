import SystemPackage

/// What a start makes of the traces of a crash: hidden files are removed, since nobody was ever told that they were
/// safe; a request that never got its reply gets a file that says so.
public struct Recovery: Sendable {
    /// Unfinished files that were removed.
    public var removed = 0
    /// Requests whose reply was cut off by the crash.
    public var interrupted = 0

    /// What a `response` says where the program ended between a request and its reply.
    public static let interruption = "no reply: heliograph was stopped before the reply came\n"

    init(of path: FilePath, _ folder: FileDescriptor) throws(SpoolError) {
        let inventory = Inventory(names: try Files.names(in: path))
        for name in inventory.partial {
            try Files.remove(path.appending(name))
            removed += 1
        }
        for exchange in inventory.exchanges where !exchange.files.contains(.response) {
            try Self.note(Self.interruption, at: path, exchange.stem)
            interrupted += 1
        }
        if removed + interrupted > 0 { try Files.synchronise(folder, path) }
    }

    private static func note(_ text: String, at path: FilePath, _ stem: Stem) throws(SpoolError) {
        let partial = path.appending(ExchangeFile.response.partialName(of: stem))
        let descriptor = try Files.create(partial)
        // The descriptor was only written to and flushed; closing it has nothing left to report.
        defer { try? descriptor.close() }
        do { try descriptor.writeAll(Array(text.utf8)) } catch { throw SpoolError(.write, partial, Files.cause(error)) }
        try Files.synchronise(descriptor, partial)
        try Files.rename(partial, to: path.appending(ExchangeFile.response.name(of: stem)))
    }
}
