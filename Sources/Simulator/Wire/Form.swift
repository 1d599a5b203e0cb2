/// The form that wraps a report's XML: `key=value` joined by `&` (protocol notes §2).
enum Form {
    /// The fields of a report, percent-encoded: `body`, preceded by `webcomm_version` since 4.x.
    static func encode(xml: String, webcomm: Webcomm) -> [UInt8] {
        var form = Array((webcomm == .v3_0 ? "body=" : "webcomm_version=\(webcomm.rawValue)&body=").utf8)
        form.reserveCapacity(form.count + xml.utf8.count * 2)
        for byte in xml.utf8 {
            if isUnreserved(byte) {
                form.append(byte)
            } else {
                form += [UInt8(ascii: "%"), hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]]
            }
        }
        return form
    }

    /// The decoded value of a field; nil when no field has the name.
    static func value(of name: String, in form: [UInt8]) -> [UInt8]? {
        let prefix = Array((name + "=").utf8)
        guard let field = form.split(separator: UInt8(ascii: "&")).first(where: { $0.starts(with: prefix) }) else {
            return nil
        }
        return percentDecoded(field.dropFirst(prefix.count))
    }

    /// A `%` that no two hex digits follow stays as it is.
    private static func percentDecoded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.endIndex,
                let high = hexValue(bytes[index + 1]), let low = hexValue(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return decoded
    }

    private static let hexDigits = Array("0123456789ABCDEF".utf8)

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    /// Unreserved in RFC 3986.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
