import Foundation
import Spool
import SystemPackage
import TestSupport
import Testing

@Suite("The spool keeps whole files or none", .timeLimit(.minutes(10)))
struct SpoolDirectoryTests {
    private let folder: TemporaryFolder
    private var path: FilePath { FilePath(folder.path).appending("spool") }
    private var url: URL { folder.file("spool") }

    init() throws { folder = try TemporaryFolder() }

    private func stem(_ second: Int = 0) -> Stem {
        var random = SystemRandomNumberGenerator()
        return Stem(arrivedAt: second, tick: .random(in: 0..<238_328, using: &random), using: &random)
    }

    private static func keep(_ bytes: [UInt8], _ file: ExchangeFile = .request, of stem: Stem, in spool: SpoolDirectory) async throws
        -> StoredFile
    {
        var draft = spool.draft(file, of: stem)
        try await draft.append(bytes)
        return try await spool.commit(draft)
    }

    @Test("The folder is made with those above it, and everybody but owner and group is kept out")
    func made() throws {
        let deep = path.appending("a/b")
        _ = try SpoolDirectory(deep)
        let mode = try #require(FileManager.default.attributesOfItem(atPath: deep.string)[.posixPermissions] as? Int)
        #expect(mode & 0o007 == 0)
    }

    @Test(
        "A draft is nowhere until it is committed, and then whole under its name",
        arguments: [0, 1, Draft.memoryLimit, Draft.memoryLimit + 1, 1 << 20])
    func commit(size: Int) async throws {
        let spool = try SpoolDirectory(path)
        let stem = stem()
        var random = SeededRandom(UInt64(size))
        let bytes = random.bytes(size)
        var draft = spool.draft(.request, of: stem)
        for start in stride(from: 0, to: size, by: 9000) { try await draft.append(bytes[start..<min(size, start + 9000)]) }
        #expect(draft.count == size)
        #expect(draft.heldBytes == (size <= Draft.memoryLimit ? bytes : nil))
        #expect(names(in: url).filter { !$0.hasPrefix(".") } == [])
        #expect(names(in: url).contains { $0.hasSuffix(".partial") } == (size > Draft.memoryLimit), "what is large goes to a hidden file")
        let stored = try await spool.commit(draft)
        #expect(names(in: url).filter { $0 != ".lock" } == ["\(stem).request"])
        #expect(try TestSupport.bytes(of: url.appending(path: "\(stem).request")) == bytes)
        #expect(stored.count == size && stored.path == path.appending("\(stem).request"))

        var read: [UInt8] = []
        while true {
            let chunk = try await stored.bytes(from: read.count, limit: 10_000)
            if chunk.isEmpty { break }
            #expect(chunk.count <= 10_000)
            read += chunk
        }
        #expect(read == bytes, "it reads back in pieces")
        _ = try await Self.keep([1], .response, of: stem, in: spool)
        let exchange = try #require(try spool.settled().first)
        #expect(try spool.bytes(.request, of: exchange, limit: .max) == bytes)
        #expect(try spool.bytes(.request, of: exchange, limit: 10) == Array(bytes.prefix(10)))
    }

    @Test("A request whose reply could not be kept is settled when it is old; a younger one waits")
    func forgotten() async throws {
        let spool = try SpoolDirectory(path)
        let (old, young, answered) = (stem(100_000), stem(200_000), stem(100_001))
        for stem in [old, young, answered] { _ = try await Self.keep([1], of: stem, in: spool) }
        _ = try await Self.keep([2], .response, of: answered, in: spool)
        #expect(try spool.settleForgotten(before: 150_000) == 1)
        #expect(try spool.settled().map(\.stem) == [old, answered])
        let note = String(decoding: try bytes(of: url.appending(path: "\(old).response")), as: UTF8.self)
        #expect(note == "no reply: it could not be kept\n")
        #expect(try bytes(of: url.appending(path: "\(answered).response")) == [2])
        #expect(try spool.settleForgotten(before: 150_000) == 0)
    }

    @Test("A draft that is thrown away leaves nothing", arguments: [10, 1 << 20])
    func discard(size: Int) async throws {
        let spool = try SpoolDirectory(path)
        var draft = spool.draft(.request, of: stem())
        try await draft.append(Array(repeating: 1, count: size))
        await draft.discard()
        #expect(names(in: url) == [".lock"])
    }

    @Test("Nothing is ever written over a file that is there", arguments: [10, 1 << 20])
    func noOverwriting(size: Int) async throws {
        let spool = try SpoolDirectory(path)
        let stem = stem()
        _ = try await Self.keep([1, 2, 3], of: stem, in: spool)
        await #expect { try await Self.keep(Array(repeating: 9, count: size), of: stem, in: spool) } throws: {
            ($0 as? SpoolError)?.operation == .rename && ($0 as? SpoolError)?.cause == .fileExists
        }
        #expect(try bytes(of: url.appending(path: "\(stem).request")) == [1, 2, 3])
        #expect(names(in: url).filter { $0 != ".lock" } == ["\(stem).request"])
    }

    @Test("Many at once are all kept, and one that fails does not take the others along")
    func many() async throws {
        let spool = try SpoolDirectory(path)
        let taken = stem(1)
        _ = try await Self.keep([0], of: taken, in: spool)
        let outcomes = await withTaskGroup(of: Bool.self) { tasks in
            for index in 0..<300 {
                let stem = index == 150 ? taken : stem(index + 10)
                tasks.addTask {
                    // The one that fails is counted below.
                    (try? await Self.keep(Array(repeating: UInt8(index % 251), count: index * 300), of: stem, in: spool)) != nil
                }
            }
            return await tasks.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 }.count == 299)
        #expect(names(in: url).filter { $0.hasSuffix(".request") }.count == 300)
        #expect(names(in: url).filter { $0.hasSuffix(".partial") } == [])
        #expect(try spool.settled().isEmpty, "none has its reply")
    }

    @Test("What is enqueued is on disk when the queue is drained")
    func drain() async throws {
        let spool = try SpoolDirectory(path)
        let told = Watched(0)
        for index in 0..<50 {
            var draft = spool.draft(.response, of: stem(index))
            try await draft.append([1])
            spool.enqueue(draft) { _ in told.change { $0 += 1 } }
        }
        await spool.drain()
        #expect(told.value == 50 && names(in: url).filter { $0.hasSuffix(".response") }.count == 50)
    }

    @Test("A second process, or a second one in this, is turned away with a hint; the next after it may")
    func lock() async throws {
        try await Self.holding(path) {
            #expect { _ = try SpoolDirectory(path) } throws: {
                ($0 as? SpoolError)?.operation == .lock && ($0 as? SpoolError)?.hint.contains("other heliograph") == true
            }
            let other = try await Program.run(Program.built("SpoolWriter"), [path.string, "one", "1"])
            #expect(other.status != 0 && names(in: url) == [".lock"])
        }
        _ = try SpoolDirectory(path)
    }

    private static func holding(_ path: FilePath, _ body: () async throws -> Void) async throws {
        let spool = try SpoolDirectory(path)
        try await body()
        withExtendedLifetime(spool) {}
    }

    @Test("The next start removes what is not whole, answers what was cut off, and leaves the rest alone")
    func recovery() async throws {
        let (whole, cutOff, stranger) = (stem(1), stem(2), stem(3))
        try await Self.holding(path) {}
        let files: [(String, String)] = [
            ("\(whole).request", "q"), ("\(whole).response", "a"), ("\(cutOff).request", "q"), (".\(cutOff).response.partial", "half"),
            (".\(stranger).request.partial", "half"), ("notes.txt", "mine"), ("\(whole).request.bak", "mine"), (".hidden", "mine"),
        ]
        for (name, text) in files { try Data(text.utf8).write(to: url.appending(path: name)) }
        let spool = try SpoolDirectory(path)
        #expect(spool.recovery.removed == 2 && spool.recovery.interrupted == 1)
        #expect(
            names(in: url)
                == [
                    ".hidden", ".lock", "notes.txt", "\(whole).request", "\(whole).request.bak", "\(whole).response", "\(cutOff).request",
                    "\(cutOff).response",
                ].sorted())
        #expect(try bytes(of: url.appending(path: "\(cutOff).response")) == Array(Recovery.interruption.utf8))
        #expect(try bytes(of: url.appending(path: "\(whole).response")) == Array("a".utf8))
        let settled = try spool.settled()
        #expect(settled.map(\.stem) == [whole, cutOff])
        #expect(settled.map(\.files) == [[.request, .response], [.request, .response]])
    }

    @Test("A folder that can't be written to, or is a file, is told with operation and cause")
    func unusable() throws {
        try folder.write([1], to: "file")
        #expect { _ = try SpoolDirectory(FilePath(folder.file("file").path(percentEncoded: false))) } throws: {
            ($0 as? SpoolError)?.description.hasPrefix("cannot ") == true
        }
        #expect { _ = try SpoolDirectory("/proc/nowhere/spool") } throws: { ($0 as? SpoolError)?.operation == .createFolder }
    }

    @Test("A full disk is told from a broken one, with a hint")
    func outOfSpace() {
        let error = SpoolError(.write, "/x", .noSpace)
        #expect(error.isOutOfSpace && error.hint.contains("free space"))
        #expect(!SpoolError(.write, "/x", .ioError).isOutOfSpace)
    }
}
