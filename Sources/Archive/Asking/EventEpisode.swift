import GRDB
import Reports

/// A condition from when it was raised until it was cleared, or an event of a moment.
public struct EventEpisode: Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        /// It has no duration.
        case momentary
        /// A condition that was raised; over if there is an end.
        case raised
        /// A condition that was cleared, of which the archive has no beginning.
        case cleared
        /// Of a state without a known meaning.
        case unknown(state: Int?)
    }

    /// The sequence number of its first event.
    public var seq: Int
    /// When that event was, seconds since 1970 UTC: its place in a list.
    public var listedTimestamp = 0
    /// The serial number of its Envoy.
    public var envoy: String
    /// The Envoy, device or channel concerned.
    public var equipment: String
    public var code: Int
    /// The name of the code, where it is known (§3).
    public var name: String?
    public var kind: Kind
    /// When it happened or began, seconds since 1970 UTC; nil if only its end is known.
    public var beganTimestamp: Int?
    /// When it ended, seconds since 1970 UTC; nil for what lasts, is momentary or unknown.
    public var endedTimestamp: Int?
    /// Whether it may have ended before `endedTimestamp`: its clear is not known, and the same condition was raised or cleared again then.
    public var mayHaveEndedEarlier = false
    public var messageKey: String?
    /// JSON.
    public var messageParameters: String?

    public var place: EventPlace { EventPlace(timestamp: listedTimestamp, seq: seq) }

    /// Whether it was raised and, as far as is known, lasts.
    public var isOpen: Bool { kind == .raised && endedTimestamp == nil }
}

/// A place in the list of events. Many share a second: a whole roof falls asleep at once.
public struct EventPlace: Equatable, Sendable {
    /// Seconds since 1970 UTC.
    public var timestamp: Int
    /// The sequence number of an event; 0 for the beginning of the second.
    public var seq: Int

    public init(timestamp: Int, seq: Int) { (self.timestamp, self.seq) = (timestamp, seq) }
}

extension ArchiveReader {
    /// Events by time, those that were raised together with what cleared them.
    ///
    /// A raise and a clear belong together if they are of one code and equipment and one names the other's id; as ids
    /// begin anew after a factory reset, a clear belongs to the last such raise before it. A raise whose clear is not known, as it
    /// was never captured, was over when the same condition (equipment, code and message) was raised or cleared next.
    ///
    /// An episode is listed by the time of its first known event, so that ranges that adjoin list each once. With `includesLasting`,
    /// those come as well that began before the range and were not over when it began: by the clear that ended them where that lies
    /// within it, otherwise by their beginning.
    public func events(_ filter: RowFilter = RowFilter(), pageSize: Int = 1_000) -> Pages<EventEpisode> {
        let size = max(1, pageSize)
        return Pages { key in
            try await ask("reading events of") { db in
                let lower = filter.timestamps.lowerBound
                let first = filter.includesLasting ? lower.subtractingClamping(Self.lastingSeconds) : lower
                let start = key ?? PageKey(timestamp: first, minor: 0)
                let rows = try Row.fetchAll(
                    db.cachedStatement(sql: EpisodeQuery.sql(filter, newestFirst: false)),
                    arguments: EpisodeQuery.arguments(filter, after: start, size: size))
                let page = try rows.map(EventEpisode.init)
                guard page.count == size, let last = rows.last else { return (page, nil) }
                return (page, PageKey(timestamp: try last.required(6), minor: try last.required(0)))
            }
        }
    }

    /// How long ago a condition may have been raised that is asked for because it lasts: looking takes time.
    private static let lastingSeconds = 366 * 86_400
}

extension ArchiveReader {
    /// The newest events, newest first, those that were raised together with what cleared them.
    ///
    /// - Parameters:
    ///   - filter: its `timestamps.upperBound` is the instant before which they began or, without a beginning, ended.
    ///   - place: only those before it, in the order of time and sequence number.
    ///   - limit: the most to read, at least 1.
    public func newestEvents(_ filter: RowFilter = RowFilter(), before place: EventPlace? = nil, limit: Int) async throws -> [EventEpisode]
    {
        let limit = max(1, limit)
        return try await ask("reading events of") { db in
            let start = PageKey(timestamp: filter.timestamps.lowerBound, minor: 0)
            // Most episodes are of one event or two: in general the device's nearest events hold enough of them, however many it has.
            if filter.equipment != nil, let near = try nearStart(filter, after: start, before: place, limit: limit, in: db) {
                let found = try newest(filter, after: near, before: place, limit: limit, in: db)
                if found.count == limit { return found }
            }
            return try newest(filter, after: start, before: place, limit: limit, in: db)
        }
    }

    private func newest(
        _ filter: RowFilter, after start: PageKey, before place: EventPlace?, limit: Int, in db: Database
    ) throws -> [EventEpisode] {
        try Row.fetchAll(
            db.cachedStatement(sql: EpisodeQuery.sql(filter, newestFirst: true)),
            arguments: EpisodeQuery.arguments(filter, after: start, before: place, size: limit)
        ).map(EventEpisode.init)
    }

    /// Behind what event a device's nearest ones begin; nil if it has no more than these.
    private func nearStart(
        _ filter: RowFilter, after start: PageKey, before place: EventPlace?, limit: Int, in db: Database
    ) throws -> PageKey? {
        let near = 4 * min(limit, 1_000)
        let far = try Int.fetchOne(
            db.cachedStatement(sql: EpisodeQuery.farSQL(filter)),
            arguments: EpisodeQuery.arguments(filter, after: start, before: place, size: limit, near: near))
        // All of that second: there may be more of it.
        return far.map { PageKey(timestamp: $0, minor: 0) }
    }
}

extension EventEpisode {
    fileprivate init(_ row: Row) throws {
        let event = try Event(row, at: 6, equipment: row.required(2))
        let (cleared, followed, began): (Int?, Int?, Int?) = (row.optional(3), row.optional(4), row.optional(5))
        seq = try row.required(0)
        listedTimestamp = event.timestamp
        envoy = try row.required(1)
        equipment = try row.required(2)
        code = event.code
        name = event.name
        messageKey = event.messageKey
        messageParameters = event.messageParameters
        kind =
            switch event.state {
            case .momentary: .momentary
            case .raised: .raised
            // A clear with a beginning stands for both: the beginning is before what was asked of.
            case .cleared: began == nil ? .cleared : .raised
            case nil: .unknown(state: event.stateNumber)
            }
        beganTimestamp = event.state == .cleared ? began : event.timestamp
        endedTimestamp = event.state == .cleared ? event.timestamp : cleared ?? followed
        mayHaveEndedEarlier = cleared == nil && followed != nil
    }
}
