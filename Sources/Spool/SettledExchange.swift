import SystemPackage

/// An exchange that has its request and its reply, or the note that there is none: capturing has done with it.
public struct SettledExchange: Sendable {
    public let stem: Stem
    /// The files that it left in the spool's root.
    public let files: Set<ExchangeFile>
}

extension SpoolDirectory {
    /// The settled exchanges, by name, and so in order of arrival to the second. Blocking.
    public func settled() throws(SpoolError) -> [SettledExchange] {
        Inventory(names: try Files.names(in: path)).exchanges.filter { $0.files.contains(.response) }.map {
            SettledExchange(stem: $0.stem, files: $0.files)
        }
    }

    /// The bytes of a file of a settled exchange, at most `limit` of them. Blocking.
    public func bytes(_ file: ExchangeFile, of exchange: SettledExchange, limit: Int) throws(SpoolError) -> [UInt8] {
        try Files.readAll(path.appending(file.name(of: exchange.stem)), limit: limit)
    }
}
