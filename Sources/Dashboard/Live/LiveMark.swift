import Archive

/// What tells a page that was made before from one that would be made now.
struct LiveMark: Equatable, Sendable {
    /// The number of the archive's last row.
    var seq = 0
    /// The number of the last alert that was raised or ended.
    var alertChange = 0

    /// As pages carry it.
    var text: String { "\(seq).\(alertChange)" }
    var json: String { "{\"seq\":\(seq),\"alertChange\":\(alertChange)}" }
}

extension OpenArchive {
    /// The present.
    func mark() async throws -> LiveMark {
        let reader = try await open()
        return LiveMark(seq: try await reader.lastSeq(), alertChange: try await reader.lastAlertChange())
    }
}
