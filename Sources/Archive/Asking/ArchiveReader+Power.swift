import GRDB

/// The power of all panels of an Envoy over a step of time.
public struct PowerStep: Equatable, Sendable {
    /// When it begins, seconds since 1970 UTC.
    public var startTimestamp: Int
    /// Mean power, W.
    public var watts: Double
}

extension ArchiveReader {
    /// Power of all an Envoy's panels from the energy of their intervals, oldest first. Steps of which nothing is known are left out.
    ///
    /// Each interval's energy is spread evenly over its time (§3). One that ends more than a day after the span is missed.
    ///
    /// - Parameters:
    ///   - timestamps: seconds since 1970 UTC.
    ///   - stepSeconds: the steps' length, at least 60; 300 is what Envoys measure in.
    public func power(of envoy: String, in timestamps: Range<Int>, stepSeconds: Int = 300) async throws -> [PowerStep] {
        let step = max(60, stepSeconds)
        let span = clamped(timestamps.lowerBound)..<max(clamped(timestamps.lowerBound), clamped(timestamps.upperBound))
        return try await ask("asking for power in") { db in
            // Added in one place, so that years of steps take no more memory than the span asks for.
            var joules: [Int: Double] = [:]
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT end_timestamp, duration_s, sum(joules) FROM interval
                    WHERE end_timestamp > ? AND end_timestamp <= ? AND joules BETWEEN ? AND ?
                        AND device_id IN (SELECT device.id FROM device JOIN envoy ON envoy.id = envoy_id WHERE envoy.serial = ?)
                    GROUP BY end_timestamp, duration_s
                    """,
                arguments: [
                    span.lowerBound, span.upperBound + 86_400, EnergySpread.plausibleJoules.lowerBound,
                    EnergySpread.plausibleJoules.upperBound, envoy,
                ])
            while let row = try rows.next() {
                let end: Int = try row.required(0)
                let duration = min(max(try row.required(1, as: Int.self), 1), EnergySpread.longestSeconds)
                let energy: Double = try row.required(2)
                var instant = max(end - duration, span.lowerBound)
                while instant < min(end, span.upperBound) {
                    let start = floorDivide(instant, step) * step
                    let next = min(end, start + step, span.upperBound)
                    joules[start, default: 0] += energy * Double(next - instant) / Double(duration)
                    instant = next
                }
            }
            return joules.sorted { $0.key < $1.key }.map { PowerStep(startTimestamp: $0.key, watts: $0.value / Double(step)) }
        }
    }
}
