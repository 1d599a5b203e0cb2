import Archive

/// An open archive with the Envoys that a question is about.
struct AskedArchive {
    let reader: ArchiveReader
    /// By serial number; never empty.
    let envoys: [EnvoyStatus]
    /// Seconds since 1970 UTC; decides which day is today.
    let now: Int
    let isUTC: Bool

    /// - Throws: `ArchiveError`, or a `Failure` where the archive is empty or has no such Envoy.
    init(_ options: AskingOptions, now: Int) async throws {
        let path = try options.settings().archive.string
        reader = try await ArchiveReader.open(path)
        self.now = now
        isUTC = options.utc
        let all = try await reader.status().envoys
        guard !all.isEmpty else {
            throw Failure(
                "nothing is in the archive \(path) yet",
                hint: "reports appear some seconds after they were captured; heliograph status shows what waits")
        }
        envoys = options.envoy.map { serial in all.filter { $0.serialNumber == serial } } ?? all
        guard envoys.isEmpty, let serial = options.envoy else { return }
        throw Failure(unknownEnvoy: serial, known: all.map(\.serialNumber))
    }

    /// The clock that shows an Envoy's times.
    func clock(of envoy: EnvoyStatus) -> EnvoyClock { EnvoyClock(zone: isUTC ? "UTC" : envoy.timeZone) }

    /// The day that it is by an Envoy's clock.
    func today(of envoy: EnvoyStatus) -> CivilDate {
        var clock = LocalClock(zoneNamed: envoy.timeZone)
        return clock.day(of: min(max(now, LocalClock.instants.lowerBound), LocalClock.instants.upperBound))
    }

    /// `Envoy 129900628631, Europe/Berlin`, above what is told of it.
    func title(of envoy: EnvoyStatus) -> String {
        let unknown = clock(of: envoy).isGuess ? ", unknown here: times in UTC" : ""
        let zone = isUTC ? "times in UTC" : envoy.timeZone.map { $0.visible + unknown } ?? "time zone unknown, times in UTC"
        return "Envoy \(envoy.serialNumber.visible), \(zone)"
    }
}

extension Failure {
    init(unknownEnvoy serial: String, known: [String]) {
        let nearest = NearestName.of(serial, among: known).map { "did you mean \($0.visible)?" }
        self.init(
            "no Envoy \(serial.visible) in the archive", hint: nearest ?? "it has \(known.map(\.visible).joined(separator: ", "))")
    }
}
