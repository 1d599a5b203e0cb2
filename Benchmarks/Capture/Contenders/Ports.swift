#if canImport(Glibc)
    import Glibc
#endif

/// TCP ports of the loopback address.
enum Ports {
    /// A port that nobody listens on.
    static func free() throws -> Int {
        try withSocket { socket, address, length in
            var address = address
            var size = length
            let isNamed = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(socket, $0, length) == 0 && getsockname(socket, $0, &size) == 0
                }
            }
            guard isNamed else { throw BenchmarkError("no free port on 127.0.0.1") }
            return Int(UInt16(bigEndian: address.sin_port))
        }
    }

    static func accepts(_ port: Int) -> Bool {
        // No socket to be had is the same answer: not yet.
        (try? withSocket { socket, address, length in
            var address = address
            address.sin_port = UInt16(port).bigEndian
            return withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, length) == 0 }
            }
        }) ?? false
    }

    private static func withSocket<Value>(_ use: (Int32, sockaddr_in, socklen_t) throws -> Value) throws -> Value {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw BenchmarkError("no socket") }
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return try use(socket, address, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
}
