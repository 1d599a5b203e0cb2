import ArgumentParser
import Archive

/// Which rows: of which device, and of which days.
struct RowOptions: ParsableArguments {
    @Option(help: .fromDay) var from: String?
    @Option(help: .toDay) var to: String?
    @Option(help: ArgumentHelp("Of one device only: a panel's serial.channel, or a serial number.", valueName: "device")) var device:
        String?

    /// The scopes to read, one for each Envoy that is asked of.
    ///
    /// - Parameters:
    ///   - kind: what equipment the rows are about.
    ///   - usual: how many days up to today are meant where no day is given; nil for all there are.
    func scopes(in archive: AskedArchive, kind: AskedArchive.DeviceKind, usual: Int?) async throws -> [RowScope] {
        let device = try await archive.device(device, kind: kind)
        return try archive.envoys(of: device).map { envoy in
            var scope = RowScope(envoy: envoy, device: device)
            let today = archive.today(of: envoy)
            if from != nil || to != nil || usual != nil {
                let usual = today.advanced(by: 1 - (usual ?? 1))...today
                scope.days = try AskedDays.range(from: from, to: to, today: today, usual: usual)
            }
            return scope
        }
    }
}
