import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct PasswordCommandTests {
    private let place: TemporaryFolder
    private var folder: URL { place.url }

    init() throws { place = try TemporaryFolder() }

    private func heliograph(_ arguments: String, input: String? = nil) throws -> CommandTranscript {
        try CommandTranscript("password \(arguments)", in: folder, input: input)
    }

    @Test func `a password is kept as a hash that only its owner and group may read, and can be taken away`() throws {
        let set = try heliograph("--dashboard-password-file p", input: "correct horse\n")
        #expect(set.status == 0 && set.output == "password set in p\n" && set.errors == "")
        let text = try String(contentsOf: folder.appending(path: "p"), encoding: .utf8)
        #expect(text.hasPrefix("pbkdf2-sha256 600000 ") && !text.contains("horse"))
        let mode = try FileManager.default.attributesOfItem(atPath: folder.appending(path: "p").path)[.posixPermissions] as? Int
        #expect(mode == 0o640)
        #expect(try heliograph("--dashboard-password-file p --remove").output == "no password\n")
        #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "p").path))
        #expect(try heliograph("--dashboard-password-file p --remove").status == 0)
    }

    @Test(arguments: ["short\n", "", "\n"]) func `one that is too short is not taken`(input: String) throws {
        let set = try heliograph("--dashboard-password-file p", input: input)
        #expect(set.status == 1 && set.output == "")
        #expect(set.errors == "error: the password is too short\nhint: give at least 8 characters on one line\n")
        #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "p").path))
    }

    @Test func `where it can't be written, that is said with a way out`() throws {
        let set = try heliograph("--dashboard-password-file no/p", input: "correct horse\n")
        #expect(set.status == 1)
        #expect(
            set.errors == """
                error: writing no/p: no such file or directory
                hint: check the folder's owner and mode, or name another file with --dashboard-password-file

                """)
    }
}
