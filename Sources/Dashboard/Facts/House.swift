import Archive
import NIOPosix
import Spool

/// Everything that the dashboard shows is asked for here.
struct House: Sendable {
    let archive: OpenArchive
    let shelf: Shelf
    /// Seconds since 1970 UTC.
    let clock: @Sendable () -> Int
    let proxy: @Sendable () -> ProxyState?
    let archivePath: String
    let reviews = PanelReviews()
    /// Folders and files are read on this thread, one question after another.
    let files: NIOThreadPool

    init(_ configuration: DashboardConfiguration, files: NIOThreadPool) {
        archive = OpenArchive(configuration.archivePath)
        archivePath = configuration.archivePath
        shelf = Shelf(configuration.spool)
        clock = configuration.clock
        proxy = configuration.proxy
        self.files = files
    }

    /// The present, as far as calendars go.
    var now: Int { min(max(clock(), LocalClock.instants.lowerBound), LocalClock.instants.upperBound) }

    /// The Envoys that there are, the one with the newest report first.
    func envoys() async throws -> [EnvoyStatus] {
        try await archive.open().status().envoys.sorted {
            ($0.lastReportTimestamp ?? 0, $1.serialNumber) > ($1.lastReportTimestamp ?? 0, $0.serialNumber)
        }
    }

    /// The Envoy that a question names, or else the first.
    func envoy(_ serial: String?) async throws -> EnvoyStatus { try Self.envoy(serial, among: try await envoys()) }

    static func envoy(_ serial: String?, among envoys: [EnvoyStatus]) throws -> EnvoyStatus {
        guard let envoy = serial.map({ name in envoys.first { $0.serialNumber == name } }) ?? envoys.first else {
            throw serial == nil
                ? Refused(.serviceUnavailable, "no report has come yet") : Refused(.notFound, "there is no such Envoy")
        }
        return envoy
    }

    /// The Envoy's panels as they are now, those that were removed among them.
    func devices(of envoy: EnvoyStatus) async throws -> [DeviceNow] {
        try await archive.open().devices(now: now).filter { $0.envoy == envoy.serialNumber }
    }
}

extension DeviceNow {
    /// Whether it is no longer on the roof, as far as the Envoy knows (§3: state 3, deleted). What it gave has been given.
    var isRemoved: Bool { adminState == 3 }
}

extension EnvoyStatus {
    /// The clock on the wall where the Envoy is.
    var clock: LocalClock { LocalClock(zoneNamed: timeZone) }

    func day(of timestamp: Int) -> CivilDate {
        var clock = clock
        return clock.day(of: timestamp)
    }

    /// Where the hours of a day stand on it, from 0 to 1: on two days of the year they are not as many as ever.
    func hourMarks(of day: CivilDate, every hours: Int) -> [Plot.Mark] {
        var clock = clock
        let span = span(day...day)
        return stride(from: 0, through: 24, by: hours).map { hour in
            let instant = hour == 24 ? span.upperBound : clock.instant(of: day, secondsOfDay: hour * 3_600)
            return Plot.Mark(
                place: Double(instant - span.lowerBound) / Double(max(1, span.count)), text: "\(hour):00", isMinor: hour / hours % 2 == 1)
        }
    }

    /// The instants of some days.
    func span(_ days: ClosedRange<CivilDate>) -> Range<Int> {
        var clock = clock
        let start = clock.start(of: days.lowerBound)
        return start..<max(start, clock.start(of: days.upperBound.advanced(by: 1)))
    }
}
