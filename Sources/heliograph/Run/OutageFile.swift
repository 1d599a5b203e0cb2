import Dispatch
import Foundation
import Logging
import SystemPackage

/// Since when the cloud has taken no report, across restarts: `cloud-outage` in the state folder, seconds since 1970 UTC as text; no file
/// where it took the last.
///
/// It is a help to `answer-after` only: a file that can't be read or written holds nothing up, and then the time counts from the start.
final class OutageFile: Sendable {
    private let path: FilePath
    private let logger: Logger
    private let queue = DispatchQueue(label: "cloud-outage")

    init(in state: FilePath, _ logger: Logger) { (path, self.logger) = (state.appending("cloud-outage"), logger) }

    /// What was noted before; nil for nothing, or for a time that is still to come.
    func read(now timestamp: Int) -> Int? {
        // No file is the usual case, and one that holds anything else is as good as none.
        guard let text = try? String(contentsOfFile: path.string, encoding: .utf8) else { return nil }
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)).flatMap { $0 > 0 && $0 <= timestamp ? $0 : nil }
    }

    /// Notes it, in the order of the calls, without holding anybody up.
    func note(_ sinceTimestamp: Int?) {
        queue.async { [self] in
            do {
                if let sinceTimestamp {
                    try Data("\(sinceTimestamp)\n".utf8).write(to: URL(filePath: path.string), options: .atomic)
                } else if FileManager.default.fileExists(atPath: path.string) {
                    try FileManager.default.removeItem(atPath: path.string)
                }
            } catch {
                logger.warning(
                    "how long the cloud has been away could not be noted",
                    metadata: ["file": "\(path)", "reason": "\(error.localizedDescription)"])
            }
        }
    }
}
