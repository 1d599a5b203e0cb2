import SystemPackage

/// What a start makes of the traces of a crash: hidden files are removed, since nobody was ever told that they were
/// safe; a request that never got its reply gets a file that says so. Where the disk has no room for that, it waits.
public struct Recovery: Sendable {
    /// Unfinished files that were removed.
    public var removed = 0
    /// Requests whose reply was cut off by the crash.
    public var interrupted = 0
    /// Those of them that had been answered here, and that the cloud may have got all the same: they are still to be delivered.
    public var doubtful: [Stem] = []
    /// Why the rest of them could not be noted: ``SpoolDirectory/settleInterrupted()`` tries again. Nothing else waits for it.
    public var failure: SpoolError?
    var unsettled: [Stem] = []

    /// What a `response` says where the program ended between a request and its reply.
    public static let interruption = "\(ExchangeFile.noReply)heliograph was stopped before the reply came\n"

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
        let undelivered = Undelivered(spool: path)
        doubtful = cutOff.filter { Files.exists(undelivered.path.appending(ExchangeFile.request.name(of: $0))) }
        (interrupted, unsettled) = (cutOff.count, cutOff)
        do throws(SpoolError) {
            try Self.note(Self.interruption, at: path, &unsettled)
            if removed + interrupted > 0 { try Files.synchronise(folder, path) }
        } catch {
            // A full disk, say. New requests, which may be forwarded all the same, must not wait for old ones.
            failure = error
        }
    }

    /// Takes from the list what is noted.
    static func note(_ text: String, at path: FilePath, _ stems: inout [Stem]) throws(SpoolError) {
        while !stems.isEmpty {
            let some = stems.suffix(64)
            var group = FileGroup()
            do throws(SpoolError) {
                for stem in some {
                    try group.add(ExchangeFile.response.name(of: stem), in: path) { descriptor throws(SpoolError) in
                        try Files.write(Array(text.utf8), to: descriptor, path)
                    }
                }
                try group.place()
            } catch {
                group.abandon()
                throw error
            }
            stems.removeLast(some.count)
        }
    }
}

extension SpoolDirectory {
    /// What a `response` says where a reply came, or none, and could not be written: the disk was full, say.
    public static let unkeptReply = "\(ExchangeFile.noReply)it could not be kept\n"

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
        let count = forgotten.count
        try Recovery.note(Self.unkeptReply, at: path, &forgotten)
        return count
    }

    /// Settles what the start found cut off and had no room to settle. Blocking.
    ///
    /// - Returns: how many there were.
    public func settleInterrupted() throws(SpoolError) -> Int {
        try unsettled.withLock { stems throws(SpoolError) in
            let count = stems.count
            try Recovery.note(Recovery.interruption, at: path, &stems)
            return count
        }
    }
}
