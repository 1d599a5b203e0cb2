/// Rows in pages of a thousand or so, in constant memory however many there are.
///
/// Each page is read by itself, so that a long export holds up no one: it sees what is kept behind its place meanwhile,
/// and nothing twice.
public struct Pages<Row: Sendable>: AsyncSequence, Sendable {
    public typealias Element = [Row]

    /// Reads the page after a row, of which it gives the key; nil stands for the beginning.
    let next: @Sendable (PageKey?) async throws -> (rows: [Row], key: PageKey?)

    public func makeAsyncIterator() -> Iterator { Iterator(next: next) }

    public struct Iterator: AsyncIteratorProtocol {
        let next: @Sendable (PageKey?) async throws -> (rows: [Row], key: PageKey?)
        var key: PageKey?
        var isAtEnd = false

        /// The next page; nil after the last. Throws what questions throw.
        public mutating func next() async throws -> [Row]? {
            if isAtEnd { return nil }
            let page = try await next(key)
            key = page.key
            isAtEnd = page.key == nil
            return page.rows.isEmpty ? nil : page.rows
        }
    }
}

/// A row's place in the order of an export.
struct PageKey: Sendable {
    var timestamp: Int
    var minor: Int
    var least = 0
}
