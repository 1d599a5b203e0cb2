import Foundation
import TestSupport

extension Proxy {
    /// The stems of what is in the spool, in order.
    var stems: [String] { Array(Set(finalNames.compactMap { $0.split(separator: ".").first.map(String.init) })).sorted() }

    /// The names without the hidden ones.
    var finalNames: [String] { names(in: spool).filter { !$0.hasPrefix(".") } }

    /// Files that are not whole yet, or were left by a crash.
    var partialNames: [String] { names(in: spool).filter { $0.hasSuffix(".partial") } }

    func spooled(_ stem: String, _ file: String) -> URL { spool.appending(path: "\(stem).\(file)") }

    /// Waits until a file is in the spool, and reads it. There is one exchange, unless a stem says which.
    func awaited(_ file: String, of stem: String? = nil) async throws -> [UInt8] {
        func path() -> URL? { (stem ?? stems.first).map { spooled($0, file) } }
        guard try await eventually({ path().map { FileManager.default.fileExists(atPath: $0.path(percentEncoded: false)) } ?? false }), let path = path()
        else { throw NeverSpooled(file: file, found: names(in: spool)) }
        return try bytes(of: path)
    }

    /// Waits until the spool holds so many files of a kind, and reads them in the order of their names.
    func awaited(_ count: Int, _ file: String) async throws -> [[UInt8]] {
        func found() -> [String] { finalNames.filter { $0.hasSuffix(".\(file)") } }
        guard try await eventually({ found().count >= count }) else { throw NeverSpooled(file: file, found: names(in: spool)) }
        return try found().map { try bytes(of: spool.appending(path: $0)) }
    }

    struct NeverSpooled: Error { var file: String, found: [String] }
}
