import CXML

/// What reads a document as the parser walks it. Callbacks come in document order.
protocol XMLReader {
    /// A start tag; `name` is nil if it is not listed or has a prefix, and `text` is its name as written.
    mutating func start(_ name: WireName?, _ text: UnsafePointer<UInt8>, _ attributes: XMLAttributes, line: Int)
    /// The end of the element begun last and not yet ended.
    mutating func end()
    /// Text or a CDATA section, perhaps in pieces.
    mutating func text(_ bytes: UnsafeBufferPointer<UInt8>, line: Int)
}

/// The bounds within which a document is read.
enum XMLLimits {
    static let depth = 32
    static let attributes = 64
    static let elements = 200_000
    /// A tag longer than this is refused unread, for the parser's time grows with the square of its attributes.
    static let tagBytes = 1 << 16
}

/// Walks `bytes`, an XML document with or without white space and null bytes around it.
@inline(__always)
func readXML<Reader: XMLReader>(
    _ bytes: [UInt8], as document: ReportError.Document, limitBytes: Int, with reader: inout Reader
) throws(ReportError) {
    guard bytes.count <= min(limitBytes, Int(Int32.max)) else {
        throw .reading(document, .overLimit(bytes: limitBytes))
    }
    let range = extent(of: bytes)
    if let offset = overlongTag(in: bytes) {
        throw .reading(document, .tagOverLimit(bytes: XMLLimits.tagBytes, line: 1 + bytes[..<offset].count { $0 == UInt8(ascii: "\n") }))
    }
    _ = initialized
    let (result, walk) = withUnsafeTemporaryAllocation(of: WireNameCache.Slot.self, capacity: WireNameCache.slotCount) { slots in
        withUnsafeMutablePointer(to: &reader) { reader in
            var walk = Walk(reader, names: WireNameCache(in: slots))
            let result = bytes.withUnsafeBytes { bytes in
                withUnsafePointer(to: callbacks) { callbacks in
                    withUnsafeMutablePointer(to: &walk) { walk in
                        cxml_parse(bytes.baseAddress.map { $0 + range.lowerBound }, Int32(range.count), callbacks, walk)
                    }
                }
            }
            return (result, walk)
        }
    }
    let line = result.line
    switch result.outcome {
    case cxml_whole: return
    case cxml_stopped: throw .reading(document, walk.fault(line: line))
    case cxml_doctype: throw .reading(document, .doctype(line: line))
    case cxml_malformed:
        let message = withUnsafeBytes(of: result.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        throw .reading(document, .malformed(message, line: line))
    default: throw .reading(document, .outOfMemory)
    }
}

private let initialized: Void = cxml_initialize()

private let callbacks = cxml_handler(
    start: { context, name, prefix, line, count, attributes in
        guard let walk = context?.assumingMemoryBound(to: Walk.self), let name, walk.pointee.enter(attributes: Int(count)) else { return 1 }
        let names = walk.pointee.names
        walk.pointee.start(
            walk.pointee.reader, prefix == nil ? names.name(at: name) : nil, name,
            XMLAttributes(attributes, count: Int(count), names: names), line)
        return 0
    },
    end: { context in
        guard let walk = context?.assumingMemoryBound(to: Walk.self) else { return }
        walk.pointee.depth -= 1
        walk.pointee.end(walk.pointee.reader)
    },
    text: { context, bytes, count, line in
        guard let walk = context?.assumingMemoryBound(to: Walk.self) else { return }
        walk.pointee.text(walk.pointee.reader, UnsafeBufferPointer(start: bytes, count: Int(count)), line)
    })

/// Who reads, and how far the parser has come, counted against the limits.
///
/// C's callbacks can't be generic, so the reader is a bare pointer here, beside functions that know its type.
private struct Walk {
    let reader: UnsafeMutableRawPointer
    let start: (UnsafeMutableRawPointer, WireName?, UnsafePointer<UInt8>, XMLAttributes, Int) -> Void
    let end: (UnsafeMutableRawPointer) -> Void
    let text: (UnsafeMutableRawPointer, UnsafeBufferPointer<UInt8>, Int) -> Void
    let names: WireNameCache
    var depth = 0
    var elements = 0
    var attributes = 0

    @inline(__always)
    init<Reader: XMLReader>(_ reader: UnsafeMutablePointer<Reader>, names: WireNameCache) {
        self.reader = UnsafeMutableRawPointer(reader)
        start = { $0.assumingMemoryBound(to: Reader.self).pointee.start($1, $2, $3, line: $4) }
        end = { $0.assumingMemoryBound(to: Reader.self).pointee.end() }
        text = { $0.assumingMemoryBound(to: Reader.self).pointee.text($1, line: $2) }
        self.names = names
    }

    /// Counts a start tag; false if it passes a limit.
    mutating func enter(attributes: Int) -> Bool {
        depth += 1
        elements += 1
        self.attributes = attributes
        return depth <= XMLLimits.depth && elements <= XMLLimits.elements && attributes <= XMLLimits.attributes
    }

    /// The limit that was passed.
    func fault(line: Int) -> ReportError.XMLFault {
        if depth > XMLLimits.depth { return .depthOverLimit(XMLLimits.depth, line: line) }
        if attributes > XMLLimits.attributes { return .attributesOverLimit(XMLLimits.attributes, line: line) }
        return .elementsOverLimit(XMLLimits.elements, line: line)
    }
}
