/// A question for the IPv4 addresses of a name, and its answer, as they go to a name server over UDP (RFC 1035 §4).
public struct NameQuestion: Sendable, Equatable {
    public var identifier: UInt16
    public var name: String

    public init(identifier: UInt16, name: String) { (self.identifier, self.name) = (identifier, name) }

    /// The datagram; nil where the name can't be written: a part of it is empty or longer than 63 bytes.
    public var datagram: [UInt8]? {
        let labels = name.split(separator: ".", omittingEmptySubsequences: false).map { Array($0.utf8) }
        guard !labels.isEmpty, labels.allSatisfy({ (1...63).contains($0.count) }), name.utf8.count < 254 else { return nil }
        // Recursion wanted; one question; then the name, type A, class IN.
        return Self.bytes(identifier) + [1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + labels.flatMap { [UInt8($0.count)] + $0 } + [0, 0, 1, 0, 1]
    }

    /// The addresses in an answer to this question, none where the server knows none; nil for what is no such answer.
    public func addresses(in answer: [UInt8]) -> [IPv4Address]? {
        var reader = Reader(bytes: answer)
        guard reader.number() == identifier, let flags = reader.number(), flags & 0x8000 != 0, let questions = reader.number(),
            let answers = reader.number(), reader.skip(4)
        else { return nil }
        for _ in 0..<questions { guard reader.skipName(), reader.skip(4) else { return nil } }
        var found: [IPv4Address] = []
        for _ in 0..<answers {
            guard reader.skipName(), let type = reader.number(), reader.skip(6), let length = reader.number(),
                let data = reader.take(Int(length))
            else { return nil }
            if type == 1, data.count == 4 { found.append(IPv4Address(number: data.reduce(0) { $0 << 8 | UInt32($1) })) }
        }
        return found
    }

    private static func bytes(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xff)] }

    private struct Reader {
        var bytes: [UInt8]
        var position = 0

        mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard count <= bytes.count - position else { return nil }
            defer { position += count }
            return bytes[position..<position + count]
        }

        mutating func skip(_ count: Int) -> Bool { take(count) != nil }

        mutating func number() -> UInt16? { take(2).map { $0.reduce(0) { $0 << 8 | UInt16($1) } } }

        /// A name ends with a zero or with a pointer to elsewhere, which nobody has to follow here.
        mutating func skipName() -> Bool {
            while let length = take(1)?.first {
                if length == 0 { return true }
                if length & 0xc0 == 0xc0 { return skip(1) }
                guard length < 64, skip(Int(length)) else { return false }
            }
            return false
        }
    }
}
