/// A request as it reached the simulated cloud.
public struct ReceivedRequest: Sendable, Equatable {
    /// Exactly the bytes that came out of TLS, head and body. Requests sent ahead without waiting for their answer
    /// (pipelining) are not told apart: the first of them carries the bytes of all.
    public let bytes: [UInt8]
    /// False when the sender hung up, or broke HTTP's rules, before the request was whole.
    public let isComplete: Bool
    /// First line of the head, without its end.
    public var requestLine: String {
        String(decoding: bytes.prefix { $0 != 13 && $0 != 10 }, as: UTF8.self)
    }
    /// What follows the head as it was sent, chunks included; empty when the head is not whole.
    public var body: [UInt8] {
        let end: [UInt8] = [13, 10, 13, 10]
        guard bytes.count >= 4,
            let index = (0...bytes.count - 4).first(where: { bytes[$0] == 13 && bytes[$0..<$0 + 4].elementsEqual(end) })
        else { return [] }
        return Array(bytes[(index + 4)...])
    }

    public init(bytes: [UInt8], isComplete: Bool) {
        self.bytes = bytes
        self.isComplete = isComplete
    }
}
