import Spool
import SystemPackage

/// A program that does nothing but fill a spool, for tests that trace it, or kill it between two system calls.
///
/// `SpoolWriter FOLDER one BYTES` keeps a request of so many bytes and a short reply under a fixed stem, one after the
/// other; `SpoolWriter FOLDER many COUNT` keeps so many requests at once. Each file is told of on standard output once
/// it is kept (`kept NAME`) or was not (`failed NAME`).
@main
struct SpoolWriter {
    static let stem = "2012-02-22T09:03:01-0j1FFs"

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let number = Int(arguments[3]), let stem = Stem(fileName: stem) else {
            tell("usage: SpoolWriter FOLDER one BYTES | SpoolWriter FOLDER many COUNT")
            return
        }
        let spool = try SpoolDirectory(FilePath(arguments[1]))
        if arguments[2] == "one" {
            await keep(.request, of: stem, Array(repeating: UInt8(ascii: "q"), count: number), in: spool)
            await keep(.response, of: stem, Array(repeating: UInt8(ascii: "a"), count: 100), in: spool)
        } else {
            await withTaskGroup(of: Void.self) { tasks in
                for index in 0..<number {
                    var random = SystemRandomNumberGenerator()
                    let stem = Stem(arrivedAt: index, tick: 0, using: &random)
                    tasks.addTask { await keep(.request, of: stem, Array(repeating: UInt8(ascii: "m"), count: 1000), in: spool) }
                }
            }
        }
    }

    private static func keep(_ file: ExchangeFile, of stem: Stem, _ bytes: [UInt8], in spool: SpoolDirectory) async {
        var draft = spool.draft(file, of: stem)
        do throws(SpoolError) {
            for start in stride(from: 0, to: bytes.count, by: 50_000) {
                try await draft.append(bytes[start..<min(start + 50_000, bytes.count)])
            }
            _ = try await spool.commit(draft)
            tell("kept \(file.name(of: stem))")
        } catch {
            await draft.discard()
            tell("failed \(file.name(of: stem)): \(error)")
        }
    }

    private static func tell(_ line: String) {
        // Whoever listens has gone; the files count.
        _ = try? FileDescriptor.standardOutput.writeAll(Array("\(line)\n".utf8))
    }
}
