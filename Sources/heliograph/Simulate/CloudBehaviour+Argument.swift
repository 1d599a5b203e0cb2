import Foundation
import Simulator

extension CloudBehaviour {
    static let usage = """
        normal, down (nothing listens), dropping (hangs up at once), refusing (no TLS handshake), slow:5s, hang (never \
        answers), broken (half a reply), status:500, reply:FILE (exactly its bytes), endless, junk
        """

    /// Reads a behaviour as `--behaviour` gives it.
    ///
    /// - Throws: `Failure`, also when the file of `reply:` can't be read.
    init(argument: String) throws(Failure) {
        let parts = argument.split(separator: ":", maxSplits: 1).map(String.init)
        let value = parts.count == 2 ? parts[1] : nil
        switch (parts.first ?? "", value) {
        case ("normal", nil): self = .normal
        case ("down", nil): self = .down
        case ("dropping", nil): self = .dropping
        case ("refusing", nil): self = .refusingHandshake
        case ("hang", nil): self = .hang
        case ("broken", nil): self = .closeMidReply
        case ("endless", nil): self = .endless
        case ("junk", nil): self = .junk
        case ("slow", let value?):
            guard let delay = HumanDuration(value) else {
                throw Failure("--behaviour \(argument) has no duration", hint: "give it as slow:5s")
            }
            self = .slow(delay.duration)
        case ("status", let value?):
            guard let code = Int(value), (200...999).contains(code) else {
                throw Failure("--behaviour \(argument) has no HTTP status", hint: "give it as status:500")
            }
            self = .status(code)
        case ("reply", let value?):
            do {
                self = .reply(Array(try Data(contentsOf: URL(filePath: value))))
            } catch {
                throw Failure("can't read the reply \(value)", hint: "give a file with head and body of the reply")
            }
        default:
            throw Failure("--behaviour \(argument) is not known", hint: "choose \(Self.usage)")
        }
    }
}
