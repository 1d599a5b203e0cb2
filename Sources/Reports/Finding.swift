/// Something in a document that the protocol notes do not foresee. It is counted, and the rest is read as ever:
/// new firmware brings new things, and none of them may cost a report (§3).
public struct Finding: Equatable, Sendable {
    /// What was found.
    public enum Kind: String, CaseIterable, Sendable {
        /// An element that is not listed, or not where it stands. What it holds was passed over.
        case unknownElement
        /// An attribute that is not listed for its element.
        case unknownAttribute
        /// An attribute that the notes list for every such element is not there.
        case missingAttribute
        /// A value that should be a number and is none, or leaves the range of 64 bits.
        case badNumber
        /// A word that is not among those that were ever seen there.
        case unknownValue
        /// `stats` with fewer numbers than the notes list.
        case missingStats
        /// `stats` with more numbers than the notes list. They are kept.
        case extraStats
        /// A row without what identifies it: its equipment, its time, or its duration. It was left out.
        case incompleteRow
        /// An element that should come once came again. The first was kept.
        case repeatedElement
        /// Text where none should be.
        case unexpectedText
        /// Text that was cut at 64 KiB.
        case longText
    }

    public var kind: Kind
    /// The element's name as written.
    public var element: String
    /// The attribute's name as written, if it is about one.
    public var attribute: String?
    /// The line where it was first found, from 1. Many reports are a single line.
    public var line: Int
    /// How often it was found.
    public var count: Int

    public init(kind: Kind, element: String, attribute: String? = nil, line: Int, count: Int = 1) {
        self.kind = kind
        self.element = element
        self.attribute = attribute
        self.line = line
        self.count = count
    }
}

extension Finding: CustomStringConvertible {
    public var description: String {
        let place = attribute.map { "\(element) \($0)" } ?? element
        return "\(kind.rawValue) \(place), line \(line)\(count > 1 ? ", \(count) times" : "")"
    }
}

/// A document's value, and what was odd about it.
public struct Decoded<Value> {
    public var value: Value
    /// What the protocol notes do not foresee, each kind and place once, in the order first met; 100 at most.
    public var findings: [Finding]
    /// How many occurrences did not find room among `findings`.
    public var unlistedFindings: Int
}

extension Decoded: Sendable where Value: Sendable {}
extension Decoded: Equatable where Value: Equatable {}

/// Counts findings while a document is read.
struct Findings {
    static let limit = 100

    private(set) var all: [Finding] = []
    private(set) var unlisted = 0
    private var places: [Place: Int] = [:]

    private struct Place: Hashable {
        var kind: Finding.Kind
        var element: String
        var attribute: String?
    }

    mutating func add(_ kind: Finding.Kind, _ element: String, _ attribute: String? = nil, line: Int) {
        let place = Place(kind: kind, element: element, attribute: attribute)
        if let index = places[place] {
            all[index].count += 1
        } else if all.count < Self.limit {
            places[place] = all.count
            all.append(Finding(kind: kind, element: element, attribute: attribute, line: line))
        } else {
            unlisted += 1
        }
    }
}
