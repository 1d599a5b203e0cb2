import NIOCore
import Spool
import Synchronization

/// What happens to requests once they are captured. It can change at any time; each request meets the mode of the moment when it has
/// arrived whole.
public final class CloudMode: Sendable {
    public struct Value: Sendable, Equatable {
        public var cloud: CaptureConfiguration.Cloud
        /// Since when, seconds since 1970 UTC.
        public var sinceTimestamp: Int
    }

    private let state: Mutex<Value>

    public init(_ cloud: CaptureConfiguration.Cloud, at timestamp: Int) { state = Mutex(Value(cloud: cloud, sinceTimestamp: timestamp)) }

    public var value: Value { state.withLock { $0 } }

    /// - Returns: What it was; nil where it was the same.
    public func change(to cloud: CaptureConfiguration.Cloud, at timestamp: Int) -> CaptureConfiguration.Cloud? {
        state.withLock { value in
            guard value.cloud != cloud else { return nil }
            defer { value = Value(cloud: cloud, sinceTimestamp: timestamp) }
            return value.cloud
        }
    }
}

/// Each request is answered as the mode of the moment says.
struct ModeResponder: Responder {
    let mode: CloudMode
    let forward: CloudResponder
    let shield: AnswerResponder
    let answer: AnswerResponder

    init(_ configuration: CaptureConfiguration, spool: SpoolDirectory) throws {
        mode = configuration.cloud
        forward = CloudResponder(
            connector: try UpstreamConnector(
                upstream: configuration.upstream, authorities: configuration.upstreamAuthorities, limits: configuration.limits),
            upstream: configuration.upstream)
        shield = AnswerResponder(make: configuration.answer, spool: spool, cloud: forward)
        answer = AnswerResponder(make: configuration.answer, spool: spool, cloud: nil)
    }

    func answer(_ request: ArrivedRequest, through outlet: inout ReplyOutlet, on eventLoop: any EventLoop) async {
        switch mode.value.cloud {
        case .forward: await forward.answer(request, through: &outlet, on: eventLoop)
        case .shield: await shield.answer(request, through: &outlet, on: eventLoop)
        case .answer: await answer.answer(request, through: &outlet, on: eventLoop)
        case .off: await outlet.fail(.off)
        }
    }
}
