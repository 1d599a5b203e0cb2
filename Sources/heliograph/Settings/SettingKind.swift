import Capture
import Logging
import SystemPackage

/// How the text of a setting becomes a value, and back.
struct SettingKind<Value: Sendable>: Sendable {
    /// What is accepted, as it stands behind "write …": `a size from 1KiB to 1GiB`.
    var accepts: String
    /// Whether several values may be given: a YAML list, a repeated flag, commas in the environment.
    var isList = false
    /// The value that the texts mean; nil when they are not acceptable. Gets exactly one text unless `isList`.
    var parse: @Sendable (_ texts: [String]) -> Value?
    /// Texts that parse to the value again; empty for "none".
    var print: @Sendable (Value) -> [String]
}

extension SettingKind {
    /// A kind whose value is one text.
    static func single(
        _ accepts: String,
        parse: @escaping @Sendable (String) -> Value?,
        print: @escaping @Sendable (Value) -> String
    ) -> Self {
        SettingKind(accepts: accepts, parse: { $0.first.flatMap(parse) }, print: { [print($0)] })
    }

    /// The kind of another setting, where nil is written as `word`, or can't be written at all when there is no such word.
    static func optional<Wrapped>(_ kind: SettingKind<Wrapped>, orWord word: String? = nil) -> Self where Value == Wrapped? {
        SettingKind(
            accepts: word.map { "\(kind.accepts), or \($0)" } ?? kind.accepts,
            isList: kind.isList,
            parse: { texts in word != nil && texts.first == word ? .some(nil) : kind.parse(texts).map(Optional.some) },
            print: { value in value.map(kind.print) ?? word.map { [$0] } ?? [] }
        )
    }
}

extension SettingKind<FilePath> {
    /// A path; a relative one counts from the working directory.
    static func path(_ what: String) -> Self {
        single("the path of \(what)", parse: { $0.isEmpty ? nil : FilePath($0) }, print: \.string)
    }
}

extension SettingKind<ListenAddress> {
    static let listenAddress = single(
        "an IP address and a port, as in 0.0.0.0:4430 or [::]:4430", parse: ListenAddress.init, print: \.description
    )
}

extension SettingKind<Upstream> {
    static let upstream = single(
        "an https URL of a host and perhaps a port, without path or user name", parse: Upstream.init, print: \.description
    )
}

extension SettingKind<[IPAddress]> {
    static let addresses = SettingKind(
        accepts: "IP addresses without ports",
        isList: true,
        parse: { texts in
            let addresses = texts.map { IPAddress($0) }
            return addresses.contains(nil) ? nil : addresses.compactMap(\.self)
        },
        print: { $0.map(\.description) }
    )
}

extension SettingKind<ByteSize> {
    static func size(_ range: ClosedRange<ByteSize>) -> Self {
        single(
            "a size from \(range.lowerBound) to \(range.upperBound), in bytes, KiB, MiB or GiB",
            parse: { ByteSize($0).flatMap { range.contains($0) ? $0 : nil } },
            print: \.description
        )
    }
}

extension SettingKind<HumanDuration> {
    static func duration(_ range: ClosedRange<HumanDuration>) -> Self {
        single(
            "a duration from \(range.lowerBound) to \(range.upperBound), in ms, s, m, h or d",
            parse: { HumanDuration($0).flatMap { range.contains($0) ? $0 : nil } },
            print: \.description
        )
    }
}

extension SettingKind<Int> {
    static func count(_ range: ClosedRange<Int>) -> Self {
        single(
            "a whole number from \(range.lowerBound) to \(range.upperBound)",
            parse: { Int($0).flatMap { range.contains($0) ? $0 : nil } },
            print: { "\($0)" }
        )
    }
}

extension SettingKind where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// One of the words that the cases of an enumeration stand for.
    static var choice: Self {
        let words = Value.allCases.map(\.rawValue)
        let listed = words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
        return single(listed, parse: { Value(rawValue: $0) }, print: \.rawValue)
    }
}

extension SettingKind<String> {
    /// One word without spaces or slashes.
    static func word(_ what: String) -> Self {
        single(what, parse: { $0.isEmpty || $0.contains { $0.isWhitespace || $0 == "/" || $0 == "\"" } ? nil : $0 }, print: \.self)
    }
}

extension SettingKind<[Int]> {
    static let ports = SettingKind(
        accepts: "TCP ports from 1 to 65535",
        isList: true,
        parse: { texts in
            let ports = texts.map { Port($0[...], from: 1)?.number }
            return ports.isEmpty || ports.contains(nil) ? nil : ports.compactMap(\.self)
        },
        print: { $0.map { "\($0)" } }
    )
}
