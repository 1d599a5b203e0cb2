import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Spool

@Suite("What was answered here is remembered until the cloud has taken it")
struct UndeliveredTests {
    private let folder: TemporaryFolder
    private let spool: SpoolDirectory
    private let request = Array("POST / HTTP/1.1\r\n\r\nbody".utf8)
    private var undelivered: Undelivered { spool.undelivered }

    init() throws {
        folder = try TemporaryFolder()
        spool = try SpoolDirectory(FilePath(folder.path).appending("spool"))
    }

    private func stem(_ second: Int) throws -> Stem { try #require(Stem(fileName: "2026-06-21T13:59:0\(second)-0j1FFs.request")) }

    /// An exchange that was answered here, in the root.
    @discardableResult private func answered(_ second: Int) throws -> Stem {
        let stem = try stem(second)
        for file in [ExchangeFile.request, .answer, .response] {
            try Data(file == .request ? request : Array("HTTP/1.1 200 OK\r\n\r\n".utf8)).write(to: url("\(stem).\(file.rawValue)"))
        }
        try undelivered.add(stem)
        return stem
    }

    private func url(_ name: String) -> URL { folder.url.appending(path: "spool/\(name)") }
    private func listed(_ name: String) -> [String] { names(in: url(name)).filter { $0 != ".lock" } }

    private func file(_ stem: Stem) throws {
        let exchange = try #require(try spool.settled().first { $0.stem == stem })
        try spool.file([(exchange, xml: nil)])
    }

    @Test("They wait in order of arrival, and nothing of them is a copy", arguments: [true, false])
    func waits(isFiled: Bool) throws {
        let stems = try [3, 1, 2].map(answered).sorted { $0.description < $1.description }
        if isFiled { for stem in stems { try file(stem) } }
        #expect(try undelivered.waiting() == stems)
        #expect(try undelivered.counts().waiting == 3 && undelivered.counts().oldest == stems[0])
        for name in listed("undelivered") {
            #expect(name.hasSuffix(isFiled ? ".request.gz" : ".request"))
            let links = try FileManager.default.attributesOfItem(atPath: url("undelivered/\(name)").path)[.referenceCount] as? Int
            #expect(links == 2, "\(name) is a second name")
        }
        #expect(try undelivered.begin(stems[0], limit: 1 << 20) == request)
    }

    @Test("It outlives the capture that retention removes")
    func outlivesRetention() throws {
        let stem = try answered(1)
        try file(stem)
        try FileManager.default.removeItem(at: url("processed/2026-06-21"))
        #expect(try undelivered.waiting() == [stem])
        #expect(try undelivered.begin(stem, limit: 1 << 20) == request)
        try undelivered.settle(stem, reply: [1])
        #expect(listed("processed/2026-06-21") == ["\(stem).delivery.gz"])
    }

    @Test("What the cloud has taken leaves the list, and its reply is filed", arguments: [true, false])
    func settles(isFiled: Bool) throws {
        let stem = try answered(1)
        if isFiled { try file(stem) }
        _ = try undelivered.begin(stem, limit: 1 << 20)
        try undelivered.settle(stem, reply: Array("HTTP/1.1 200 OK\r\n\r\nx".utf8))
        #expect(listed("undelivered") == [])
        if !isFiled { try file(stem) }
        let shelf = Shelf(spool.path)
        let exchange = try #require(shelf.exchange(stem))
        let delivery = try #require(exchange.files.first { $0.kind == "delivery" })
        #expect(try shelf.piece(of: exchange, delivery, from: 0, limit: 100) == Array("HTTP/1.1 200 OK\r\n\r\nx".utf8))
    }

    @Test("What the cloud refuses is put aside whole, with the reply, and is not sent again")
    func refuses() throws {
        let stem = try answered(1)
        try file(stem)
        _ = try undelivered.begin(stem, limit: 1 << 20)
        try undelivered.refuse(stem, reply: Array("no".utf8))
        #expect(listed("undelivered") == ["refused"] && listed("undelivered/refused") == ["\(stem).delivery", "\(stem).request.gz"])
        #expect(try undelivered.counts().refused == 1 && undelivered.waiting() == [])
    }

    @Test("On its way out of the root it still waits", arguments: [true, false])
    func leaving(isRejected: Bool) throws {
        let stem = try answered(1)
        let exchange = try #require(try spool.settled().first { $0.stem == stem })
        if isRejected { try spool.reject(exchange, reason: "no") } else { try file(stem) }
        #expect(listed("").allSatisfy { !$0.hasPrefix("\(stem)") })
        // The request is the last to leave.
        try Data(request).write(to: url("\(stem).request"))
        #expect(try undelivered.waiting() == [stem])
    }

    @Test("Its name back while it was settled and filed at once, it is not sent again")
    func notAgain() throws {
        let stem = try answered(1)
        try undelivered.settle(stem, reply: [1])
        try undelivered.add(stem)
        #expect(throws: SpoolError.self) { try undelivered.begin(stem, limit: 1 << 20) }
        #expect(listed("undelivered") == [])
    }

    @Test("What was refused waits again where its owner wishes so, and leaves where not", arguments: [true, false])
    func reconsiders(isFiled: Bool) throws {
        let (stem, other) = (try answered(1), try answered(2))
        if isFiled { try file(stem) }
        _ = try undelivered.begin(stem, limit: 1 << 20)
        try undelivered.refuse(stem, reply: Array("no".utf8))
        #expect(try undelivered.waiting() == [other])
        #expect(try undelivered.reconsider() == 1)
        #expect(listed("undelivered/refused") == [])
        #expect(try undelivered.waiting() == [stem, other])
        #expect(try undelivered.begin(stem, limit: 1 << 20) == request)
        try undelivered.refuse(stem, reply: Array("no".utf8))
        #expect(try undelivered.forget() == 2)
        #expect(listed("undelivered/refused") == [])
        #expect(try undelivered.counts() == Undelivered.Counts())
        #expect(listed(isFiled ? "processed/2026-06-21" : "").contains(isFiled ? "\(stem).request.gz" : "\(stem).request"))
    }

    @Test("What was cut off in the middle of being sent is sent again and told of; what was taken is not")
    func recovers() throws {
        let (cut, taken, refused, untouched) = (try answered(1), try answered(2), try answered(3), try answered(4))
        for stem in [cut, taken, refused] { _ = try undelivered.begin(stem, limit: 1 << 20) }
        let marks = try [taken, refused].map { try Data(contentsOf: url("undelivered/\($0).request")) }
        try undelivered.settle(taken, reply: [1])
        try undelivered.refuse(refused, reply: [2])
        // As a crash before the last step leaves it.
        for (stem, bytes) in zip([taken, refused], marks) {
            try bytes.write(to: url("undelivered/\(stem).request"))
            try Data().write(to: url("undelivered/\(stem).sending"))
        }
        let claim = try Undelivered.Claim(undelivered)
        #expect(claim.interrupted == [cut])
        #expect(try undelivered.waiting() == [cut, untouched])
        #expect(listed("undelivered") == ["\(cut).request", "\(untouched).request", "refused"])
    }

    @Test("Counting again sees what has changed")
    func counter() throws {
        let counter = UndeliveredCounter(undelivered)
        #expect(try counter.counts() == Undelivered.Counts())
        let stems = try [1, 2].map(answered)
        #expect(try counter.counts() == undelivered.counts() && counter.counts().waiting == 2)
        _ = try undelivered.begin(stems[0], limit: 1 << 20)
        try undelivered.refuse(stems[0], reply: [1])
        #expect(try counter.counts() == undelivered.counts() && counter.counts().refused == 1 && counter.counts().waiting == 1)
        try undelivered.remove(stems[1])
        #expect(try counter.counts().waiting == 0)
    }

    @Test("One delivers at a time")
    func claims() throws {
        let first = try Undelivered.Claim(undelivered)
        #expect(throws: SpoolError(.lock, undelivered.path, .resourceTemporarilyUnavailable)) { try Undelivered.Claim(undelivered) }
        withExtendedLifetime(first) {}
    }

    @Test("One that is gone, and one that is damaged, are told apart from others")
    func gone() throws {
        let stem = try stem(1)
        #expect { try undelivered.begin(stem, limit: 1 << 20) } throws: { ($0 as? SpoolError)?.cause == .noSuchFileOrDirectory }
        try answered(2)
        try Data("no gzip".utf8).write(to: url("undelivered/\(try self.stem(3)).request.gz"))
        let damaged = try self.stem(3)
        #expect { try undelivered.begin(damaged, limit: 1 << 20) } throws: { ($0 as? SpoolError)?.cause == .ioError }
    }
}
