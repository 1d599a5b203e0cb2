/// The whole numbers of a comma-separated list, spaces around them ignored; nil for an item that is none.
struct CommaSeparated: Sequence, IteratorProtocol {
    private var rest: Slice<UnsafeBufferPointer<UInt8>>
    private var hasNext: Bool

    init(_ list: UnsafeBufferPointer<UInt8>) {
        rest = list[...]
        hasNext = !list.isEmpty
    }

    mutating func next() -> Int?? {
        guard hasNext else { return .none }
        let end = rest.firstIndex(of: UInt8(ascii: ",")) ?? rest.endIndex
        var item = rest[..<end]
        while item.first == UInt8(ascii: " ") { item = item.dropFirst() }
        while item.last == UInt8(ascii: " ") { item = item.dropLast() }
        hasNext = end < rest.endIndex
        if hasNext { rest = rest[(end + 1)...] }
        return .some(wholeNumber(item))
    }
}
