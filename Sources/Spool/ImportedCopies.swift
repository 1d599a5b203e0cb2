import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The spool's copies of reports that other programs captured, so that the archive can be made again from the spool.
///
/// The format: `imported/5f/5f0c….request.gz`, or `.xml.gz`, where the name is the SHA-256 of the report's XML in 64
/// hexadecimal digits, white space around it left out, and its first two digits name the folder. The file holds what was
/// imported, compressed by gzip; its time of change is that of the report. A file under such a name is whole.
/// One import writes at a time (`imported/.lock` is held with flock).
public final class ImportedCopies: Sendable {
    /// What was imported.
    public struct Copy: Sendable {
        /// SHA-256 of the report's XML, 64 hexadecimal digits.
        public var digest: String
        /// What the bytes are: `request` or `xml`.
        public var kind: ExchangeFile
        public var bytes: [UInt8]
        /// The report's time, seconds since 1970 UTC.
        public var timestamp: Int

        public init(digest: String, kind: ExchangeFile, bytes: [UInt8], timestamp: Int) {
            self.digest = digest
            self.kind = kind
            self.bytes = bytes
            self.timestamp = timestamp
        }
    }

    public static func folder(in spool: FilePath) -> FilePath { spool.appending("imported") }

    private let folder: FilePath
    private let lock: FileDescriptor

    /// Makes the folder where it is missing, and takes it for this process. Blocking.
    public init(spool: FilePath) throws(SpoolError) {
        folder = Self.folder(in: spool)
        try Files.createFolder(folder)
        lock = try Files.lock(folder)
    }

    // Nothing is written through it: closing it can lose nothing.
    deinit { try? lock.close() }

    /// Makes copies durable, together. One that is there already stays. Blocking.
    public func keep(_ copies: [Copy]) throws(SpoolError) {
        var group = FileGroup()
        do throws(SpoolError) {
            for copy in copies { try add(copy, to: &group) }
            try group.place()
        } catch {
            group.abandon()
            throw error
        }
    }

    /// Whether there is no copy of that report, in whatever form. Blocking.
    public func lacks(_ copy: Copy) -> Bool {
        ![ExchangeFile.request, .xml].contains { Files.exists(path(of: copy.digest, $0)) }
    }

    private func path(of digest: String, _ kind: ExchangeFile) -> FilePath {
        folder.appending(String(digest.prefix(2))).appending("\(digest).\(kind.rawValue)\(Filing.compressedSuffix)")
    }

    private func add(_ copy: Copy, to group: inout FileGroup) throws(SpoolError) {
        let name = "\(copy.digest).\(copy.kind.rawValue)\(Filing.compressedSuffix)"
        let subfolder = folder.appending(String(copy.digest.prefix(2)))
        try group.add(name, in: subfolder) { target throws(SpoolError) in
            try GzipFile.write(copy.bytes, to: target, subfolder)
            let time = timespec(tv_sec: time_t(copy.timestamp), tv_nsec: 0)
            // The time only helps to read copies in a sensible order; without it they are as whole.
            _ = [time, time].withUnsafeBufferPointer { futimens(target.rawValue, $0.baseAddress) }
        }
    }
}

/// The spool, taken for this process without writing to it: nobody captures meanwhile. Ends with this object.
public final class SpoolClaim: Sendable {
    private let lock: FileDescriptor

    /// - Throws: `SpoolError`, its cause `resourceTemporarilyUnavailable` where another process holds the spool. Blocking.
    public init(_ spool: FilePath) throws(SpoolError) { lock = try Files.lock(spool) }

    // Nothing is written through it: closing it can lose nothing.
    deinit { try? lock.close() }
}
