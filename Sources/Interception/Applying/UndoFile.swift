import Foundation

/// Where the record for `down` is kept.
public struct UndoFile: Sendable {
    /// Emptied when the machine starts, as rules and kernel settings are.
    public static let standard = "/run/heliograph-gateway.json"

    public let path: String

    public init(_ path: String = UndoFile.standard) { self.path = path }

    /// nil where nothing has been set up.
    public func load() throws(InterceptionError) -> UndoRecord? {
        guard access(path, F_OK) == 0 else { return nil }
        do {
            return try JSONDecoder().decode(UndoRecord.self, from: Data(contentsOf: URL(filePath: path)))
        } catch let error as DecodingError {
            throw .notRead(path, reason: "\(error)")
        } catch { throw .notRead(path, reason: (error as NSError).localizedDescription) }
    }

    public func save(_ record: UndoRecord?) throws(InterceptionError) {
        do {
            if let record {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
                try encoder.encode(record).write(to: URL(filePath: path), options: .atomic)
                // It holds nothing that the network's settings don't show everybody.
                chmod(path, 0o644)
            } else if access(path, F_OK) == 0 {
                try FileManager.default.removeItem(atPath: path)
            }
        } catch { throw .notWritten(path, reason: (error as NSError).localizedDescription) }
    }
}
