import SystemPackage

/// What the owner may wish of reports that the cloud does not take. Both block, and want a ``Claim``.
extension Undelivered {
    /// What the cloud refused waits again, to be sent once more; the replies that refused it go.
    ///
    /// - Returns: how many that are.
    public func reconsider() throws(SpoolError) -> Int {
        let folder = path.appending(Self.refused)
        let stems = try refusedStems()
        for stem in stems {
            for name in Self.requestNames(of: stem) { try Files.linkIfThere(folder.appending(name), to: path.appending(name)) }
            // A reply beside a report that is being sent means that it has been: it must be gone before that.
            try Files.synchronise(folder: path)
            try forget(refused: stem)
        }
        if !stems.isEmpty { try Files.synchronise(folder: folder) }
        return stems.count
    }

    /// Lets go of all that waits and all that was refused: the cloud is never to have it. The captures stay where they are filed.
    ///
    /// - Returns: how many reports that are.
    public func forget() throws(SpoolError) -> Int {
        let (waiting, refused) = (try waiting(), try refusedStems())
        for stem in waiting { try remove(stem) }
        for stem in refused { try forget(refused: stem) }
        return waiting.count + refused.count
    }

    private func forget(refused stem: Stem) throws(SpoolError) {
        let folder = path.appending(Self.refused)
        for name in ["\(stem).\(Self.delivery)"] + Self.requestNames(of: stem) { try Files.remove(folder.appending(name)) }
    }

    private func refusedStems() throws(SpoolError) -> [Stem] {
        try stems(in: path.appending(Self.refused)) { $0.hasSuffix(".\(Self.delivery)") }
    }
}
