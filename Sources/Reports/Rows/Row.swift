/// What is noted while the attributes of one element become a value.
struct Row {
    let element: WireName
    let line: Int
    /// The attributes that are there.
    private var present = WireNames()
    /// The attributes whose values could be used.
    private var usable = WireNames()
    /// What was odd: empty for almost every row.
    private(set) var oddities: [(kind: Finding.Kind, attribute: String?)] = []

    init(_ element: WireName, line: Int) {
        self.element = element
        self.line = line
    }

    /// The attribute's whole number, if it is one.
    @inline(__always)
    mutating func number(_ attribute: XMLAttribute) -> Int? {
        use(attribute.integer, of: attribute)
    }

    /// The attribute's bits, if it is a whole number that is not negative.
    mutating func flags(_ attribute: XMLAttribute) -> Flags? {
        use(attribute.integer.flatMap { UInt64(exactly: $0) }, of: attribute).map(Flags.init)
    }

    /// The attribute's decimal number, if it is one.
    mutating func decimal(_ attribute: XMLAttribute) -> Double? {
        let isDecimal = attribute.value.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: ".")
                || byte == UInt8(ascii: "-")
        }
        return use(isDecimal ? Double(attribute.string) : nil, of: attribute)
    }

    /// The attribute's text.
    mutating func text(_ attribute: XMLAttribute) -> String {
        if let name = attribute.name {
            present.insert(name)
            if !attribute.value.isEmpty { usable.insert(name) }
        }
        return attribute.string
    }

    /// The attribute's comma-separated whole numbers, one after another.
    @_optimize(speed)
    mutating func stats(_ attribute: XMLAttribute, expecting counts: ClosedRange<Int>, take: (Int, Int?) -> Void) {
        if let name = attribute.name { present.insert(name) }
        var count = 0
        for number in CommaSeparated(attribute.value) {
            if number == nil { oddities.append((.badNumber, WireName.stats.text)) }
            take(count, number)
            count += 1
        }
        if count < counts.lowerBound { oddities.append((.missingStats, WireName.stats.text)) }
        if count > counts.upperBound { oddities.append((.extraStats, WireName.stats.text)) }
    }

    /// Notes an attribute that is not listed for the element.
    mutating func unknown(_ attribute: XMLAttribute) {
        oddities.append((.unknownAttribute, shortName(attribute.text)))
    }

    /// Notes which of the expected attributes are missing, and says whether the essential ones can be used.
    @inline(__always)
    mutating func isComplete(expected: WireNames, essential: WireNames) -> Bool {
        if !present.isSuperset(of: expected) {
            for name in expected.subtracting(present).names { oddities.append((.missingAttribute, name.text)) }
        }
        if usable.isSuperset(of: essential) { return true }
        oddities.append((.incompleteRow, nil))
        return false
    }

    @inline(__always)
    private mutating func use<Value>(_ value: Value?, of attribute: XMLAttribute) -> Value? {
        guard let name = attribute.name else { return value }
        present.insert(name)
        if value == nil { oddities.append((.badNumber, name.text)) } else { usable.insert(name) }
        return value
    }
}

/// A name as written, cut at 64 bytes.
func shortName(_ name: UnsafePointer<UInt8>) -> String {
    var count = 0
    while count < 64, name[count] != 0 { count += 1 }
    return String(decoding: UnsafeBufferPointer(start: name, count: count), as: UTF8.self)
}
