import Foundation
import HTTPTypes
import NIOCore

/// Which addresses have given wrong passwords, and how long each has to wait before another one of its is looked at.
///
/// Addresses are slowed one by one, so that a guesser keeps nobody else out. Of the latest only, so that it stays small.
struct GuessBook {
    private struct Page {
        var failures: Int
        var until: ContinuousClock.Instant
        var wrong: [UInt8]
    }

    private var pages: [String: Page] = [:]

    static let mostAddresses = 1_000
    static let longestPause = Duration.seconds(60)
    /// Whoever has guessed nothing for so long begins anew.
    private static let memory = Duration.seconds(3_600)

    /// How long an address has still to wait; nil if it need not.
    func pause(of address: String, at now: ContinuousClock.Instant) -> Duration? {
        pages[address].flatMap { $0.until > now ? $0.until - now : nil }
    }

    /// Whether this is what an address gave last, and was wrong: a program with an old password tells nothing new by asking again.
    func isWrong(_ code: [UInt8], from address: String) -> Bool { pages[address]?.wrong == code }

    /// - Returns: how many have been wrong in a row.
    @discardableResult
    mutating func noteWrong(_ code: [UInt8], from address: String, at now: ContinuousClock.Instant) -> Int {
        var page = pages[address] ?? Page(failures: 0, until: now, wrong: [])
        page.failures = now - page.until > Self.memory ? 1 : page.failures + 1
        page.until = now + min(Self.longestPause, .milliseconds(250 << min(page.failures, 10)))
        page.wrong = code
        if pages[address] == nil, pages.count >= Self.mostAddresses, let oldest = pages.min(by: { $0.value.until < $1.value.until })?.key {
            pages[oldest] = nil
        }
        pages[address] = page
        return page.failures
    }

    mutating func noteRight(from address: String) { pages[address] = nil }

    var addressCount: Int { pages.count }

    /// Who asks: the other end of the connection, or, where that is a TLS terminator on this machine, whom it names last. Addresses of IPv6
    /// go by their network, as one machine has as many as it likes.
    static func address(of peer: String, forwarded: String?) -> String {
        let isLocal = peer.hasPrefix("127.") || peer == "::1"
        let named = isLocal ? forwarded?.split(separator: ",").last.map { $0.trimmingCharacters(in: .whitespaces) } : nil
        let address = named.flatMap { bytes(of: $0) == nil ? nil : $0 } ?? peer
        guard let bytes = bytes(of: address), bytes.count == 16 else { return address }
        let isMapped = bytes.prefix(12).elementsEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255])
        return isMapped
            ? bytes.suffix(4).map(String.init).joined(separator: ".") : bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":")
    }

    /// The 4 or 16 bytes of an address; nil for what is none.
    private static func bytes(of address: String) -> [UInt8]? {
        var (four, six) = (in_addr(), in6_addr())
        if inet_pton(AF_INET, address, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        return inet_pton(AF_INET6, address, &six) == 1 ? withUnsafeBytes(of: six) { Array($0) } : nil
    }
}
