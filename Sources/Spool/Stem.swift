import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The name that all files of one exchange share: local time of arrival and six letters or digits, as in `2012-02-22T09:03:01-0j1FFs`.
/// The first three of these tell the part of the second, so that names sort in order of arrival; the others are random.
public struct Stem: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    private static let tickLength = 3
    private static let suffixLength = 6
    /// What three letters tell apart, 4.2 µs each: a second has so many ticks.
    static let ticksPerSecond = 62 * 62 * 62

    /// The local date of a time in seconds since 1970 UTC, as in `2012-02-22`.
    public static func day(of epochSeconds: Int) -> String { date(localTime(of: epochSeconds)) }

    /// When the exchange arrived, seconds since 1970 UTC, in the machine's time zone; in the hour that a change of clocks
    /// repeats, one of the two.
    public var arrivalTimestamp: Int {
        let numbers = description.prefix(19).split { !$0.isNumber }.compactMap { Int32($0) }
        guard numbers.count == 6 else { return 0 }
        var local = tm()
        (local.tm_year, local.tm_mon, local.tm_mday) = (numbers[0] - 1900, numbers[1] - 1, numbers[2])
        (local.tm_hour, local.tm_min, local.tm_sec) = (numbers[3], numbers[4], numbers[5])
        local.tm_isdst = -1
        return Int(mktime(&local))
    }

    /// The local date of arrival, as in `2012-02-22`.
    public var day: String { String(description.prefix(10)) }

    /// Names an exchange that arrived at `epochSeconds` (UTC), in the machine's time zone.
    ///
    /// - Parameter tick: how far into the second, 0 to 238,327; ``StemSeries`` gives no two exchanges the same.
    public init(arrivedAt epochSeconds: Int, tick: Int, using random: inout some RandomNumberGenerator) {
        let local = Self.localTime(of: epochSeconds)
        let hours = "\(Self.padded(Int(local.tm_hour), to: 2)):\(Self.padded(Int(local.tm_min), to: 2))"
        let letters = Self.letters(of: tick) + Self.letters(of: .random(in: 0..<Self.ticksPerSecond, using: &random))
        description = "\(Self.date(local))T\(hours):\(Self.padded(Int(local.tm_sec), to: 2))-\(letters)"
    }

    /// Sorts as the numbers do.
    private static func letters(of tick: Int) -> String {
        var (number, letters) = (tick, [Character]())
        for _ in 0..<tickLength {
            letters.append(alphabet[number % alphabet.count])
            number /= alphabet.count
        }
        return String(letters.reversed())
    }

    /// Reads a stem from the name of a file that an exchange left, such as `2012-02-22T09:03:01-0j1FFs.request`;
    /// nil where the name is not of that form.
    public init?(fileName: String) {
        let stem = fileName.prefix { $0 != "." }
        let pattern = "dddd-dd-ddTdd:dd:dd-"
        guard stem.utf8.count == pattern.utf8.count + Self.suffixLength else { return nil }
        guard Self.begins(stem, as: pattern) else { return nil }
        guard stem.suffix(Self.suffixLength).allSatisfy({ Self.alphabet.contains($0) }) else { return nil }
        description = String(stem)
    }

    /// Whether a name is a date such as `2012-02-22`.
    static func isDay(_ name: String) -> Bool {
        let pattern = "dddd-dd-dd"
        return name.utf8.count == pattern.utf8.count && begins(name, as: pattern)
    }

    /// Whether the bytes of a text are those of a pattern, in which `d` stands for a digit, as far as both go.
    private static func begins(_ text: some StringProtocol, as pattern: String) -> Bool {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        return zip(text.utf8, pattern.utf8).allSatisfy { $1 == UInt8(ascii: "d") ? digits.contains($0) : $0 == $1 }
    }

    private static func localTime(of epochSeconds: Int) -> tm {
        var time = time_t(epochSeconds)
        var local = tm()
        localtime_r(&time, &local)
        return local
    }

    private static func date(_ local: tm) -> String {
        let year = padded(Int(local.tm_year) + 1900, to: 4)
        return "\(year)-\(padded(Int(local.tm_mon) + 1, to: 2))-\(padded(Int(local.tm_mday), to: 2))"
    }

    private static func padded(_ number: Int, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
