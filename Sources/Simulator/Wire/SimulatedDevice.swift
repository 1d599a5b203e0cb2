/// A microinverter as its Envoy describes it. Wire: `<device>` with one `<channel>` (protocol notes §3).
struct SimulatedDevice: Sendable, Equatable {
    let serial: String
    /// Event 101 is raised: channel 0x10 with device 0x40000, the one pair of bits with a known meaning.
    let gridUnstable: Bool

    /// Wire: `condition_flags` of the device; 0x200000 is set in every sample, its meaning is unknown.
    var deviceConditions: Int { gridUnstable ? 0x240000 : 0x200000 }
    /// Wire: `condition_flags` of the channel.
    var channelConditions: Int { gridUnstable ? 0x10 : 0 }
}
