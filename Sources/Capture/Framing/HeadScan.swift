import NIOCore

/// The search for the empty line that ends a message's head, with the few rules that must hold before any parser sees it.
enum HeadScan {
    /// The head's length in bytes, its empty line included; nil while that has not arrived.
    ///
    /// - Parameters:
    ///   - scanned: Where the line begins at which an earlier search of the same bytes stopped; moved on.
    ///   - strict: Whether a bare line feed, a NUL, or a line that continues the one before (obs-fold, RFC 9112 §5.2)
    ///     is a violation: two readers could see two different messages in such a head.
    static func end(of bytes: ByteBufferView, from scanned: inout Int, strict: Bool) -> Result<Int?, FramingViolation> {
        while let feed = bytes[(bytes.startIndex + scanned)...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = bytes[(bytes.startIndex + scanned)..<feed]
            if strict {
                if line.last != UInt8(ascii: "\r") { return .failure(FramingViolation(rule: .bareLineFeed)) }
                if line.contains(0) { return .failure(FramingViolation(rule: .nulByte)) }
                if scanned > 0, line.first == UInt8(ascii: " ") || line.first == UInt8(ascii: "\t") {
                    return .failure(FramingViolation(rule: .foldedLine))
                }
            }
            scanned = feed - bytes.startIndex + 1
            if line.isEmpty || line.elementsEqual([UInt8(ascii: "\r")]) { return .success(scanned) }
        }
        return .success(nil)
    }
}
