import Foundation
import Spool
import TestSupport
import Testing

@Suite("gzip")
struct GzipTests {
    private func text(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7 ^ $0) } }

    @Test(
        "What was compressed comes back, of any length and at any level", arguments: [0, 1, 100, 65_536, 65_537, 1_000_000], [0, 1, 6, 9])
    func roundTrip(count: Int, level: Int) throws {
        let bytes = text(count)
        let compressed = try gzipped(bytes, level: level)
        #expect(Gzip.isGzip(compressed))
        #expect(try Gzip.decompress(compressed, limitBytes: count) == bytes)
        #expect(try gzipped(bytes, level: level) == compressed)
        #expect(compressed[4..<8] == [0, 0, 0, 0], "the header holds no time")
    }

    @Test("The gzip program reads it, and it reads what the gzip program wrote")
    func peer() async throws {
        let folder = try TemporaryFolder()
        let bytes = text(100_000)
        try folder.write(gzipped(bytes), to: "ours.gz")
        #expect(try await Program.run("gzip", ["-dc", folder.file("ours.gz").path]).output == bytes)
        try folder.write(bytes, to: "plain")
        let theirs = try await Program.run("gzip", ["-c", folder.file("plain").path]).output
        #expect(try Gzip.decompress(theirs, limitBytes: 100_000) == bytes)
    }

    @Test("Several streams are one, and what else stands behind is ignored")
    func several() throws {
        let both = try gzipped([1, 2]) + gzipped([3]) + [0, 0, 7]
        #expect(try Gzip.decompress(both, limitBytes: 3) == [1, 2, 3])
    }

    @Test("Beyond the limit it stops, also when there is a thousand times more")
    func limit() throws {
        let bomb = try gzipped([UInt8](repeating: 0, count: 50 << 20))
        #expect(throws: GzipError.overLimit(bytes: 1000)) { try Gzip.decompress(bomb, limitBytes: 1000) }
        #expect(throws: GzipError.overLimit(bytes: 2)) { try Gzip.decompress(gzipped([1, 2, 3]), limitBytes: 2) }
    }

    @Test("What is cut short anywhere, or changed, is refused")
    func damage() throws {
        let whole = try gzipped(text(300))
        for count in 2..<whole.count {
            #expect(throws: GzipError.cutShort) { try Gzip.decompress(Array(whole.prefix(count)), limitBytes: 1000) }
        }
        for index in whole.indices.dropFirst(10) {
            var changed = whole
            changed[index] ^= 0x10
            // The last bits before the checksum may be padding, and say nothing.
            if let read = try? Gzip.decompress(changed, limitBytes: 1000) { #expect(read == text(300)) }
        }
        var changed = whole
        changed[whole.count / 2] ^= 0x10
        #expect(throws: GzipError.self) { try Gzip.decompress(changed, limitBytes: 1000) }
        #expect(throws: GzipError.self) { try Gzip.decompress(Array("no gzip at all".utf8), limitBytes: 1000) }
    }
}
