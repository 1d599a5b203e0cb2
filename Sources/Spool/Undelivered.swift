import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reports that the Envoy was told are taken, and that the cloud has not: to be delivered when it is there again.
///
/// The format: `undelivered/STEM.request` is a second name (a hard link) of the request, made before the Envoy hears its answer. When the
/// request is filed, it becomes `STEM.request.gz`, a second name of that: so it takes no room of its own, and stays when the time of
/// processed captures is over. It goes when the cloud has taken the report, and the cloud's reply is `STEM.delivery.gz` in the folder of
/// the exchange's day then. `STEM.sending` stands beside while a report is on its way: found later, the cloud may have it already.
/// `undelivered/refused/` holds what the cloud refused, each with its reply as `STEM.delivery`.
/// One process delivers at a time (`.lock` is held with flock). All functions block.
public struct Undelivered: Sendable {
    public let path: FilePath
    private let processed: FilePath

    /// Those whose names tell what there is.
    var folders: [FilePath] { [path, path.appending(Self.refused)] }

    /// What there is.
    public struct Counts: Sendable, Equatable {
        public var waiting = 0
        public var refused = 0
        /// The first in order of arrival.
        public var oldest: Stem?

        public init() {}
    }

    static let refused = "refused"
    private static let sending = "sending"
    /// Ends the name of the file that holds the cloud's reply to what it got later.
    public static let delivery = "delivery"
    static let request = ExchangeFile.request.rawValue

    /// - Parameter spool: the folder of all captures.
    public init(spool: FilePath) {
        path = spool.appending("undelivered")
        processed = spool.appending(Filing.processed)
    }

    /// Notes a request of the spool as undelivered; when this returns, a power cut can't take that away.
    public func add(_ stem: Stem) throws(SpoolError) {
        try Files.createFolder(path)
        let source = path.removingLastComponent().appending(ExchangeFile.request.name(of: stem))
        let note = path.appending("\(stem).\(Self.request)")
        try Files.link(source, to: note)
        do throws(SpoolError) { try Files.synchronise(folder: path) } catch {
            // Whoever hears that it failed does otherwise: the cloud would get the report twice.
            try? Files.remove(note)
            throw error
        }
    }

    /// The cloud has taken it.
    public func remove(_ stem: Stem) throws(SpoolError) {
        for name in Self.requestNames(of: stem) + ["\(stem).\(Self.sending)"] { try Files.remove(path.appending(name)) }
    }

    /// Lets go of the uncompressed request of an exchange that has been filed.
    func follow(_ stem: Stem) throws(SpoolError) {
        let plain = path.appending("\(stem).\(Self.request)")
        guard Files.exists(plain) else { return }
        let name = "\(stem).\(Self.request)\(Filing.compressedSuffix)"
        try Files.link(processed.appending(stem.day).appending(name), to: path.appending(name))
        try Files.synchronise(folder: path)
        // Where it has gone meanwhile, the cloud has taken the report, and nothing of it is left to remember.
        if try !Files.removes(plain) { try Files.remove(path.appending(name)) }
    }

    /// Those that wait, in order of arrival; not those that the cloud is just being asked about.
    public func waiting() throws(SpoolError) -> [Stem] {
        try requests().filter(isSettled)
    }

    /// A name changes once, when its exchange is filed, and whoever reads the folder just then may see neither: two looks see all.
    private func requests() throws(SpoolError) -> [Stem] {
        let first = try stems(in: path, where: Self.isRequest)
        return try Set(first).union(stems(in: path, where: Self.isRequest)).sorted { $0.description < $1.description }
    }

    private static func isRequest(_ name: String) -> Bool {
        name.hasSuffix(".\(request)") || name.hasSuffix(".\(request)\(Filing.compressedSuffix)")
    }

    /// Whether the exchange has its end. What is filed leaves the root one by one, and has its new names before that.
    private func isSettled(_ stem: Stem) -> Bool {
        let root = path.removingLastComponent()
        let signs = [
            root.appending(ExchangeFile.response.name(of: stem)),
            path.appending("\(stem).\(Self.request)\(Filing.compressedSuffix)"),
            root.appending(Filing.rejected).appending("\(stem).\(Filing.reason)"),
        ]
        return signs.contains(where: Files.exists) || !Files.exists(root.appending(ExchangeFile.request.name(of: stem)))
    }

    public func counts() throws(SpoolError) -> Counts {
        let waiting = try requests()
        let refused = try stems(in: path.appending(Self.refused)) { $0.hasSuffix(".\(Self.delivery)") }
        var counts = Counts()
        (counts.waiting, counts.refused, counts.oldest) = (waiting.count, refused.count, waiting.first)
        return counts
    }

    func stems(in folder: FilePath, where isMeant: (String) -> Bool) throws(SpoolError) -> [Stem] {
        guard Files.exists(folder) else { return [] }
        var stems: Set<Stem> = []
        try Files.forEachName(in: folder) { name in
            if isMeant(name), let stem = Stem(fileName: name) { stems.insert(stem) }
        }
        return stems.sorted { $0.description < $1.description }
    }
}

extension Undelivered {
    /// The right to deliver, which one process has at a time, until this is gone.
    public final class Claim: Sendable {
        private let lock: FileDescriptor
        /// Found in the middle of being sent: the cloud may hear of these twice.
        public let interrupted: [Stem]

        /// - Throws: `resourceTemporarilyUnavailable` where another process delivers.
        public init(_ undelivered: Undelivered) throws(SpoolError) {
            try Files.createFolder(undelivered.path)
            lock = try Files.lock(undelivered.path)
            do throws(SpoolError) { interrupted = try undelivered.recover() } catch {
                // Nobody ends an object that was never whole: the lock would stay.
                try? lock.close()
                throw error
            }
        }

        // A lock's descriptor: closing it can lose nothing.
        deinit { try? lock.close() }
    }

    /// Begins to send: its bytes, at most `limit` of them.
    ///
    /// - Throws: `noSuchFileOrDirectory` for one that is gone.
    public func begin(_ stem: Stem, limit: Int) throws(SpoolError) -> [UInt8] {
        if hasReply(stem) {
            // A name that came back while the report was settled and filed at once.
            try remove(stem)
            throw SpoolError(.read, path.appending("\(stem).\(Self.request)"), .noSuchFileOrDirectory)
        }
        let bytes = try request(of: stem, limit: limit)
        let mark = path.appending("\(stem).\(Self.sending)")
        // Left by an attempt that could not remove it.
        try Files.remove(mark)
        let descriptor = try Files.create(mark)
        // An empty file: closing it has nothing to report.
        try? descriptor.close()
        try Files.synchronise(folder: path)
        return bytes
    }

    /// Where the plain one is gone, its exchange has been filed, maybe in this moment: then the compressed one has been there before that.
    private func request(of stem: Stem, limit: Int) throws(SpoolError) -> [UInt8] {
        let plain = path.appending("\(stem).\(Self.request)")
        do throws(SpoolError) { return try Files.readAll(plain, limit: limit) } catch {
            guard error.cause == .noSuchFileOrDirectory else { throw error }
            return try decompressed(stem, limit: limit)
        }
    }

    private func decompressed(_ stem: Stem, limit: Int) throws(SpoolError) -> [UInt8] {
        let file = path.appending("\(stem).\(Self.request)\(Filing.compressedSuffix)")
        let bytes = try Files.readAll(file, limit: limit)
        do throws(GzipError) { return try Gzip.decompress(bytes, limitBytes: limit) } catch { throw SpoolError(.read, file, .ioError) }
    }

    /// It was not taken; it waits on.
    public func putBack(_ stem: Stem) throws(SpoolError) { try Files.remove(path.appending("\(stem).\(Self.sending)")) }

    /// The cloud has taken it.
    public func settle(_ stem: Stem, reply: [UInt8]) throws(SpoolError) {
        let folder = processed.appending(stem.day)
        do throws(SpoolError) {
            try place("\(stem).\(Self.delivery)\(Filing.compressedSuffix)", in: folder) { target throws(SpoolError) in
                try GzipFile.write(reply, to: target, folder)
            }
        } catch {
            // The disk is full, say. The cloud has the report: it must not hear of it again and again.
            try remove(stem)
            throw error
        }
        try remove(stem)
    }

    /// The cloud has refused it: it is put aside with the reply, and not sent again.
    public func refuse(_ stem: Stem, reply: [UInt8]) throws(SpoolError) {
        let folder = path.appending(Self.refused)
        try Files.createFolder(folder)
        // In the order in which one takes the other's place when the exchange is filed meanwhile.
        for name in Self.requestNames(of: stem) { try Files.linkIfThere(path.appending(name), to: folder.appending(name)) }
        try place("\(stem).\(Self.delivery)", in: folder) { target throws(SpoolError) in try Files.write(reply, to: target, folder) }
        try remove(stem)
    }

    private func place(_ name: String, in folder: FilePath, write: (FileDescriptor) throws(SpoolError) -> Void) throws(SpoolError) {
        var group = FileGroup()
        do throws(SpoolError) {
            try group.add(name, in: folder, write: write)
            try group.place()
        } catch {
            group.abandon()
            throw error
        }
    }

    /// What a crash left: where the reply is safe, the report has been delivered; elsewhere nobody knows.
    private func recover() throws(SpoolError) -> [Stem] {
        var interrupted: [Stem] = []
        for stem in try stems(in: path, where: { $0.hasSuffix(".\(Self.sending)") }) {
            if hasReply(stem) {
                try remove(stem)
            } else {
                try putBack(stem)
                interrupted.append(stem)
            }
        }
        return interrupted
    }

    /// Whether the cloud's reply to it is safe: it has been delivered or refused.
    private func hasReply(_ stem: Stem) -> Bool {
        let replies = [
            processed.appending(stem.day).appending("\(stem).\(Self.delivery)\(Filing.compressedSuffix)"),
            path.appending(Self.refused).appending("\(stem).\(Self.delivery)"),
        ]
        return replies.contains(where: Files.exists)
    }

    static func requestNames(of stem: Stem) -> [String] { ["\(stem).\(request)", "\(stem).\(request)\(Filing.compressedSuffix)"] }
}

extension Files {
    /// As ``link(_:to:)``; where there is no such file, it does nothing.
    static func linkIfThere(_ source: FilePath, to target: FilePath) throws(SpoolError) {
        do throws(SpoolError) { try link(source, to: target) } catch {
            guard error.cause == .noSuchFileOrDirectory else { throw error }
        }
    }

    /// Gives a file a second name; where the file system has no such thing, the name gets a copy. A name that is there stays.
    static func link(_ source: FilePath, to target: FilePath) throws(SpoolError) {
        if systemLink(source.string, target.string) == 0 || errno == EEXIST { return }
        guard [EPERM, EOPNOTSUPP, EMLINK, EXDEV, ENOSYS].contains(errno) else { throw SpoolError(.link, target, Errno(rawValue: errno)) }
        var group = FileGroup()
        do throws(SpoolError) {
            try group.add(target.lastComponent?.string ?? "", in: target.removingLastComponent()) { descriptor throws(SpoolError) in
                try copy(source, to: descriptor)
            }
            try group.place()
        } catch {
            group.abandon()
            throw error
        }
    }
}

/// The system's `link`, by a name that the function above does not hide.
private func systemLink(_ source: String, _ target: String) -> CInt { link(source, target) }
