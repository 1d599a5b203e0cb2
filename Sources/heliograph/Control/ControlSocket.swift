import Capture
import Foundation
import Logging
import NIOCore
import NIOPosix
import Publishing
import ServiceLifecycle
import SystemPackage

/// Tells whoever connects to `control.sock` in the state folder how the proxy is: one ``ServiceReport`` as JSON, then the end.
///
/// Read-only, for the owner and the group. What goes wrong here is logged and hinders nothing else.
struct ControlSocket: Service, CustomStringConvertible {
    /// The longest path that fits a socket's address (unix(7): 108 bytes with the zero at the end).
    static let pathLimit = 107

    private let path: FilePath
    private let report: @Sendable () -> ServiceReport
    private let logger: Logger
    var description: String { "ControlSocket" }

    init(_ settings: Settings, _ logger: Logger, report: @escaping @Sendable () -> ServiceReport) {
        path = Self.path(settings)
        self.report = report
        self.logger = logger
    }

    /// Where the socket is.
    static func path(_ settings: Settings) -> FilePath { settings.state.appending("control.sock") }

    func run() async {
        do {
            let server = try await bind()
            defer { unlink(path.string) }
            try await withGracefulShutdownHandler {
                // One after another: an answer fits the socket's buffer, so nobody waits for a client that doesn't read.
                try await server.executeThenClose { clients in
                    for try await client in clients { await answer(client) }
                }
            } onGracefulShutdown: {
                server.channel.close(promise: nil)
            }
        } catch is CancellationError {
            // The proxy ended before all was finished, and has said so.
        } catch {
            logger.info("no control socket: heliograph status can't ask this proxy", metadata: ["path": "\(path)", "reason": "\(error)"])
            // A service that returns ends the others; and cancellation, which is all that is thrown here, ends the wait as well.
            try? await gracefulShutdown()
        }
    }

    private func bind() async throws -> NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never> {
        guard path.string.utf8.count <= Self.pathLimit else {
            throw Failure("the path is longer than \(Self.pathLimit) bytes")
        }
        try FileManager.default.createDirectory(atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(unixDomainSocketPath: path.string, cleanupExistingSocketFile: true) { client in
                client.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: client)
                }
            }
        chmod(path.string, 0o660)
        return server
    }

    private func answer(_ client: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async {
        do {
            let json = try JSONText.of(report()) + "\n"
            try await client.executeThenClose { _, outbound in try await outbound.write(ByteBuffer(string: json)) }
        } catch { logger.debug("a question at the control socket was not answered", metadata: ["reason": "\(error)"]) }
    }
}
