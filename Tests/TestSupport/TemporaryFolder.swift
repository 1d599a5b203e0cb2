import Foundation

/// An empty folder that is there as long as this object, and then gone with all that is in it.
public final class TemporaryFolder: Sendable {
    public let url: URL
    public var path: String { url.path(percentEncoded: false) }

    public init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "heliograph-\(UUID())", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        // What a test left behind is no failure of the test.
        try? FileManager.default.removeItem(at: url)
    }

    /// The place of a file in the folder.
    public func file(_ name: String) -> URL { url.appending(path: name) }

    /// Writes a file into the folder.
    @discardableResult public func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> URL {
        let url = file(name)
        try Data(bytes).write(to: url)
        return url
    }
}

/// Names of what is in a folder, in order; none where there is no such folder.
public func names(in folder: URL) -> [String] {
    // A folder that is not there yet is as good as an empty one to those who wait for its files.
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))) ?? []).sorted()
}

/// A file's bytes.
public func bytes(of file: URL) throws -> [UInt8] { Array(try Data(contentsOf: file)) }
