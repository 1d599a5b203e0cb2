import SystemPackage

/// What a start makes of the traces of a crash: hidden files are removed, since nobody was ever told that they were
/// safe; a request that never got its reply gets a file that says so.
public struct Recovery: Sendable {
    /// Unfinished files that were removed.
    public var removed = 0
    /// Requests whose reply was cut off by the crash.
    public var interrupted = 0
    /// Those of them that had been answered here, and that the cloud may have got all the same: they are still to be delivered.
    public var doubtful: [Stem] = []

    /// What a `response` says where the program ended between a request and its reply.
    public static let interruption = "no reply: heliograph was stopped before the reply came\n"

    init(of path: FilePath, _ folder: FileDescriptor) throws(SpoolError) {
        // Names one at a time, and only what is to be mended is held: the folder may hold any number of exchanges.
        var partial: [String] = []
        var cutOff: [Stem] = []
        try Files.forEachName(in: path) { name in
            if name.hasPrefix("."), name.hasSuffix(".partial") {
                partial.append(name)
            } else if let stem = ExchangeFile.request.stem(ofFile: name),
                !Files.exists(path.appending(ExchangeFile.response.name(of: stem)))
            {
                cutOff.append(stem)
            }
        }
        for name in partial {
            try Files.remove(path.appending(name))
            removed += 1
        }
        for stem in cutOff {
            try Self.note(Self.interruption, at: path, stem)
            interrupted += 1
        }
        let undelivered = Undelivered(spool: path)
        doubtful = cutOff.filter { Files.exists(undelivered.path.appending(ExchangeFile.request.name(of: $0))) }
        if removed + interrupted > 0 { try Files.synchronise(folder, path) }
    }

    static func note(_ text: String, at path: FilePath, _ stem: Stem) throws(SpoolError) {
        let partial = path.appending(ExchangeFile.response.partialName(of: stem))
        let descriptor = try Files.create(partial)
        // The descriptor was only written to and flushed; closing it has nothing left to report.
        defer { try? descriptor.close() }
        try Files.write(Array(text.utf8), to: descriptor, partial)
        try Files.synchronise(descriptor, partial)
        try Files.rename(partial, to: path.appending(ExchangeFile.response.name(of: stem)))
    }
}

extension SpoolDirectory {
    /// What a `response` says where a reply came, or none, and could not be written: the disk was full, say.
    public static let unkeptReply = "no reply: it could not be kept\n"

    /// Settles requests that came before a time and have no reply: whatever happened, none will come any more. Blocking.
    ///
    /// - Parameter timestamp: seconds since 1970 UTC; longer ago than any exchange may take, and by an hour more, as a name tells the
    ///   local time, which in autumn is the same twice.
    /// - Returns: how many there were.
    public func settleForgotten(before timestamp: Int) throws(SpoolError) -> Int {
        var forgotten: [Stem] = []
        try Files.forEachName(in: path) { name in
            guard let stem = ExchangeFile.request.stem(ofFile: name), stem.arrivalTimestamp < timestamp,
                !Files.exists(path.appending(ExchangeFile.response.name(of: stem)))
            else { return }
            forgotten.append(stem)
        }
        for stem in forgotten { try Recovery.note(Self.unkeptReply, at: path, stem) }
        if !forgotten.isEmpty { try Files.synchronise(folder, path) }
        return forgotten.count
    }
}
