import NIOCore
import ServiceLifecycle

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What started this program and wants to hear how it is: systemd, by sd_notify(3)'s protocol, a datagram of text to the socket
/// that `NOTIFY_SOCKET` names.
struct ServiceManager: Sendable {
    private let socketPath: String
    /// How often it wants to hear that the program still works; nil where it does not ask.
    let watchdogInterval: Duration?

    /// nil where nobody wants to hear anything.
    init?(environment: [String: String]) {
        guard let path = environment["NOTIFY_SOCKET"], path.hasPrefix("/") || path.hasPrefix("@") else { return nil }
        socketPath = path
        let isForUs = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        watchdogInterval = isForUs ? environment["WATCHDOG_USEC"].flatMap { Int64($0) }.map { .microseconds(max($0, 2)) } : nil
    }

    /// Sends a state, as in `READY=1`. Who started us and does not listen misses it: that is no failure of ours.
    func tell(_ state: String) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var path = Array(socketPath.utf8)
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        // A name that begins with @ is one without a file, which the kernel writes with a zero byte.
        if path.first == UInt8(ascii: "@") { path[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let text = Array(state.utf8)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, text, text.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}

/// Tells the service manager in time that connections are still being served, and at the end that the program is stopping.
struct WatchdogService: Service {
    let manager: ServiceManager
    let loops: any EventLoopGroup

    func run() async throws {
        guard let interval = manager.watchdogInterval else {
            // Cancelled when another service failed; there is nothing to tidy up here.
            try? await gracefulShutdown()
            return manager.tell("STOPPING=1")
        }
        // The wait ends by cancellation when the program is told to stop.
        try? await cancelWhenGracefulShutdown {
            while true {
                // An event loop that is stuck does not answer, and then nobody hears that all is well.
                for loop in loops.makeIterator() { try await loop.submit {}.get() }
                manager.tell("WATCHDOG=1")
                try await Task.sleep(for: interval / 2)
            }
        }
        manager.tell("STOPPING=1")
    }
}
