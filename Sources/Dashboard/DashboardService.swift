import Archive
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Serves the pages and the API. What goes wrong here is logged and hinders nothing else.
public struct DashboardService: Service, CustomStringConvertible {
    private let configuration: DashboardConfiguration
    private let logger: Logger
    private let onListening: @Sendable (Int) -> Void
    public var description: String { "DashboardService" }

    /// - Parameter onListening: hears the port when connections are accepted.
    public init(_ configuration: DashboardConfiguration, logger: Logger, onListening: @escaping @Sendable (Int) -> Void = { _ in }) {
        (self.configuration, self.logger, self.onListening) = (configuration, logger, onListening)
    }

    public func run() async {
        do { try await serve() } catch is CancellationError {
            // The program ended before all was answered.
        } catch {
            let known =
                error as? DashboardError
                ?? DashboardError("listening at", "\(configuration.address):\(configuration.port)", .other("\(error)"))
            logger.error("no dashboard", metadata: ["reason": "\(known)", "hint": "\(known.hint)"])
            // A service that returns ends the others; cancellation, which is all that is thrown here, ends the wait as well.
            try? await gracefulShutdown()
        }
    }

    private func serve() async throws {
        let files = NIOThreadPool(numberOfThreads: 1)
        files.start()
        let house = House(configuration, files: files)
        let feed = LiveFeed(house, pause: configuration.livePause, limit: configuration.livePages)
        do { try await serve(house, feed) } catch {
            try await close(house, files)
            throw error
        }
        try await close(house, files)
    }

    private func close(_ house: House, _ files: NIOThreadPool) async throws {
        try await house.archive.close()
        try await files.shutdownGracefully()
    }

    private func serve(_ house: House, _ feed: LiveFeed) async throws {
        let passwordFile = configuration.passwordFile
        let password = try await house.files.runIfActive { try PasswordHash.read(passwordFile) }
        let place = configuration.address.contains(":") ? "[\(configuration.address)]" : configuration.address
        guard configuration.isLoopback || password != nil || configuration.allowsNoPassword else {
            throw DashboardError("listening at", "\(place):\(configuration.port)", .noPassword)
        }
        var quiet = Logger(label: "heliograph.dashboard.http")
        quiet.logLevel = .critical
        let application = Application(
            router: try router(house, feed, password),
            server: .http1(configuration: HTTP1Channel.Configuration(idleTimeout: .seconds(60))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.address, port: configuration.port),
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.connections, logger: quiet)),
            onServerRunning: { [logger, onListening] channel in
                let port = channel.localAddress?.port ?? 0
                onListening(port)
                logger.info(
                    "dashboard", metadata: ["address": "http://\(place):\(port)/", "password": "\(password == nil ? "none" : "asked for")"])
            }, logger: quiet)
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                // proof: one task; it ends at graceful shutdown, or fails.
                group.addTask { try await application.run() }
                // proof: one task; it is cancelled below, and ended at graceful shutdown.
                group.addTask { await feed.run() }
                // The server ends when it is told to, or fails.
                try await group.next()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            feed.end()
        }
    }

    private func router(_ house: House, _ feed: LiveFeed, _ password: PasswordHash?) throws -> Router<DashboardContext> {
        let token = CrossSiteToken()
        let refusals = Refusals(logger: logger)
        let pages = try Pages(token: token, refusals: refusals)
        let router = Router(context: DashboardContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: SecurityHeaders())
        router.add(middleware: RefusalPages(pages: pages, refusals: refusals))
        router.add(middleware: HostCheck(names: configuration.hostNames))
        if let password { router.add(middleware: PasswordCheck(gate: PasswordGate(password, logger))) }
        AssetRoutes.add(to: router)
        APIRoutes(house: house, token: token, feed: feed).add(to: router)
        PageRoutes(house: house, pages: pages).add(to: router)
        for route in configuration.texts {
            router.get(RouterPath(route.path)) { _, _ in Reply.bytes(Array(try await route.text().utf8), as: route.contentType) }
        }
        return router
    }
}
