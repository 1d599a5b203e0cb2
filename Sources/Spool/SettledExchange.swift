import SystemPackage

/// An exchange that has its request and its reply, or the note that there is none: capturing has done with it.
public struct SettledExchange: Sendable {
    public let stem: Stem
    /// The files that it left in the spool's root.
    public let files: Set<ExchangeFile>
}

extension SpoolDirectory {
    /// The first settled exchanges by name, and so in order of arrival to the second, at most `limit` of them: what has
    /// gathered may be more than memory should hold. Blocking.
    public func settled(atMost limit: Int = 1_000) throws(SpoolError) -> [SettledExchange] {
        var stems: [Stem] = []
        try Files.forEachName(in: path) { name in
            guard let stem = ExchangeFile.response.stem(ofFile: name), Files.exists(path.appending(ExchangeFile.request.name(of: stem)))
            else { return }
            stems.append(stem)
            if stems.count >= 2 * limit { stems = Self.first(limit, of: stems) }
        }
        return Self.first(limit, of: stems).map { stem in
            SettledExchange(stem: stem, files: Set(ExchangeFile.allCases.filter { Files.exists(path.appending($0.name(of: stem))) }))
        }
    }

    private static func first(_ count: Int, of stems: [Stem]) -> [Stem] {
        Array(stems.sorted { $0.description < $1.description }.prefix(count))
    }

    /// The bytes of a file of a settled exchange, at most `limit` of them. Blocking.
    public func bytes(_ file: ExchangeFile, of exchange: SettledExchange, limit: Int) throws(SpoolError) -> [UInt8] {
        try Files.readAll(path.appending(file.name(of: exchange.stem)), limit: limit)
    }
}
