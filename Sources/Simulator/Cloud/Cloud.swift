import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// A cloud on a loopback address: takes reports over TLS, answers as protocol notes §5 describe, or as badly as told.
///
/// Connections live on the event loops; they end with `stop()`.
public actor Cloud {
    /// Where it listens; a given port 0 has become a real one, and stays the same while the cloud is down.
    public nonisolated let address: String
    public nonisolated let port: Int
    /// Larger requests are cut off, bytes.
    public static let requestLimit = 64 << 20

    private nonisolated let ledger: CloudLedger
    private let group: any EventLoopGroup
    private var listener: (any Channel)?
    /// So that a port that the system picked is still ours when the cloud comes up again.
    private let reservation: PortReservation?

    /// Starts listening.
    ///
    /// - Parameters:
    ///   - address: an IP address of this machine.
    ///   - port: 0 picks a free one.
    ///   - identity: certificate and key for TLS; nil for plain HTTP.
    ///   - keeping: how many of the newest requests to keep for `requests`.
    /// - Throws: `SimulatorError.listen`, `SimulatorError.identity`.
    public static func start(
        address: String = "127.0.0.1", port: Int = 0, identity: CloudIdentity?, behaviour: CloudBehaviour = .normal,
        keeping capacity: Int = 1000, group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws(SimulatorError) -> Cloud {
        let context = try identity.map { identity throws(SimulatorError) in try identity.serverContext() }
        let ledger = CloudLedger(behaviour: behaviour, sslContext: context, capacity: capacity)
        let listener = try await listen(address: address, port: port, isShared: port == 0, ledger: ledger, group: group)
        let cloud = Cloud(
            address: address, port: listener.localAddress?.port ?? port, ledger: ledger, group: group,
            listener: listener, reservation: port == 0 ? PortReservation(listener.localAddress) : nil)
        if behaviour == .down { try await cloud.setBehaviour(.down) }
        return cloud
    }

    private init(
        address: String, port: Int, ledger: CloudLedger, group: any EventLoopGroup, listener: any Channel, reservation: PortReservation?
    ) {
        self.address = address
        self.port = port
        self.ledger = ledger
        self.group = group
        self.listener = listener
        self.reservation = reservation
    }

    /// The newest requests, whole or cut short, oldest first.
    public nonisolated var requests: [ReceivedRequest] { ledger.requests }

    /// How many requests have come since the start, also those no longer kept.
    public nonisolated var requestCount: Int { ledger.total }

    public nonisolated var behaviour: CloudBehaviour { ledger.behaviour }

    /// The requests that are kept, then those that come; ends when the cloud is stopped. Each call gives a stream of
    /// its own, which buffers the newest 1,000 (or as many as are kept) for a slow reader.
    public nonisolated func arrivals() -> AsyncStream<ReceivedRequest> { ledger.arrivals() }

    /// Ends the streams of arrivals, and those that are asked for later after what is kept. Requests are still taken.
    public nonisolated func finishArrivals() { ledger.finish() }

    /// Changes how requests are treated from now on. `down` also cuts the connections that are open.
    ///
    /// - Throws: `SimulatorError.listen` when it comes up again and the port is taken.
    public func setBehaviour(_ behaviour: CloudBehaviour) async throws(SimulatorError) {
        ledger.behaviour = behaviour
        if behaviour == .down {
            await closeEverything()
        } else if listener == nil {
            listener = try await Self.listen(address: address, port: port, isShared: reservation != nil, ledger: ledger, group: group)
        }
    }

    /// Changes the certificate that new connections see.
    public func setIdentity(_ identity: CloudIdentity) throws(SimulatorError) {
        ledger.sslContext = try identity.serverContext()
    }

    /// Closes the port and all connections, and ends the streams of arrivals.
    public func stop() async {
        await closeEverything()
        ledger.finish()
    }

    private func closeEverything() async {
        let listener = listener
        self.listener = nil
        // Closing what is closed already is an error that changes nothing.
        try? await listener?.close()
        for connection in ledger.connections { connection.close(mode: .all, promise: nil) }
    }

    private static func listen(
        address: String, port: Int, isShared: Bool, ledger: CloudLedger, group: any EventLoopGroup
    ) async throws(SimulatorError) -> any Channel {
        do {
            return try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.socketOption(PortReservation.sharing), value: isShared ? 1 : 0)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try prepare(channel, ledger: ledger) }
                }
                .bind(host: address, port: port).get()
        } catch {
            throw .listen("\(address):\(port)", cause: "\(error)")
        }
    }

    private static func prepare(_ channel: any Channel, ledger: CloudLedger) throws {
        ledger.connected(channel)
        channel.closeFuture.whenComplete { _ in ledger.disconnected(channel) }

        let pipeline = channel.pipeline.syncOperations
        switch ledger.behaviour {
        case .down, .dropping:
            throw ChannelError.eof  // The bootstrap closes a connection that can't be prepared.
        case .refusingHandshake:
            return try pipeline.addHandler(HandshakeRefusal())
        default:
            let tap = RawTap(limit: requestLimit)
            if let context = ledger.sslContext {
                try pipeline.addHandler(NIOSSLServerHandler(context: context))
            }
            try pipeline.addHandler(tap)
            try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
            try pipeline.addHandler(CloudSession(ledger: ledger, tap: tap))
        }
    }
}
