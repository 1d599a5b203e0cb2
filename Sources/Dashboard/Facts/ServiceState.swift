import Archive
import Foundation
import Spool

/// How the program and its disk are.
struct ServiceState: Sendable {
    var proxy: ProxyState?
    /// nil while there is none.
    var archive: ArchiveStatus?
    var findings: [FindingSum]
    /// Captured requests that are not in the archive yet.
    var waiting: Int
    /// Captured requests that could not be decoded.
    var rejected: Int
    /// When the oldest that waits came, seconds since 1970 UTC.
    var oldestWaiting: Int?
    /// Space that is left on the spool's disk, bytes; nil if the system does not say.
    var freeBytes: Int?
}

extension House {
    func service() async throws -> ServiceState {
        let shelf = shelf
        let (waiting, oldest, rejected, free) = try await files.runIfActive {
            let waiting = Self.requests(in: shelf.path.string)
            var disk = statvfs()
            let isKnown = statvfs(shelf.path.string, &disk) == 0
            return (
                waiting.count, waiting.oldest?.arrivalTimestamp, Self.requests(in: shelf.path.appending(Filing.rejected).string).count,
                isKnown ? Int(clamping: disk.f_bavail.multipliedReportingOverflow(by: disk.f_frsize).partialValue) : nil
            )
        }
        var state = ServiceState(
            proxy: proxy(), archive: nil, findings: [], waiting: waiting, rejected: rejected, oldestWaiting: oldest, freeBytes: free)
        do {
            let reader = try await archive.open()
            state.archive = try await reader.status()
            state.findings = try await reader.findings()
        } catch let error as ArchiveError where error.cause == .missing {}
        return state
    }

    private static func requests(in folder: String) -> (count: Int, oldest: Stem?) {
        // A folder that is not there, or can't be listed, shows as an empty one.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let requests = names.filter { $0.hasSuffix(".request") && !$0.hasPrefix(".") }
        return (requests.count, requests.min().flatMap { Stem(fileName: $0) })
    }
}
