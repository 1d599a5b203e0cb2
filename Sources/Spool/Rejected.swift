import SystemPackage

/// Exchanges that could not be understood when they were read (``Filing``). All functions block.
public struct Rejected: Sendable {
    public let path: FilePath

    /// - Parameter spool: the folder of all captures.
    public init(spool: FilePath) { path = spool.appending(Filing.rejected) }

    /// In order of arrival to the second.
    public func stems() throws(SpoolError) -> [Stem] {
        guard Files.exists(path) else { return [] }
        var stems: [Stem] = []
        try Files.forEachName(in: path) { name in if let stem = ExchangeFile.request.stem(ofFile: name) { stems.append(stem) } }
        return stems.sorted { $0.description < $1.description }
    }

    /// Puts exchanges back into the spool's root, where they wait to be read as if they had just come, without the reason.
    ///
    /// - Parameter claim: nobody else may write there meanwhile.
    /// - Throws: what the disk says; nothing is lost then, and it can be done again.
    public func takeBack(_ stems: [Stem], _ claim: SpoolClaim) throws(SpoolError) {
        guard !stems.isEmpty else { return }
        let root = path.removingLastComponent()
        // The request goes last: without it, what is in the root is nobody's, and with it, nothing is missing.
        let kinds = ExchangeFile.allCases.filter { $0 != .request } + [.request]
        for stem in stems {
            for name in kinds.map({ $0.name(of: stem) }) where Files.exists(path.appending(name)) {
                try Files.link(path.appending(name), to: root.appending(name))
            }
        }
        try Files.synchronise(folder: root)
        for stem in stems {
            for kind in kinds { try Files.remove(path.appending(kind.name(of: stem))) }
            try Files.remove(path.appending("\(stem).reason"))
        }
        try Files.synchronise(folder: path)
    }
}
