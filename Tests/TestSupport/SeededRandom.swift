import Foundation

/// Random numbers that can be had again: SplitMix64 from a seed that failing tests print.
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(_ seed: UInt64) { state = seed }

    /// The seed that `HELIOGRAPH_SEED` names, or a new one.
    public static func seed() -> UInt64 {
        ProcessInfo.processInfo.environment["HELIOGRAPH_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0..<1_000_000)
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    public mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}
