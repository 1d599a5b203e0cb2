#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import NIOCore
import NIOPosix
import NIOSSL

/// Sends requests as an Envoy does: a new connection each, one request, one reply (protocol notes §1).
public struct EnvoyClient: Sendable {
    public let host: String
    public let port: Int
    public let transport: EnvoyTransport
    /// For the connection and the TLS handshake.
    public var connectTimeout: Duration = .seconds(10)
    /// From the connection to the last byte of the reply.
    public var replyTimeout: Duration = .seconds(60)
    /// The largest reply taken, bytes, head included.
    public var replyLimit = 4 << 20

    private let group: any EventLoopGroup
    private let sslContext: NIOSSLContext?

    /// - Throws: `SimulatorError.identity` when the TLS library refuses the version.
    public init(
        host: String, port: Int, transport: EnvoyTransport = .tls(.v1_0),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) throws(SimulatorError) {
        self.host = host
        self.port = port
        self.transport = transport
        self.group = group
        do {
            sslContext = try transport.tlsConfiguration().map { try NIOSSLContext(configuration: $0) }
        } catch {
            throw .identity("\(transport)", cause: "\(error)")
        }
    }

    /// Sends bytes and waits for the reply.
    ///
    /// - Throws: `SimulatorError`: no connection, no reply in time, a reply that is cut short, too large, or not HTTP.
    public func send(_ request: [UInt8]) async throws(SimulatorError) -> EnvoyReply {
        do {
            return try await Self.within(replyTimeout, "reply") { try await exchange(request) }
        } catch let error as SimulatorError {
            throw error
        } catch {
            throw .connect("\(host):\(port)", cause: Self.cause(of: error))
        }
    }

    /// A connection, and when it is ready to be written to.
    private typealias Connection = (channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>, ready: EventLoopFuture<Void>)

    private func exchange(_ request: [UInt8]) async throws -> EnvoyReply {
        let connection = try await connect()
        return try await connection.channel.executeThenClose { inbound, outbound in
            try await connection.ready.get()
            var reader = ReplyReader(limit: replyLimit)
            do {
                try await outbound.write(ByteBuffer(bytes: request))
                for try await buffer in inbound {
                    if let reply = try reader.feed(buffer.readableBytesView) { return reply }
                }
            } catch let error where Self.isHangUp(error) {
                // Whether the hang-up matters depends on what had come before it.
            }
            return try reader.finish()
        }
    }

    private func connect() async throws -> Connection {
        let limit = TimeAmount.milliseconds(Int64(connectTimeout / .milliseconds(1)))
        return try await ClientBootstrap(group: group)
            .connectTimeout(limit)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let ready = try addTLS(to: channel, timeout: limit)
                    return (try NIOAsyncChannel(wrappingChannelSynchronously: channel), ready)
                }
            }
    }

    /// Adds TLS where it is wanted.
    ///
    /// - Returns: kept when the handshake is done; at once without TLS.
    private func addTLS(to channel: any Channel, timeout: TimeAmount) throws -> EventLoopFuture<Void> {
        guard let sslContext else { return channel.eventLoop.makeSucceededVoidFuture() }
        let agreed = channel.eventLoop.makePromise(of: Void.self)
        try channel.pipeline.syncOperations.addHandlers(
            NIOSSLClientHandler(context: sslContext, serverHostname: nil), HandshakeWatch(agreed))
        let alarm = channel.eventLoop.scheduleTask(in: timeout) {
            agreed.fail(SimulatorError.timeout("TLS handshake", seconds: Double(timeout.nanoseconds) / 1e9))
        }
        agreed.futureResult.whenComplete { _ in alarm.cancel() }
        return agreed.futureResult
    }

    /// A peer that drops the connection, with or without TLS's good-bye.
    private static func isHangUp(_ error: any Error) -> Bool {
        if let error = error as? NIOSSLError, case .uncleanShutdown = error { return true }
        if let error = error as? IOError { return [ECONNRESET, EPIPE].contains(error.errnoCode) }
        return error is ChannelError
    }

    /// The system's own words where it has some.
    private static func cause(of error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            error.connectionErrors.last.map { cause(of: $0.error) } ?? "the name has no address"
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case ChannelError.eof: "hung up in the TLS handshake"
        case ChannelError.connectTimeout(_): "no connection in time"
        default: "\(error)"
        }
    }

    private static func within<Value: Sendable>(
        _ limit: Duration, _ operation: String, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { tasks in
            // proof: one task; it is cancelled when the time is up, and the group waits for it.
            tasks.addTask(operation: work)
            // proof: one task; it is cancelled when the work ends, and a cancelled sleep ends it.
            tasks.addTask {
                try await Task.sleep(for: limit)
                throw SimulatorError.timeout(operation, seconds: limit / .seconds(1))
            }
            defer { tasks.cancelAll() }
            guard let first = try await tasks.next() else { throw CancellationError() }
            return first
        }
    }
}
