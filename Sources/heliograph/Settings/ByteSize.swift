/// A number of bytes as people write it: `65536`, `64KiB`, `32MiB`, `1GiB`.
///
/// Printing gives the largest unit that divides the number, so that parsing what was printed gives the same size.
struct ByteSize: Hashable, Sendable {
    /// Bytes; never negative.
    let bytes: Int

    private static let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]

    /// - Parameter bytes: The number of bytes; a negative number counts as 0.
    init(bytes: Int) { self.bytes = max(0, bytes) }

    /// Reads a whole number and one of `B`, `KiB`, `MiB`, `GiB`, in any case; without a unit it counts bytes.
    /// - Returns: nil for anything else, and for more bytes than an `Int` holds.
    init?(_ text: String) {
        guard let (number, unit) = Quantity.split(text) else { return nil }
        let factor: Int
        switch unit.lowercased() {
        case "", "b": factor = 1
        case let unit:
            guard let known = Self.units.first(where: { $0.0.lowercased() == unit }) else { return nil }
            factor = known.1
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        self.bytes = bytes
    }

    static func kibibytes(_ count: Int) -> ByteSize { ByteSize(bytes: count << 10) }
    static func mebibytes(_ count: Int) -> ByteSize { ByteSize(bytes: count << 20) }
    static func gibibytes(_ count: Int) -> ByteSize { ByteSize(bytes: count << 30) }
}

extension ByteSize: Comparable {
    static func < (left: ByteSize, right: ByteSize) -> Bool { left.bytes < right.bytes }
}

extension ByteSize: CustomStringConvertible {
    var description: String {
        guard bytes > 0, let (unit, factor) = Self.units.first(where: { bytes.isMultiple(of: $0.1) }) else { return "\(bytes)" }
        return "\(bytes / factor)\(unit)"
    }
}

/// A whole number followed by a unit, as in `64KiB` or `30s`.
enum Quantity {
    /// Parts a text into its leading decimal digits and the rest.
    /// - Returns: nil when it does not start with a digit or the number does not fit an `Int`.
    static func split(_ text: String) -> (number: Int, unit: String)? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, let number = Int(digits) else { return nil }
        return (number, String(text.dropFirst(digits.count).drop { $0 == " " }))
    }
}
