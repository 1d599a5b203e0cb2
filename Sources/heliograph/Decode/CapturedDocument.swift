import Reports
import Spool

/// What a file that was captured holds, told by its first bytes: a request, a reply, a body, or XML.
struct CapturedDocument {
    enum Content {
        case report(Decoded<Report>)
        case reply(Decoded<Reply>)
    }
    var content: Content
    /// The form's fields that came with the report.
    var fields: [FormField]
    /// The XML itself.
    var xml: [UInt8]

    /// - Throws: ``ReportError``, or a `Failure` where the file holds nothing that can be decoded.
    init(_ bytes: [UInt8], limit: Int) throws {
        var bytes = bytes
        do throws(GzipError) { if Gzip.isGzip(bytes) { bytes = try Gzip.decompress(bytes, limitBytes: limit) } } catch {
            throw Failure("the file can't be unpacked: \(error)", hint: "it is cut off or damaged; take another copy")
        }
        var content = bytes[...]
        if bytes.starts(with: ExchangeFile.noReply.utf8) {
            let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
            throw Failure("there is nothing to decode; the file says: \(line)", hint: "decode the .request beside it")
        }
        if bytes.starts(with: "HTTP/".utf8) {
            content = try CapturedReply(bytes).body
        } else if let head = EarlierHead(bytes) {
            // As the program of 2012 wrote it.
            content = head.body
            if let other = head.bodyFromBase64, (try? ReportBody(decoding: head.body, limitBytes: limit)) == nil { content = other }
        } else if let request = try? CapturedRequest(bytes) {
            content = request.body
        }
        let body = try ReportBody(decoding: content, limitBytes: limit)
        (fields, xml) = (body.fields, body.xml)
        if Self.isReply(body.xml) {
            self.content = .reply(try Reply.decode(xml: body.xml, limitBytes: limit))
        } else {
            self.content = .report(try Report.decode(xml: body.xml, limitBytes: limit))
        }
    }

    /// A reply's root has a name of its own, soon after the XML declaration.
    private static func isReply(_ xml: [UInt8]) -> Bool {
        String(decoding: xml.prefix(512), as: UTF8.self).contains("<perf_report_response")
    }
}
