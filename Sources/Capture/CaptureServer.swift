import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import ServiceLifecycle
import Spool
import Synchronization

/// The capture proxy: listens for Envoys, and holds a ``Conversation`` with each.
public struct CaptureServer: Service {
    private let configuration: CaptureConfiguration
    private let house: CaptureHouse
    private let tls: NIOSSLContext
    private let group: MultiThreadedEventLoopGroup
    private let onListening: @Sendable ([SocketAddress]) -> Void

    /// - Parameters:
    ///   - onListening: Hears once of the addresses where connections are accepted, TLS first.
    ///   - onSettled: Hears of each exchange whose files are all in the spool; called on the spool's thread, must not block.
    /// - Throws: Where the certificate, or the upstream's authorities, can't be used.
    public init(
        _ configuration: CaptureConfiguration, spool: SpoolDirectory, counters: CaptureCounters, logger: Logger,
        group: MultiThreadedEventLoopGroup = .singleton, onListening: @escaping @Sendable ([SocketAddress]) -> Void = { _ in },
        onSettled: @escaping @Sendable () -> Void
    ) throws {
        self.onListening = onListening
        self.configuration = configuration
        self.group = group
        tls = try ServerTLS.context(chain: configuration.certificateChain, key: configuration.privateKey)
        house = CaptureHouse(
            spool: spool, responder: try ModeResponder(configuration, spool: spool), counters: counters,
            forwardsWithoutKeeping: configuration.forwardsWithoutKeeping, logger: logger, onSettled: onSettled)
        try Rehearsal.hold { _ = try furnish($0, isPlain: false, isOverLimit: false) }
    }

    /// Serves until the program is told to stop; then lets what is under way finish. Throws ``ListenError``.
    public func run() async throws {
        let (house, interval) = (house, TimeAmount.minutes(1))
        let summing = group.next().scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in house.tellRepeated() }
        defer {
            summing.cancel()
            house.tellRepeated(atEnd: true)
        }
        do { try await serve() } catch {
            await house.spool.drain()
            throw error
        }
        await house.spool.drain()
    }

    private func serve() async throws {
        try await withThrowingTaskGroup(of: Void.self) { listeners in
            let secure = try await bind(configuration.listen, isPlain: false)
            // proof: one task; it ends when its listener closes at graceful shutdown, and is waited for below.
            listeners.addTask { try await serve(secure) }
            var addresses = [secure.channel.localAddress]
            if let address = configuration.listenPlain {
                let plain = try await bind(address, isPlain: true)
                // proof: one task, and none besides these two; it ends as the other does.
                listeners.addTask { try await serve(plain) }
                addresses.append(plain.channel.localAddress)
            }
            onListening(addresses.compactMap { $0 })
            try await listeners.waitForAll()
        }
    }

    private func bind(_ address: SocketAddress, isPlain: Bool) async throws -> NIOAsyncChannel<Arrival, Never> {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        let server: NIOAsyncChannel<Arrival, Never>
        do { server = try await bootstrap.bind(to: address) { receive($0, isPlain: isPlain) } } catch {
            throw ListenError(address, isPlain: isPlain, error)
        }
        try await AcceptTrouble.watch(server.channel) { house.reportUnaccepted($0) }
        // Programs wait for this line, whatever else is to be logged.
        var logger = house.logger
        logger.logLevel = min(logger.logLevel, .notice)
        logger.notice(
            "listening",
            metadata: [
                "address": "\(server.channel.localAddress?.addressAndPort ?? "?")", "protocol": isPlain ? "http" : "tls",
            ])
        return server
    }

    private func serve(_ server: NIOAsyncChannel<Arrival, Never>) async throws {
        // Closing the listener ends the loop below, after the connections that it had accepted.
        try await withGracefulShutdownHandler {
            // proof: no more tasks than connections that `receive` admits (`limits.connections` and a few for politeness); each ends within
            // the connection's total time, and the group waits for all.
            try await withThrowingDiscardingTaskGroup { conversations in
                try await server.executeThenClose { arrivals in
                    for try await arrival in arrivals {
                        guard case .admitted(let channel, let peer, let isOverLimit) = arrival else { continue }
                        conversations.addTask(executorPreference: EventLoopExecutor(channel.eventLoop)) {
                            await converse(on: channel, with: peer, isOverLimit: isOverLimit)
                        }
                    }
                }
            }
        } onGracefulShutdown: {
            server.channel.close(promise: nil)
        }
    }
}

extension CaptureServer: CustomStringConvertible {
    /// What the log calls it: nothing of the configuration.
    public var description: String { "CaptureServer" }
}

/// A connection as the listener hands it on.
private enum Arrival: Sendable {
    /// Nothing is read from it before its conversation begins; where none does any more, it is only dropped.
    case admitted(any Channel, Peer, isOverLimit: Bool)
    /// Closed before its handshake.
    case turnedAway
}

extension CaptureServer {
    /// How many connections over the limit still get a 503, before others are closed without a word.
    private static let politeness = 64

    private func receive(_ channel: any Channel, isPlain: Bool) -> EventLoopFuture<Arrival> {
        let open = house.counters.values.connectionsOpen
        // One that is gone already has no address any more.
        guard let remote = channel.remoteAddress else { return channel.close().map { .turnedAway }.recover { _ in .turnedAway } }
        guard let address = IPAddress(remote), configuration.access.admits(address),
            open < configuration.limits.connections + Self.politeness
        else {
            if open < configuration.limits.connections {
                house.reportStranger(remote)
            } else {
                house.report(.tooManyConnections, from: Peer(address: remote, original: nil, isPlain: isPlain))
            }
            return channel.close().map { .turnedAway }.recover { _ in .turnedAway }
        }
        house.counters.count {
            $0.connections += 1
            $0.connectionsOpen += 1
        }
        return channel.setOption(.autoRead, value: false).and(channel.setOption(.tcpOption(.tcp_nodelay), value: 1))
            .flatMap { _ in OriginalDestination.of(channel) }
            .map { original in
                let peer = Peer(address: remote, original: original, isPlain: isPlain)
                return .admitted(channel, peer, isOverLimit: open >= configuration.limits.connections)
            }
            .flatMapError { _ in
                // It is gone already, or nobody can tell where it was going. Nothing of one connection may end the listener, as a failure
                // here would.
                house.counters.count { $0.connectionsOpen -= 1 }
                return channel.close().map { .turnedAway }.recover { _ in .turnedAway }
            }
    }

    private func converse(on channel: any Channel, with peer: Peer, isOverLimit: Bool) async {
        do {
            let furnished = try await channel.eventLoop.submit {
                try furnish(channel, isPlain: peer.isPlain, isOverLimit: isOverLimit)
            }.get()
            // A connection that is gone already ends the conversation by itself.
            channel.setOption(.autoRead, value: true).whenFailure { _ in channel.close(promise: nil) }
            await Conversation(channel: furnished, peer: peer, house: house).run()
        } catch {
            house.logger.debug("connection ended", metadata: ["envoy": "\(peer.name)", "reason": "\(error)"])
            channel.close(promise: nil)
        }
        house.counters.count { $0.connectionsOpen -= 1 }
    }

    private func furnish(_ channel: any Channel, isPlain: Bool, isOverLimit: Bool) throws -> EnvoyChannel {
        let pipeline = channel.pipeline.syncOperations
        let progress = FramingProgress()
        if !isPlain { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
        try pipeline.addHandlers([
            MessageSplitter(progress, strictness: .requests, headLimit: configuration.limits.requestHead),
            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)),
            RequestAssembler(progress, limits: configuration.limits, isSecured: isPlain, isOverLimit: isOverLimit),
        ])
        return try EnvoyChannel(wrappingChannelSynchronously: channel)
    }
}
