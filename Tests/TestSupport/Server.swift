import Foundation

/// A real server on loopback, in a folder and at a port of its own, that can be stopped and started again.
public final class Server: Sendable {
    public let port: Int
    public let folder: TemporaryFolder
    private let program: String
    private let arguments: @Sendable (_ port: Int, _ folder: TemporaryFolder) throws -> [String]
    private let running = Watched<Program?>(nil)

    public init(_ program: String, port: Int? = nil, _ arguments: @escaping @Sendable (Int, TemporaryFolder) throws -> [String]) throws {
        self.program = program
        self.arguments = arguments
        self.port = try port ?? freePort()
        folder = try TemporaryFolder()
    }

    /// Starts it and waits until it accepts connections.
    public func start() async throws {
        let started = try Program(program, arguments(port, folder))
        running.change { $0 = started }
        for _ in 0..<6_000 where started.isRunning {
            if canConnect(to: port) { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw NoServer(program: program, output: started.output.value.text + started.errors.value.text)
    }

    /// Stops it, as an outage would if not told otherwise, and waits for its end.
    public func stop(_ signal: Int32 = SIGKILL) async {
        let program = running.value
        running.change { $0 = nil }
        program?.send(signal)
        _ = await program?.end()
    }

    public var output: String { running.value?.output.value.text ?? "" }

    struct NoServer: Error {
        var program: String
        public var output: String
    }
}

/// Runs something with a server that is stopped in any case.
public func with<Value>(_ server: Server, _ body: (Server) async throws -> Value) async throws -> Value {
    try await server.start()
    do {
        let value = try await body(server)
        await server.stop()
        return value
    } catch {
        await server.stop()
        throw error
    }
}

/// A TCP port of loopback that nobody uses now.
public func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
        }
    }
    guard bound else { throw CocoaError(.fileNoSuchFile) }
    return Int(UInt16(bigEndian: address.sin_port))
}

public func canConnect(to port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port: port)
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}

private func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
}

/// A script beside the tests of publishing.
public func script(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "PublishingTests/servers/\(name)").path
}
