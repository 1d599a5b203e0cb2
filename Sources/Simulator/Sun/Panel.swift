/// One solar panel with its microinverter.
public struct Panel: Sendable, Equatable {
    /// Serial number of the microinverter, 12 digits. Wire: `eqid` of a device (protocol notes §3).
    public let serial: String
    /// What it yields compared with a perfect neighbour: soiling, shade, ageing; 0.9 to 1.02.
    public let factor: Double
    /// The sun's elevation at which its inverter wakes and sleeps, degrees, 1.5 to 2.5.
    public let wakeElevationDegrees: Double

    /// The channel's name: `serial.1`. Wire: `eqid` of a channel (protocol notes §3).
    public var channel: String { serial + ".1" }

    /// The `index`-th panel of a roof, made up from the noise. Serials start with 1299, which no known device does.
    init(index: Int, noise: Noise) {
        // 7919 is coprime to 10^8, so that no two of a roof's serials are equal.
        let base = noise.integer(below: 100_000_000, 10, 0)
        let digits = String((base + index * 7919) % 100_000_000)
        serial = "1299" + String(repeating: "0", count: 8 - digits.count) + digits
        factor = 0.9 + 0.12 * noise.unit(11, index)
        wakeElevationDegrees = 1.5 + noise.unit(12, index)
    }
}
