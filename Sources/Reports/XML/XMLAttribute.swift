/// An attribute of a start tag; valid only during the callback that brings it.
struct XMLAttribute {
    /// The listed name; nil for any other, or one with a prefix.
    let name: WireName?
    /// The name as written, without prefix.
    let text: UnsafePointer<UInt8>
    /// The value's bytes, UTF-8.
    let value: UnsafeBufferPointer<UInt8>

    /// The value as text. libxml2 has checked that it is UTF-8.
    var string: String { String(decoding: value, as: UTF8.self) }

    /// The value as a whole number: an optional minus and decimal digits; nil if it is none or leaves 64 bits.
    var integer: Int? { wholeNumber(value[...]) }
}

/// The attributes of a start tag; valid only during the callback that brings them.
struct XMLAttributes: Sequence, IteratorProtocol {
    /// Five pointers an attribute: name, prefix, URI, first byte of the value, byte after it.
    private static let stride = 5

    private var pointers: UnsafePointer<UnsafePointer<UInt8>?>?
    private var count: Int
    private let names: WireNameCache

    /// - Parameter count: Of attributes.
    init(_ pointers: UnsafePointer<UnsafePointer<UInt8>?>?, count: Int, names: WireNameCache) {
        self.pointers = pointers
        self.count = count
        self.names = names
    }

    @inline(__always)
    mutating func next() -> XMLAttribute? {
        guard count > 0, let pointers, let text = pointers[0], let start = pointers[3], let end = pointers[4] else { return nil }
        self.pointers = pointers + Self.stride
        count &-= 1
        return XMLAttribute(
            name: pointers[1] == nil ? names.name(at: text) : nil, text: text, value: UnsafeBufferPointer(start: start, count: end - start))
    }
}

/// The whole number that `digits` write: an optional minus and decimal digits; nil if they write none or it leaves
/// 64 bits.
@inline(__always)
func wholeNumber(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
    var index = digits.startIndex
    let isNegative = index < digits.endIndex && digits[index] == UInt8(ascii: "-")
    if isNegative { index += 1 }
    guard index < digits.endIndex else { return nil }
    guard digits.endIndex - index <= safeDigits else { return longNumber(digits[index...], isNegative: isNegative) }
    var value = 0
    while index < digits.endIndex {
        let digit = digits[index] &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        value = value &* 10 &+ Int(digit)
        index &+= 1
    }
    return isNegative ? 0 &- value : value
}

/// So many decimal digits always fit 64 bits.
let safeDigits = 18

/// A whole number of so many digits that it may leave 64 bits; nil if it does.
private func longNumber(_ digits: Slice<UnsafeBufferPointer<UInt8>>, isNegative: Bool) -> Int? {
    var value = 0
    for byte in digits {
        let digit = byte &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
        // Towards the sign, so that the smallest number can be read as well.
        let (sum, overflow) =
            isNegative ? tens.subtractingReportingOverflow(Int(digit)) : tens.addingReportingOverflow(Int(digit))
        if tooLarge || overflow { return nil }
        value = sum
    }
    return value
}
