import Foundation
import Spool
import SystemPackage
import TestSupport
import Testing

/// The program `SpoolWriter` runs under strace, which kills it before the Nth of its system calls on the spool's files,
/// or lets that call fail.
@Suite(
    "After a crash between any two system calls there are whole files or none", .timeLimit(.minutes(10)),
    .enabled(if: Tracer.works, "strace is not installed, or may not trace here"))
struct CrashTests {
    private static let stem = "2012-02-22T09:03:01-0j1FFs"
    /// strace counts the calls of each name, in each thread, by themselves.
    private static let calls = ["openat", "write", "fsync", "access", "rename", "close"]

    /// Paths of the exchange's files, hidden and final.
    private static func files(_ spool: URL, _ kinds: [String] = ["request", "response"]) -> [String] {
        kinds.flatMap { [".\(stem).\($0).partial", "\(stem).\($0)"] }.map { spool.appending(path: $0).path(percentEncoded: false) }
    }

    @Test("Killed before each call on each file in turn", arguments: ["request", "response"], [3000, 200_000])
    func killed(file: String, size: Int) async throws {
        for call in Self.calls {
            let survived = try await sweep(size) { spool in
                Self.files(spool, [file]).flatMap { ["-P", $0] } + ["-e", "inject=\(call):signal=KILL:when="]
            }
            // Made, written, flushed, looked for, renamed and closed, once each; what is large is written in pieces.
            #expect(survived == 2 || (call == "write" && size > 65_536 && survived > 2), "\(call): \(survived)")
        }
    }

    @Test("Killed before the folder is flushed")
    func killedBeforeFolder() async throws {
        let survived = try await sweep(3000) { spool in ["-P", spool.path(percentEncoded: false), "-e", "inject=fsync:signal=KILL:when="] }
        // Once for each of the two files, by one thread or by two.
        #expect(survived == 2 || survived == 3)
    }

    @Test(
        "A call that fails is told as a failure, and no file of that name is left half",
        arguments: ["openat:error=EMFILE", "write:error=ENOSPC", "write:error=EIO", "fsync:error=EIO", "rename:error=EIO"])
    func failing(fault: String) async throws {
        for (failed, kept) in [("request", "response"), ("response", "request")] {
            let folder = try TemporaryFolder()
            let spool = folder.file("spool")
            let result = try await Tracer.run(
                Self.files(spool, [failed]).flatMap { ["-P", $0] } + ["-e", "inject=\(fault):when=1"],
                [spool.path(percentEncoded: false), "one", "3000"])
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.text.contains("failed \(Self.stem).\(failed): "), "\(result.text)")
            #expect(result.text.contains("kept \(Self.stem).\(kept)\n"), "the other one is kept")
            #expect(names(in: spool).filter { $0 != ".lock" } == ["\(Self.stem).\(kept)"])
        }
    }

    @Test("A large one whose first piece is not taken leaves nothing open and nothing behind")
    func failingFirstPiece() async throws {
        let folder = try TemporaryFolder()
        let (spool, trace) = (folder.file("spool"), folder.file("trace"))
        let files = Self.files(spool, ["request"]).flatMap { ["-P", $0] }
        let result = try await Tracer.run(
            files + [
                "-o", trace.path(percentEncoded: false), "-e", "inject=write:error=ENOSPC:when=1", "-e", "trace=openat,write,close,unlink",
            ],
            [spool.path(percentEncoded: false), "one", "200000"])
        #expect(result.text.contains("failed \(Self.stem).request: ") && result.text.contains("kept \(Self.stem).response"))
        #expect(names(in: spool).filter { $0 != ".lock" } == ["\(Self.stem).response"])
        let calls = try String(contentsOf: trace, encoding: .utf8)
        #expect(calls.contains("openat(") && calls.contains("close(") && calls.contains("unlink("))
    }

    @Test("A folder that can't be flushed is told as a failure, though the file is there")
    func failingFolder() async throws {
        let folder = try TemporaryFolder()
        let spool = folder.file("spool")
        let path = spool.path(percentEncoded: false)
        // strace counts for each thread, so the reply's flush may fail as well; the request's is the first of all.
        let result = try await Tracer.run(["-P", path, "-e", "inject=fsync:error=EIO:when=1"], [path, "one", "3000"])
        // Where another thread makes the second flush, strace counts that as a first one, too.
        #expect(result.text.contains("failed \(Self.stem).request: "))
        #expect(names(in: spool).contains("\(Self.stem).request"))
    }

    @Test("Written, flushed, renamed, folder flushed, told: in this order", arguments: [3000, 200_000])
    func order(size: Int) async throws {
        let folder = try TemporaryFolder()
        let (spool, trace) = (folder.file("spool"), folder.file("trace"))
        let result = try await Tracer.run(
            ["-y", "-s", "300", "-o", trace.path(percentEncoded: false), "-e", "trace=write,fsync,rename"],
            [spool.path(percentEncoded: false), "one", "\(size)"])
        #expect(result.status == 0)
        let lines = try String(contentsOf: trace, encoding: .utf8).split(separator: "\n").map(String.init)
        func last(_ parts: String...) throws -> Int {
            try #require(lines.lastIndex { line in parts.allSatisfy { line.contains($0) } }, "\(parts)")
        }
        func first(_ parts: String...) throws -> Int {
            try #require(lines.firstIndex { line in parts.allSatisfy { line.contains($0) } }, "\(parts)")
        }
        for file in ["request", "response"] {
            let steps = [
                try last("write(", ".\(Self.stem).\(file).partial>"), try first("fsync(", ".\(Self.stem).\(file).partial>"),
                try first("rename(", ".\(Self.stem).\(file).partial"),
                try #require(
                    lines.indices.first {
                        try $0 > first("rename(", ".\(Self.stem).\(file).partial") && lines[$0].contains("fsync(")
                            && lines[$0].contains("spool>")
                    }),
                try first("write(1", "kept \(Self.stem).\(file)"),
            ]
            #expect(steps == steps.sorted() && Set(steps).count == 5, "\(file): \(steps)")
        }
    }

    @Test("Many at once share the flushes of the folder")
    func groupCommit() async throws {
        let folder = try TemporaryFolder()
        let (spool, trace) = (folder.file("spool"), folder.file("trace"))
        let result = try await Tracer.run(
            ["-y", "-o", trace.path(percentEncoded: false), "-e", "trace=fsync"], [spool.path(percentEncoded: false), "many", "400"])
        #expect(result.text.components(separatedBy: "kept ").count == 401)
        let flushes = try String(contentsOf: trace, encoding: .utf8).split(separator: "\n").filter { $0.contains("fsync(") }
        let ofFolder = flushes.filter { $0.contains("spool>") }.count
        #expect(flushes.count - ofFolder >= 400, "each file is flushed")
        #expect(ofFolder < 200, "\(ofFolder) flushes of the folder for 400 files")
    }

    /// Runs the writer again and again, killed one call later each time, until it comes through.
    ///
    /// - Returns: The number of the call that was not made.
    private func sweep(_ size: Int, _ options: (URL) -> [String]) async throws -> Int {
        for number in 1...100 {
            let folder = try TemporaryFolder()
            let spool = folder.file("spool")
            var options = options(spool)
            options[options.count - 1] += "\(number)"
            let result = try await Tracer.run(options, [spool.path(percentEncoded: false), "one", "\(size)"])
            try check(spool, told: result.text, size: size, "killed before call \(number)")
            if result.status == 0 { return number }
        }
        Issue.record("it never came through")
        return 0
    }

    private func check(_ spool: URL, told: String, size: Int, _ moment: Comment) throws {
        let whole = [
            "request": Array(repeating: UInt8(ascii: "q"), count: size), "response": Array(repeating: UInt8(ascii: "a"), count: 100),
        ]
        for (file, expected) in whole {
            let found = spool.appending(path: "\(Self.stem).\(file)")
            if FileManager.default.fileExists(atPath: found.path(percentEncoded: false)) {
                #expect(try bytes(of: found) == expected, moment)
            } else {
                #expect(!told.contains("kept \(Self.stem).\(file)"), moment)
            }
        }
        let hadRequest = names(in: spool).contains("\(Self.stem).request")
        let next = try SpoolDirectory(FilePath(spool.path(percentEncoded: false)))
        withExtendedLifetime(next) {
            #expect(
                names(in: spool).filter { $0 != ".lock" } == (hadRequest ? ["\(Self.stem).request", "\(Self.stem).response"] : []), moment)
        }
    }
}

/// strace, following threads.
enum Tracer {
    /// False where it is missing, or the system forbids it to trace.
    static let works = Program.succeeds("strace", ["-f", "-o", "/dev/null", "true"])

    static func run(_ options: [String], _ arguments: [String]) async throws -> Program.Finished {
        try await seated { try await Program.run("strace", ["-f", "-qq"] + options + [Program.built("SpoolWriter")] + arguments) }
    }
}
