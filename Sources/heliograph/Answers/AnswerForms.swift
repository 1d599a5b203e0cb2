import Foundation
import Logging
import Reports
import Spool
import Synchronization
import SystemPackage

/// The forms of the cloud's replies, one of each Envoy: that of the last good one it got. Kept in `answer-forms.json` in the state folder.
final class AnswerForms: Sendable {
    /// What was learned of one Envoy's cloud.
    struct Learned: Codable, Equatable, Sendable {
        var form: AnswerForm
        /// The exchange that it was first seen in.
        var exchange: String
    }

    private let path: FilePath
    private let learned: Mutex<[String: Learned]>

    /// Takes up what was learned before.
    ///
    /// - Throws: `Failure` where the file is there and can't be read.
    convenience init(_ settings: Settings) throws {
        let path = Self.path(in: settings.state)
        var learned: [String: Learned] = [:]
        if FileManager.default.fileExists(atPath: path.string) {
            do { learned = try JSONDecoder().decode([String: Learned].self, from: Data(contentsOf: URL(filePath: path.string))) } catch {
                throw Failure("can't read \(path)", hint: "remove it where it is damaged; heliograph answers learn makes it anew")
            }
        }
        self.init(settings.state, learned)
    }

    private init(_ state: FilePath, _ learned: [String: Learned]) {
        path = Self.path(in: state)
        self.learned = Mutex(learned)
    }

    private static func path(in state: FilePath) -> FilePath { state.appending("answer-forms.json") }

    /// For the service, which a file that can't be read does not hold up: what it held is learned anew.
    convenience init(_ settings: Settings, _ logger: Logger) {
        do { try self.init(settings) } catch {
            logger.warning(
                "answers made here have the form of the published reply until another is learned", metadata: ["reason": "\(error)"])
            self.init(settings.state, [:])
        }
    }

    /// By the serial numbers of Envoys.
    var all: [String: Learned] { learned.withLock { $0 } }

    func form(of serial: String) -> AnswerForm? { learned.withLock { $0[serial]?.form } }

    /// Takes the form of a reply that an Envoy got, if it is a good one. Blocking where it is new.
    ///
    /// - Returns: whether it is another form than that known before.
    func learn(from reply: [UInt8], of serial: String, in exchange: Stem) throws -> Bool {
        guard let form = AnswerForm(ofReply: reply), self.form(of: serial) != form else { return false }
        let all = learned.withLock { learned in
            learned[serial] = Learned(form: form, exchange: exchange.description)
            return learned
        }
        try FileManager.default.createDirectory(atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
        try Data((JSONText.of(all) + "\n").utf8).write(to: URL(filePath: path.string), options: .atomic)
        return true
    }
}
