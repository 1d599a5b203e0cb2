import Foundation

/// A folder where a contender writes what it captures. Nothing is removed from it before the end: a file system gives names
/// and numbers of files that were removed a moment ago away more slowly, which would be measured, too.
struct Captures: Sendable {
    let folder: URL
    /// Whether captures are archived, and so end up in `processed`; else three files, or two, stay in the folder.
    var isArchived = false

    /// Exchanges that are there with their reply.
    var count: Int { stems(in: folder) + days.reduce(0) { $0 + stems(in: folder.appending(path: "processed/\($1)")) } }

    /// Whether so many exchanges are there, and no work is left to do on them.
    func isSettled(_ expected: Int) -> Bool { isArchived ? stems(in: folder) == 0 && count >= expected : count >= expected }

    private var days: [String] { names(in: folder.appending(path: "processed")) }

    private func stems(in folder: URL) -> Int {
        names(in: folder).count { $0.first != "." && ($0.hasSuffix(".response") || $0.hasSuffix(".response.gz")) }
    }

    private func names(in folder: URL) -> [String] {
        // A folder that is not there yet holds nothing.
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    }
}
