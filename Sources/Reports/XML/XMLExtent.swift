/// Where the document lies in `bytes`: without the white space around it, which the parser does not allow before it,
/// and up to the first null byte, with which a sender in C may end its text. (Some versions of libxml2 stop there by
/// themselves, others complain; UTF-16, where null bytes have a meaning, no Envoy sends.)
func extent(of bytes: [UInt8]) -> Range<Int> {
    let mark: [UInt8] = [0xef, 0xbb, 0xbf]
    let end = bytes.firstIndex(of: 0, in: bytes.indices) ?? bytes.count
    let start = bytes.starts(with: mark) ? mark.count : 0
    guard let first = bytes[..<end].dropFirst(start).firstIndex(where: { !isWhiteSpace($0) }),
        let last = bytes[..<end].lastIndex(where: { !isWhiteSpace($0) }), first <= last
    else { return 0..<0 }
    return first..<(last + 1)
}

/// The offset of a start tag that is longer than `XMLLimits.tagBytes`.
///
/// A tag holds no second `<`, so only places where the next `<` is far away need a look; stepping from probe to probe
/// costs next to nothing on a report.
func overlongTag(in bytes: [UInt8]) -> Int? {
    let less = UInt8(ascii: "<")
    var probe = 0
    while probe < bytes.count {
        let next = bytes.firstIndex(of: less, in: probe..<bytes.count) ?? bytes.count
        if next - probe > XMLLimits.tagBytes / 2, let start = bytes[..<probe].lastIndex(of: less),
            isOverlongTag(bytes[start..<next])
        {
            return start
        }
        probe = max(next + 1, probe + XMLLimits.tagBytes / 2)
    }
    return nil
}

/// Whether `piece`, from one `<` to before the next, begins with a start tag longer than the limit.
private func isOverlongTag(_ piece: ArraySlice<UInt8>) -> Bool {
    guard piece.count > XMLLimits.tagBytes, let second = piece.dropFirst().first,
        second != UInt8(ascii: "!"), second != UInt8(ascii: "?")
    else { return false }
    var quote: UInt8?
    for byte in piece.prefix(XMLLimits.tagBytes) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            if quote == byte { quote = nil } else if quote == nil { quote = byte }
        case UInt8(ascii: ">") where quote == nil: return false
        default: break
        }
    }
    return true
}
