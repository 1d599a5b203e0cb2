import Foundation
import Reports
import Testing

@Suite("Our decoder and an independent one, in Python with lxml", .enabled(if: Peer.python != nil))
struct PeerTests {
    @Test("read the same in thousands of made-up reports, plain and odd")
    func madeUp() throws {
        var documents: [[UInt8]] = []
        for seed in 0..<3_000 {
            var made = MadeUpReport(random: Seeded(state: UInt64(seed)), oddPercent: [0, 2, 15, 40][seed % 4])
            documents.append(made.xml())
        }
        let theirs = try Peer.read(documents)
        #expect(theirs.count == documents.count)
        var decoded = 0
        for (document, theirs) in zip(documents, theirs) {
            let ours = ourLines(document)
            if case .lines = ours { decoded += 1 }
            if ours != theirs {
                Issue.record("\(String(decoding: document, as: UTF8.self).debugDescription)\nours: \(ours)\ntheirs: \(theirs)")
                return
            }
        }
        #expect(decoded == documents.count)
    }

    @Test("read the same in thousands of reports with bytes changed, or both refuse them")
    func mutated() throws {
        var random = Seeded(state: 77)
        let documents = (0..<3_000).map { seed in
            var made = MadeUpReport(random: Seeded(state: UInt64(seed)), oddPercent: 5)
            return mutate(made.xml(), times: Int.random(in: 1...3, using: &random), &random)
        }
        var (both, refused, lenient) = (0, 0, 0)
        for (document, theirs) in zip(documents, try Peer.read(documents)) {
            switch (ourLines(document), theirs) {
            case (.lines(let ours), .lines(let theirs)):
                both += 1
                if ours != theirs {
                    Issue.record("\(String(decoding: document, as: UTF8.self).debugDescription)\nours: \(ours)\ntheirs: \(theirs)")
                    return
                }
            case (.error, .error): refused += 1
            // lxml also refuses what is well-formed but for its namespaces, which mean nothing to us.
            case (.lines, .error(let text)) where text.contains("QName") || text.contains("amespace"): lenient += 1
            case (let ours, let theirs):
                Issue.record("\(String(decoding: document, as: UTF8.self).debugDescription)\nours: \(ours)\ntheirs: \(theirs)")
                return
            }
        }
        #expect(both > 300 && refused > 300 && lenient < 60)
    }

    @Test("read the same in the real captures, down to the sums", .realCaptures, arguments: ["2012-R3.0.0", "2015-R3.12.34"])
    func realCaptures(name: String) throws {
        guard let xml = try capture("\(name)/report.xml") else { return }
        #expect(try Peer.read([xml]) == [ourLines(xml)])
    }
}

/// `document` with a few bytes changed, removed, doubled or cut off.
func mutate(_ document: [UInt8], times: Int, _ random: inout Seeded) -> [UInt8] {
    var document = document
    for _ in 0..<times where !document.isEmpty {
        let index = Int.random(in: document.indices, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: document[index] = .random(in: 0...255, using: &random)
        case 1: document.remove(at: index)
        case 2: document.insert(document[index], at: index)
        case 3: document[index] = Array("<>&\"'=/ ;0x".utf8).randomElement(using: &random) ?? 0
        case 4: document.insert(contentsOf: document[index...].prefix(40), at: index)
        default: document[index] = UInt8.random(in: 48...122, using: &random)
        }
    }
    return document
}
