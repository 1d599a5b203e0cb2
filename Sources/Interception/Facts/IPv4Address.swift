/// An IPv4 address. The Envoys that this is for speak no other protocol.
public struct IPv4Address: Hashable, Sendable, Codable {
    /// The address as a number, its first byte the most significant one.
    public var number: UInt32

    public init(number: UInt32) { self.number = number }

    /// Reads four decimal numbers from 0 to 255 with points between them.
    /// - Returns: nil for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy({ $0.isASCII && $0.isNumber }), let byte = UInt8(part) else { return nil }
            number = number << 8 | UInt32(byte)
        }
        self.number = number
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let address = IPv4Address(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an IPv4 address")
        }
        self = address
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension IPv4Address: CustomStringConvertible {
    public var description: String { [24, 16, 8, 0].map { "\(number >> $0 & 0xff)" }.joined(separator: ".") }
}

/// An address of an interface together with the size of its network, as in `192.168.1.5/24`.
public struct InterfaceAddress: Hashable, Sendable, Codable {
    public var address: IPv4Address
    /// How many leading bits name the network, 0 to 32.
    public var prefixLength: Int

    public init(_ address: IPv4Address, prefixLength: Int) {
        self.address = address
        self.prefixLength = min(max(prefixLength, 0), 32)
    }

    private var mask: UInt32 { prefixLength == 0 ? 0 : UInt32.max << UInt32(32 - prefixLength) }

    /// Whether an address belongs to the same network.
    public func contains(_ other: IPv4Address) -> Bool { address.number & mask == other.number & mask }

    /// The network itself, as in `192.168.1.0/24`.
    public var network: String { "\(IPv4Address(number: address.number & mask))/\(prefixLength)" }
}

extension InterfaceAddress: CustomStringConvertible {
    public var description: String { "\(address)/\(prefixLength)" }
}
