/// Numbers that look random and are always the same for the same question.
///
/// Every figure of the simulation is a function of (seed, time), so that two runs agree and no state has to be kept.
/// The mixing is SplitMix64's finaliser (Steele, Lea, Flood 2014).
public struct Noise: Sendable, Equatable {
    /// The root of everything made up; any value.
    public let seed: UInt64

    public init(seed: UInt64) {
        self.seed = seed
    }

    /// 64 bits that belong to the two keys.
    public func bits(_ stream: Int, _ index: Int) -> UInt64 {
        var value = Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15)
        value = Self.mix(value ^ UInt64(bitPattern: Int64(stream)))
        return Self.mix(value &+ UInt64(bitPattern: Int64(index)) &* 0x9E37_79B9_7F4A_7C15)
    }

    /// A number from 0 up to, not including, 1.
    public func unit(_ stream: Int, _ index: Int) -> Double {
        Double(bits(stream, index) >> 11) * 0x1p-53
    }

    /// A whole number from 0 up to, not including, `bound`; 0 when the bound is not positive.
    public func integer(below bound: Int, _ stream: Int, _ index: Int) -> Int {
        bound > 0 ? Int(bits(stream, index) % UInt64(bound)) : 0
    }

    /// A number from 0 to 1 that drifts smoothly along `position`, with one independent value at each whole number.
    public func smooth(_ stream: Int, at position: Double) -> Double {
        let floor = position.rounded(.down)
        let left = unit(stream, Int(floor))
        let right = unit(stream, Int(floor) + 1)
        let fraction = position - floor
        let weight = fraction * fraction * (3 - 2 * fraction)
        return left + (right - left) * weight
    }

    private static func mix(_ input: UInt64) -> UInt64 {
        var value = input
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
