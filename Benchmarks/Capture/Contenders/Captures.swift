import Foundation

/// A folder where a contender writes `.request`, `.xml` and `.response` files.
struct Captures: Sendable {
    let folder: URL

    private var names: [String] {
        // A folder that is not there yet holds nothing.
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    }

    /// Exchanges with all three files.
    var complete: [Substring] {
        let stems = Dictionary(grouping: names.filter { !$0.hasPrefix(".") }) { $0.prefix { $0 != "." } }
        return stems.filter { $0.value.count == 3 }.map(\.key)
    }

    /// Removes the complete exchanges, and returns how many they were.
    @discardableResult
    func removeComplete() -> Int {
        let stems = complete
        for stem in stems {
            for kind in ["request", "xml", "response"] {
                // Whatever stays is counted again next time, and seen.
                try? FileManager.default.removeItem(at: folder.appending(path: "\(stem).\(kind)"))
            }
        }
        return stems.count
    }
}
