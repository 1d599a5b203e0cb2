import Foundation
import Reports
import Spool

/// A file that a capture program may have left, told by its content.
///
/// Known are our own files (the exact bytes of HTTP), those of the Python program of 2012 (a request line with the whole
/// address, head lines as `name = value`, the body already inflated, or in base64), the XML files of both and of the Java
/// proxy, bodies alone; all of them perhaps compressed by gzip.
enum EarlierCapture {
    /// A report's XML, and whether the file is a request with its head.
    case report(xml: [UInt8], isRequest: Bool)
    /// What the cloud answered, or a note that it did not.
    case reply
    /// Something else that is whole: another request, another XML document.
    case other
    /// A report that can't be read, and why.
    case damaged(String)
    /// Nothing that is known. Where the file's name says that it should be a report, the text says what is wrong.
    case unknown(String)

    /// - Parameter limitBytes: How large a report may become when it is inflated.
    init(_ bytes: [UInt8], limitBytes: Int) {
        if bytes.isEmpty {
            self = .unknown("it is empty")
        } else if bytes.starts(with: "HTTP/".utf8) || bytes.starts(with: ExchangeFile.noReply.utf8) {
            self = .reply
        } else if let head = EarlierHead(bytes) {
            self = Self.understand(head, limitBytes)
        } else if let request = try? CapturedRequest(bytes) {  // What is none is looked at as a body.
            self = Self.understand(request, limitBytes)
        } else if Self.beginsAsRequest(bytes) {
            self = .damaged("it is the beginning of a request")
        } else {
            do throws(ReportError) {
                self = Self.document(try ReportBody(decoding: bytes, limitBytes: limitBytes).xml, isRequest: false)
            } catch { self = .unknown("\(error)") }
        }
    }

    private static func understand(_ head: EarlierHead, _ limit: Int) -> EarlierCapture {
        for body in [head.body, head.bodyFromBase64].compactMap(\.self) {
            // Whether one of them makes sense decides.
            if let found = try? ReportBody(decoding: body, limitBytes: limit) {
                return document(found.xml, isRequest: head.target != nil)
            }
        }
        guard let target = head.target else { return .reply }
        return ReportPath(target: target) == .performanceReport ? .damaged("the body of the request can't be read") : .other
    }

    private static func understand(_ request: CapturedRequest, _ limit: Int) -> EarlierCapture {
        guard request.path == .performanceReport else { return .other }
        do throws(ReportError) {
            return document(try ReportBody(decoding: request.body, limitBytes: limit).xml, isRequest: true)
        } catch { return .damaged("\(error)") }
    }

    private static func document(_ xml: [UInt8], isRequest: Bool) -> EarlierCapture {
        let beginning = String(decoding: xml.prefix(4096), as: UTF8.self)
        if beginning.contains("<perf_report_response") { return .reply }
        return beginning.contains("<perf_report") ? .report(xml: xml, isRequest: isRequest) : .other
    }

    private static func beginsAsRequest(_ bytes: [UInt8]) -> Bool {
        let line = String(decoding: bytes.prefix(200), as: UTF8.self)
        return line.hasPrefix("POST ") && line.contains("/performance_report")
    }
}

/// The head that the program of 2012 wrote, and what follows it.
struct EarlierHead {
    /// What the first line asked for; nil in a reply's file.
    var target: String?
    var body: ArraySlice<UInt8>

    /// nil where the bytes do not begin so.
    init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        guard var line = Self.takeLine(&rest) else { return nil }
        if let target = Self.target(of: line) {
            self.target = target
            repeat {
                guard let next = Self.takeLine(&rest) else { return nil }
                line = next
            } while line.isEmpty
        }
        var count = 0
        while !line.isEmpty {
            guard count < 200, Self.isField(line), let next = Self.takeLine(&rest) else { return nil }
            count += 1
            line = next
        }
        guard count > 0 else { return nil }
        body = rest
    }

    /// The bytes that the body stands for in base64; nil where it is none.
    var bodyFromBase64: ArraySlice<UInt8>? {
        // A body that is none gives a few bytes at most, and those are no report.
        Data(base64Encoded: Data(body), options: .ignoreUnknownCharacters).map { Array($0)[...] }
    }

    /// A line without its end; nil where none ends within 16 KiB.
    private static func takeLine(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard let end = rest.prefix(1 << 14).firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        var line = rest[..<end]
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        rest = rest[(end + 1)...]
        return String(decoding: line, as: UTF8.self)
    }

    /// The second of two words, if the first is a method.
    private static func target(of line: String) -> String? {
        let words = line.split(separator: " ")
        guard words.count == 2, words[0].allSatisfy({ ("A"..."Z").contains($0) }), words[1].contains("/") else { return nil }
        return String(words[1])
    }

    private static func isField(_ line: String) -> Bool {
        guard let separator = line.firstRange(of: " =") else { return false }
        return separator.lowerBound > line.startIndex && !line[..<separator.lowerBound].contains { " <>{}\"".contains($0) }
    }
}
