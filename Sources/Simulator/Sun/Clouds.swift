/// Passing clouds: how much of the clear sky's light comes through.
///
/// Each day has its own character, from blue to overcast; within it, banks of cloud drift by in about an hour and
/// single clouds in minutes. Made up, not measured.
public struct Clouds: Sendable, Equatable {
    let noise: Noise

    public init(seed: UInt64) {
        noise = Noise(seed: seed)
    }

    /// The part of the clear sky's light that reaches the roof, 0.1 to 1.
    public func transmission(atEpochSeconds epochSeconds: Int) -> Double {
        let time = Double(epochSeconds)
        let cover = noise.smooth(1, at: time / 86400)
        let banks = noise.smooth(2, at: time / 3600)
        let puffs = noise.smooth(3, at: time / 420)

        let density = max(0, 0.55 * banks + 0.45 * puffs - (1 - cover)) / max(0.2, cover)
        return max(0.1, 1 - 0.85 * min(1, density * 1.6))
    }
}
