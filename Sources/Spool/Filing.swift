import SystemPackage

/// Where exchanges go when they have been read, out of the root's way.
///
/// The format: `processed/2012-02-22/` holds those of that day of arrival, each file compressed by gzip (RFC 1952), as in
/// `2012-02-22T09:03:01-0j1FFs.request.gz`, with the report's XML beside it as `.xml.gz`. `rejected/` holds those that could
/// not be understood, as they came, each with a line of text in `STEM.reason`. As in the root, a file under
/// its final name is whole. An exchange leaves the root only when all of it is safe in its new place; what a crash leaves
/// in both is the same, and is filed again.
public enum Filing {
    public static let processed = "processed"
    public static let rejected = "rejected"
    /// Ends the name of the file that says why an exchange is rejected.
    static let reason = "reason"
    /// Ends the name of a compressed file.
    public static let compressedSuffix = ".gz"
}

extension SpoolDirectory {
    public var processedPath: FilePath { path.appending(Filing.processed) }
    public var rejectedPath: FilePath { path.appending(Filing.rejected) }
    public var undelivered: Undelivered { Undelivered(spool: path) }

    /// Moves exchanges to `processed/`, compressed, with the XML of those that carry a report. Many at once share
    /// their flushes. Blocking.
    ///
    /// - Throws: what the disk says; the exchanges are still in the root then, and can be filed again.
    public func file(_ exchanges: [(exchange: SettledExchange, xml: [UInt8]?)]) throws(SpoolError) {
        var group = FileGroup()
        do throws(SpoolError) {
            for (exchange, xml) in exchanges {
                let folder = processedPath.appending(exchange.stem.day)
                for file in exchange.files where file != .xml || xml == nil {
                    let name = file.name(of: exchange.stem)
                    try group.add(name + Filing.compressedSuffix, in: folder) { target throws(SpoolError) in
                        try GzipFile.copy(path.appending(name), to: target)
                    }
                }
                if let xml {
                    try group.add(ExchangeFile.xml.name(of: exchange.stem) + Filing.compressedSuffix, in: folder) {
                        target throws(SpoolError) in
                        try GzipFile.write(xml, to: target, folder)
                    }
                }
            }
            try group.place()
        } catch {
            group.abandon()
            throw error
        }
        for (exchange, _) in exchanges where exchange.files.contains(.answer) { try undelivered.follow(exchange.stem) }
        try removeFromRoot(exchanges.map(\.exchange))
    }

    /// Moves an exchange to `rejected/` as it is, with the reason beside it. Blocking.
    public func reject(_ exchange: SettledExchange, reason: String) throws(SpoolError) {
        var group = FileGroup()
        do throws(SpoolError) {
            for file in exchange.files {
                let name = file.name(of: exchange.stem)
                try group.add(name, in: rejectedPath) { target throws(SpoolError) in try Files.copy(path.appending(name), to: target) }
            }
            try group.add("\(exchange.stem).\(Filing.reason)", in: rejectedPath) { target throws(SpoolError) in
                try Files.write(Array("\(reason)\n".utf8), to: target, rejectedPath)
            }
            try group.place()
        } catch {
            group.abandon()
            throw error
        }
        try removeFromRoot([exchange])
    }

    /// The request goes last: without it, what is left would be nobody's.
    private func removeFromRoot(_ exchanges: [SettledExchange]) throws(SpoolError) {
        for exchange in exchanges {
            for file in exchange.files where file != .request { try Files.remove(path.appending(file.name(of: exchange.stem))) }
            try Files.remove(path.appending(ExchangeFile.request.name(of: exchange.stem)))
        }
    }
}
