import NIOCore
import SystemPackage

/// An address where connections can't be accepted.
public struct ListenError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Address and port, as asked for.
    public var address: String
    public var isPlain: Bool
    /// The system's reason.
    public var cause: Errno

    init(_ address: SocketAddress, isPlain: Bool, _ error: any Error) {
        self.address = address.addressAndPort
        self.isPlain = isPlain
        cause = (error as? IOError).map { Errno(rawValue: $0.errnoCode) } ?? .ioError
    }

    public var description: String { "cannot listen on \(address): \("\(cause)".lowercased())" }
}

extension SocketAddress {
    /// `192.0.2.1:4430` or `[2001:db8::1]:4430`.
    public var addressAndPort: String {
        guard let host = ipAddress, let port else { return "\(self)" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
