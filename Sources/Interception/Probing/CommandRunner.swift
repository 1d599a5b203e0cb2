import Foundation
import Subprocess
import SystemPackage

/// Runs the system's programs.
struct CommandRunner: Sendable {
    struct Finished: Sendable {
        var isSuccess: Bool
        var output: String
        var errors: String
    }

    /// Where administrators' programs are, which a user's `PATH` often leaves out.
    private static let folders =
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        + ["/usr/sbin", "/sbin", "/usr/bin", "/bin"]

    /// Where a program lies, by its name or a path; nil where it is not installed.
    static func path(of name: String) -> String? {
        if name.contains("/") { return access(name, X_OK) == 0 ? name : nil }
        return folders.lazy.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    /// - Throws: `toolMissing`, `commandFailed` where the program could not be started. A program that fails is no error here.
    func run(_ words: [String], input: String? = nil) async throws(InterceptionError) -> Finished {
        guard let name = words.first, let path = Self.path(of: name) else { throw .toolMissing(words.first ?? "") }
        do {
            let result = try await Subprocess.run(
                .path(.init(path)), arguments: .init(Array(words.dropFirst())),
                input: .fileDescriptor(try Self.file(holding: input ?? ""), closeAfterSpawningProcess: true),
                output: .string(limit: 64 << 20), error: .string(limit: 1 << 20))
            return Finished(
                isSuccess: result.terminationStatus.isSuccess, output: result.standardOutput,
                errors: result.standardError.trimmingCharacters(in: .whitespacesAndNewlines))
        } catch {
            throw .commandFailed(words.joined(separator: " "), reason: "\(error)")
        }
    }

    /// A nameless file to read `text` from. (Through a pipe, Subprocess ends this whole program where the other one ends without reading.)
    private static func file(holding text: String) throws -> FileDescriptor {
        let path = FileManager.default.temporaryDirectory.appending(path: "heliograph-\(UUID().uuidString)").path(percentEncoded: false)
        let file = try FileDescriptor.open(
            path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec], permissions: .ownerReadWrite)
        unlink(path)
        do {
            _ = try file.writeAll(Array(text.utf8))
            _ = try file.seek(offset: 0, from: FileDescriptor.SeekOrigin.start)
        } catch {
            // The first failure is the one to tell.
            try? file.close()
            throw error
        }
        return file
    }

    /// The output of a program that has to succeed.
    func output(_ words: [String], input: String? = nil) async throws(InterceptionError) -> String {
        let finished = try await run(words, input: input)
        guard finished.isSuccess else {
            let line = finished.errors.split(separator: "\n").first.map(String.init) ?? "no reason given"
            throw .commandFailed(words.joined(separator: " "), reason: line)
        }
        return finished.output
    }
}
