import NIOCore
import Simulator

/// Reports as an Envoy sends them after an outage: 500 intervals and 500 readings each, about 20 kB on the wire; or as it
/// sends them every five minutes, one of each for each of 40 panels.
enum Reports {
    /// - Returns: whole requests, head and body, all different.
    static func make(_ count: Int, small: Bool) throws -> [ByteBuffer] {
        let noon = 1_440_000_000
        return try (0..<count).map { number in
            let seed = UInt64(number + 1)
            let roof = Roof(place: .freiburg, panelCount: 40, seed: seed)
            var envoy = EnvoyModel(
                identity: EnvoyIdentity(place: .freiburg, webcomm: .v4_6_0, seed: seed), roof: roof,
                startSeconds: noon - (small ? 300 : 4500))
            envoy.advance(to: noon)
            return ByteBuffer(bytes: try envoy.report(atSeconds: noon).request())
        }
    }
}
