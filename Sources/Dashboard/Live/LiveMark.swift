import Archive
import Foundation
import Spool

/// What tells a page that was made before from one that would be made now.
struct LiveMark: Equatable, Sendable {
    /// The number of the archive's last row.
    var seq = 0
    /// The number of the last alert that was raised or ended.
    var alertChange = 0
    /// Another one whenever the captures, what the proxy tells of itself, or what is thought of the panels has changed; of this start only.
    var state = "0"
    /// Minutes since 1970 UTC: much of a page is of the present, and grows old without any news.
    var minute = 0

    /// As pages carry it.
    var text: String { "\(seq).\(alertChange).\(state).\(minute)" }
    var json: String { "{\"seq\":\(seq),\"alertChange\":\(alertChange),\"state\":\"\(state)\",\"minute\":\(minute)}" }
}

extension House {
    /// The present. It begins before the first report: captures may be rejected, or nothing be ingested at all.
    func mark() async throws -> LiveMark {
        var mark = LiveMark()
        mark.minute = now / 60
        let folders = [shelf.path, shelf.path.appending(Filing.rejected)]
        var hasher = Hasher()
        hasher.combine(proxy())
        hasher.combine(await reviews.version)
        // A name that comes to a folder, or goes, changes the folder's time.
        hasher.combine(try await files.runIfActive { folders.flatMap { Self.changeTime(of: $0.string) } })
        mark.state = String(UInt(bitPattern: hasher.finalize()), radix: 36)
        do {
            let reader = try await archive.open()
            (mark.seq, mark.alertChange) = (try await reader.lastSeq(), try await reader.lastAlertChange())
        } catch let error as ArchiveError where error.cause == .missing {}
        return mark
    }

    private static func changeTime(of folder: String) -> [Int] {
        var info = stat()
        return stat(folder, &info) == 0 ? [info.st_mtim.tv_sec, info.st_mtim.tv_nsec] : []
    }
}
