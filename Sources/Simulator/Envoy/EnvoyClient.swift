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

    private func exchange(_ request: [UInt8]) async throws -> EnvoyReply {
        let channel = try await connect()
        return try await channel.executeThenClose { inbound, outbound in
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

    private func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        let seconds = connectTimeout / .milliseconds(1)
        return try await ClientBootstrap(group: group)
            .connectTimeout(.milliseconds(Int64(seconds)))
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let sslContext {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: sslContext, serverHostname: nil))
                    }
                    return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
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
        case ChannelError.connectTimeout(_): "no connection in time"
        default: "\(error)"
        }
    }

    private static func within<Value: Sendable>(
        _ limit: Duration, _ operation: String, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { tasks in
            tasks.addTask(operation: work)
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
