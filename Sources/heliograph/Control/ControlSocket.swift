import Capture
import Foundation
import Logging
import NIOCore
import NIOPosix
import Publishing
import ServiceLifecycle
import SystemPackage

/// Tells whoever connects to `control.sock` in the state folder how the proxy is: one ``ServiceReport`` as JSON, then the end. Who says
/// `cloud MODE` and ends the line first changes that before.
///
/// For the owner and the group. What goes wrong here is logged and hinders nothing else.
struct ControlSocket: Service, CustomStringConvertible {
    /// The longest path that fits a socket's address (unix(7): 108 bytes with the zero at the end).
    static let pathLimit = 107
    static let cloudWord = "cloud"

    /// The longest line that is read.
    private static let lineLimit = 100
    /// How long a client may take to say something.
    private static let patience = TimeAmount.seconds(1)

    private let path: FilePath
    private let modeSwitch: ModeSwitch
    private let report: @Sendable () -> ServiceReport
    private let logger: Logger
    var description: String { "ControlSocket" }

    init(_ settings: Settings, _ modeSwitch: ModeSwitch, _ logger: Logger, report: @escaping @Sendable () -> ServiceReport) {
        path = Self.path(settings)
        self.modeSwitch = modeSwitch
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
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(unixDomainSocketPath: path.string, cleanupExistingSocketFile: true) { client in
                client.eventLoop.makeCompletedFuture {
                    // Who says nothing and waits has nothing to say.
                    let channel = client
                    client.eventLoop.scheduleTask(in: Self.patience) { channel.close(mode: .input, promise: nil) }
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: client)
                }
            }
        chmod(path.string, 0o660)
        return server
    }

    /// What is no command changes nothing, as the report that follows shows.
    private func obey(_ line: String) {
        let words = line.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, words[0] == Self.cloudWord, let cloud = Settings.Cloud(rawValue: String(words[1])) else { return }
        modeSwitch.change(to: cloud, by: "heliograph cloud")
    }

    private func answer(_ client: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async {
        do {
            try await client.executeThenClose { inbound, outbound in
                var line = ""
                for try await bytes in inbound {
                    line += String(buffer: bytes)
                    if line.contains("\n") || line.utf8.count > Self.lineLimit { break }
                }
                obey(line)
                try await outbound.write(ByteBuffer(string: try JSONText.of(report()) + "\n"))
            }
        } catch { logger.debug("a question at the control socket was not answered", metadata: ["reason": "\(error)"]) }
    }
}
