import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How long, and within how much room, exchanges stay in `processed/`.
public struct Retention: Sendable {
    /// The first day whose exchanges stay, as in `2012-02-22`; nil where all do.
    public var firstDay: String?
    /// Where nothing of this day or a later one is there, all days stay: without a battery this machine's clock may be years ahead for
    /// a while after its start, and what gets no younger needs no more room.
    public var liveDay: String?
    /// Room to leave on the disk, bytes; nil where none is asked for.
    public var leaveFreeBytes: Int?

    public init(firstDay: String?, liveDay: String? = nil, leaveFreeBytes: Int?) {
        self.firstDay = firstDay
        self.liveDay = liveDay
        self.leaveFreeBytes = leaveFreeBytes
    }

    /// What was removed.
    public struct Removal: Sendable, Equatable {
        public var days: [String] = []
        public var files = 0
    }
}

extension SpoolDirectory {
    /// Removes days from `processed/`, the oldest first, as far as `retention` asks; the newest day always stays, and so
    /// does whatever heliograph did not put there. Blocking.
    public func apply(_ retention: Retention) throws(SpoolError) -> Retention.Removal {
        var removal = Retention.Removal()
        guard Files.exists(processedPath) else { return removal }
        let days = try Files.names(in: processedPath).filter(Stem.isDay).sorted()
        let isLive = days.last ?? "" >= retention.liveDay ?? ""
        for day in days.dropLast() {
            let isOld = isLive && retention.firstDay.map { day < $0 } ?? false
            let isInTheWay = try lacksRoom(retention.leaveFreeBytes)
            guard isOld || isInTheWay else { break }
            removal.files += try removeDay(processedPath.appending(day))
            removal.days.append(day)
        }
        return removal
    }

    /// Room on the spool's disk for this user, bytes. Blocking.
    public static func freeBytes(of folder: FilePath) throws(SpoolError) -> Int {
        var info = statvfs()
        guard statvfs(folder.string, &info) == 0 else { throw SpoolError(.list, folder, Errno(rawValue: errno)) }
        let (bytes, tooMany) = UInt64(info.f_bavail).multipliedReportingOverflow(by: UInt64(info.f_frsize))
        return tooMany ? .max : Int(clamping: bytes)
    }

    /// Whether there is less room than `wanted` bytes; never where nothing is wanted. Blocking.
    public func lacksRoom(_ wanted: Int?) throws(SpoolError) -> Bool {
        guard let wanted else { return false }
        return try Self.freeBytes(of: path) < wanted
    }

    private func removeDay(_ folder: FilePath) throws(SpoolError) -> Int {
        let ours = try Files.names(in: folder).filter { name in
            name.hasSuffix(Filing.compressedSuffix) && Stem(fileName: name) != nil || name.hasPrefix(".") && name.hasSuffix(".partial")
        }
        for name in ours { try Files.remove(folder.appending(name)) }
        // Where something of somebody else's is left, the folder stays with it.
        _ = rmdir(folder.string)
        return ours.count
    }
}
