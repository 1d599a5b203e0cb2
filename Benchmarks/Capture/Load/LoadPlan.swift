import NIOCore
import NIOSSL

/// What a load is made of, and when it ends.
struct LoadPlan: Sendable {
    enum Extent: Sendable {
        case time(warmUp: TimeAmount, measured: TimeAmount)
        case reports(Int)
    }

    var address: SocketAddress
    /// How many reports are under way at any moment.
    var connections: Int
    var extent: Extent
    /// Whole requests, head and body; sent in turn.
    var requests: [ByteBuffer]
    var expectedReply: [UInt8]
    var tls: NIOSSLContext
    /// Hears after each report how many were sent so far; called on the event loop.
    var onProgress: (@Sendable (Int) -> Void)?

    var duration: TimeAmount {
        switch extent {
        case .time(let warmUp, let measured): warmUp + measured
        case .reports: .hours(24)
        }
    }

    func isMeasured(_ elapsed: TimeAmount) -> Bool {
        switch extent {
        case .time(let warmUp, let measured): elapsed >= warmUp && elapsed <= warmUp + measured
        case .reports: true
        }
    }

    /// As an old Envoy speaks it: it does not look at the certificate, resumes nothing, offers no TLS 1.3.
    static func deviceTLS() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configuration.minimumTLSVersion = .tlsv12
        configuration.maximumTLSVersion = .tlsv12
        configuration.shutdownTimeout = .seconds(1)
        return try NIOSSLContext(configuration: configuration)
    }
}

/// What came of a load.
struct LoadResult: Sendable {
    var answered = 0
    var wrongReplies = 0
    var connectionsFailed = 0
    /// What the first that failed said.
    var firstFailure: String?
    /// From the first byte of the connection to the last of the reply, within the measured time.
    var latenciesMilliseconds: [Double] = []
    var seconds = 0.0
    var measuredSeconds = 0.0

    var failures: Int { wrongReplies + connectionsFailed }
    var reportsPerSecond: Double { measuredSeconds > 0 ? Double(latenciesMilliseconds.count) / measuredSeconds : 0 }

    /// - Parameter share: 0.5 for the median, 0.99 for what one in a hundred exceeds.
    func latency(_ share: Double) -> Double {
        guard !latenciesMilliseconds.isEmpty else { return .nan }
        let sorted = latenciesMilliseconds.sorted()
        return sorted[Int(Double(sorted.count - 1) * share)]
    }
}
