import Foundation

/// One request over a connection of its own, with the clock in hand. Blocks.
struct Exchange {
    /// From connecting to the reply's first byte.
    let seconds: Double
    /// And to its last.
    let wholeSeconds: Double
    let status: Int
    let bodyBytes: Int

    init(_ path: String, port: Int) throws {
        let clock = ContinuousClock()
        let start = clock.now
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw POSIXError(.EMFILE) }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard connected == 0 else { throw POSIXError(.ECONNREFUSED) }
        let request = Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".utf8)
        guard write(descriptor, request, request.count) == request.count else { throw POSIXError(.EPIPE) }
        var reply: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        var first: Double?
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            if first == nil { first = (clock.now - start) / .seconds(1) }
            reply += chunk.prefix(count)
        }
        let end = Data(reply).range(of: Data("\r\n\r\n".utf8))
        seconds = first ?? 0
        wholeSeconds = (clock.now - start) / .seconds(1)
        status = String(decoding: reply.prefix(16), as: UTF8.self).split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        bodyBytes = end.map { reply.count - $0.upperBound } ?? 0
    }
}
