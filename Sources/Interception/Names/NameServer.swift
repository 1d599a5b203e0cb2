import Foundation

/// A name server that is asked directly, past this machine's own resolver.
public struct NameServer: Sendable {
    public let address: IPv4Address

    public init(_ address: IPv4Address) { self.address = address }

    /// The IPv4 addresses that it gives for a name.
    ///
    /// - Throws: `notRead` where it gives no answer within three seconds.
    public func addresses(of name: String) throws(InterceptionError) -> [IPv4Address] {
        let subject = "the answer of name server \(address)"
        let question = NameQuestion(identifier: UInt16.random(in: .min ... .max), name: name)
        guard let datagram = question.datagram else { throw .notRead(subject, reason: "\(name) is no name") }
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .notRead(subject, reason: reason) }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: 3, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = UInt16(53).bigEndian
        target.sin_addr.s_addr = address.number.bigEndian
        let connected = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard connected == 0, send(descriptor, datagram, datagram.count, 0) == datagram.count else {
            throw .notRead(subject, reason: reason)
        }
        var answer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &answer, answer.count, 0)
        guard count >= 0 else { throw .notRead(subject, reason: errno == EAGAIN ? "none within three seconds" : reason) }
        guard let addresses = question.addresses(in: Array(answer.prefix(count))) else {
            throw .notRead(subject, reason: "it is no answer to the question")
        }
        return addresses
    }

    private var reason: String { String(cString: strerror(errno)).lowercased() }
}
