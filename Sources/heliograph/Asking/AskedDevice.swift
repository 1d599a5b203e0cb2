import Archive

/// A piece of equipment that a question is about.
struct AskedDevice {
    /// What its rows are filtered by: `serial.channel`, or a serial number.
    var equipment: String
    /// The serial number of its Envoy.
    var envoy: String
}

extension AskedArchive {
    /// What kind of equipment has the facts that are asked for.
    enum DeviceKind {
        /// One panel: of a device with a single channel, its serial number names the channel.
        case panel
        /// A panel, a microinverter with all its panels, or the Envoy itself.
        case any
    }

    /// The device that somebody named; nil for nil.
    ///
    /// - Throws: a `Failure` with the nearest name where there is none of that name.
    func device(_ name: String?, kind: DeviceKind) async throws -> AskedDevice? {
        guard let name else { return nil }
        let serials = Set(envoys.map(\.serialNumber))
        let known = try await reader.devices(now: now).filter { serials.contains($0.envoy) }
        let owners = Set(known.filter { $0.equipment == name || $0.serialNumber == name }.map(\.envoy)).sorted()
        if owners.count > 1 {
            throw Failure(
                "more than one Envoy knows the device \(name.visible)",
                hint: "name one: " + owners.map { "--envoy \($0.visible)" }.joined(separator: " or "))
        }
        if let exact = known.first(where: { $0.equipment == name }) { return AskedDevice(equipment: name, envoy: exact.envoy) }
        let channels = known.filter { $0.serialNumber == name }
        if let first = channels.first {
            switch kind {
            case .any: return AskedDevice(equipment: name, envoy: first.envoy)
            case .panel where channels.count == 1: return AskedDevice(equipment: first.equipment, envoy: first.envoy)
            case .panel:
                let names = channels.map(\.equipment.visible).joined(separator: ", ")
                throw Failure("device \(name) has several channels", hint: "name one of \(names)")
            }
        }
        if kind == .any, serials.contains(name) { return AskedDevice(equipment: name, envoy: name) }
        let names = known.flatMap { [$0.equipment, $0.serialNumber] } + (kind == .any ? Array(serials) : [])
        let nearest = NearestName.of(name, among: names).map { "did you mean \($0.visible)?" }
        throw Failure("no device \(name.visible) in the archive", hint: nearest ?? "heliograph devices lists them")
    }

    /// The Envoys to ask: the device's own, or all where no device is named.
    func envoys(of device: AskedDevice?) -> [EnvoyStatus] {
        device.map { device in envoys.filter { $0.serialNumber == device.envoy } } ?? envoys
    }
}
