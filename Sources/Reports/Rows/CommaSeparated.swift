/// The whole numbers of a comma-separated list, spaces around them ignored; nil for an item that is none.
struct CommaSeparated: Sequence, IteratorProtocol {
    private var rest: Slice<UnsafeBufferPointer<UInt8>>
    private var hasNext: Bool

    init(_ list: UnsafeBufferPointer<UInt8>) {
        rest = list[...]
        hasNext = !list.isEmpty
    }

    @inline(__always)
    mutating func next() -> Int?? {
        guard hasNext else { return .none }
        // Almost every item is a few digits and nothing else: read in one go.
        var (index, value) = (rest.startIndex, 0)
        let bound = Swift.min(rest.endIndex, index + safeDigits)
        while index < bound, case let digit = rest[index] &- UInt8(ascii: "0"), digit < 10 {
            value = value &* 10 &+ Int(digit)
            index &+= 1
        }
        if index > rest.startIndex, index == rest.endIndex || rest[index] == UInt8(ascii: ",") {
            hasNext = index < rest.endIndex
            rest = rest[(hasNext ? index + 1 : index)...]
            return .some(value)
        }
        return nextSpelledOtherwise()
    }

    /// The next item, where it has a sign, spaces, many digits, or is no number at all.
    private mutating func nextSpelledOtherwise() -> Int?? {
        let end = rest.firstIndex(of: UInt8(ascii: ",")) ?? rest.endIndex
        var item = rest[..<end]
        while item.first == UInt8(ascii: " ") { item = item.dropFirst() }
        while item.last == UInt8(ascii: " ") { item = item.dropLast() }
        hasNext = end < rest.endIndex
        if hasNext { rest = rest[(end + 1)...] }
        return .some(wholeNumber(item))
    }
}
