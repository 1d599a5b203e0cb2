import Foundation
import TestSupport

/// What the spool holds, wherever in it: in the root, or, once it has been read, compressed in `processed/` or as it is in
/// `rejected/`. Names are those of the root.
extension Proxy {
    /// The stems of what is in the spool, in order.
    var stems: [String] { Array(Set(finalNames.compactMap { $0.split(separator: ".").first.map(String.init) })).sorted() }

    /// The names without the hidden ones.
    var finalNames: [String] { SpooledFile.all(in: spool).map(\.name).reduce(into: []) { if $0.last != $1 { $0.append($1) } } }

    /// The stems of what has been archived and moved.
    var processedStems: Set<String> { Set(SpooledFile.all(in: spool).filter(\.isProcessed).map(\.stem)) }

    /// Files in the root that are not whole yet, or were left by a crash.
    var partialNames: [String] { names(in: spool).filter { $0.hasSuffix(".partial") } }

    /// Where a file of an exchange is in the spool's root.
    func spooled(_ stem: String, _ file: String) -> URL { spool.appending(path: "\(stem).\(file)") }

    /// Waits until a file is in the spool, and reads it. There is one exchange, unless a stem says which.
    func awaited(_ file: String, of stem: String? = nil) async throws -> [UInt8] {
        try await awaited(1, file, of: stem)[0]
    }

    /// Waits until the spool holds so many files of a kind, and reads them in the order of their names.
    func awaited(_ count: Int, _ file: String, of stem: String? = nil) async throws -> [[UInt8]] {
        let found = Watched<[[UInt8]]>([])
        _ = try await eventually {
            // A file may move between looking for it and reading it; then it is looked for again.
            let contents = SpooledFile.all(in: self.spool).filter { $0.kind == file && (stem ?? $0.stem) == $0.stem }
                .reduce(into: [String: [UInt8]]()) { $0[$1.stem] = $0[$1.stem] ?? (try? $1.contents) }
            found.change { $0 = contents.sorted { $0.key < $1.key }.map(\.value) }
            return contents.count >= count
        }
        guard found.value.count >= count else { throw NeverSpooled(file: file, found: finalNames) }
        return found.value
    }

    struct NeverSpooled: Error { var file: String, found: [String] }
}

/// A file of an exchange with its final name.
struct SpooledFile {
    /// As it is in the root.
    var name: String
    var url: URL
    var isProcessed: Bool
    var stem: String { String(name.prefix { $0 != "." }) }
    var kind: String { String(name.drop { $0 != "." }.dropFirst()) }
    /// Inflated, where it is compressed.
    var contents: [UInt8] { get throws { try gunzipped(url) } }

    static func all(in spool: URL) -> [SpooledFile] {
        let root = files(in: spool).filter { !["processed", "rejected", "undelivered"].contains($0.lastPathComponent) }
            .map { SpooledFile(name: $0.lastPathComponent, url: $0, isProcessed: false) }
        let processed = names(in: spool.appending(path: "processed")).flatMap { files(in: spool.appending(path: "processed/\($0)")) }
            .map { SpooledFile(name: $0.deletingPathExtension().lastPathComponent, url: $0, isProcessed: true) }
        let rejected = files(in: spool.appending(path: "rejected")).filter { $0.pathExtension != "reason" }
            .map { SpooledFile(name: $0.lastPathComponent, url: $0, isProcessed: false) }
        return (root + processed + rejected).sorted { $0.name < $1.name }
    }

    private static func files(in folder: URL) -> [URL] {
        names(in: folder).filter { !$0.hasPrefix(".") }.map { folder.appending(path: $0) }
    }
}
