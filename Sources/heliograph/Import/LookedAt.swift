import Archive
import Crypto
import Reports
import Spool
import SystemPackage

/// A file that was looked at, and what it turned out to be.
struct LookedAt: Sendable {
    enum Content: Sendable {
        /// A report; and, where it is one to keep a copy of, that copy.
        case report(Arrival, copy: ImportedCopies.Copy?)
        /// No report: the cloud's reply to one.
        case reply
        /// No report: anything else.
        case other
        /// A report that can't be taken in, and why.
        case rejected(String)
        /// A capture that was rejected when it came, and still can't be taken in.
        case stillRejected
    }
    var path: FilePath
    var content: Content
    /// The name that a capture of our own bears; one whose name the archive knows was taken in when it came.
    var capture: String?
    /// How much of memory it takes, about.
    var bytes: Int

    /// Something that can't be opened or is no file.
    init(_ path: FilePath, _ content: Content, bytes: Int = 0) {
        self.path = path
        self.content = content
        self.bytes = bytes
    }
}

/// Where files to take in come from, in their order. Blocking.
protocol ReportFiles: Sendable {
    mutating func next() -> LookedAt?
}

extension LookedAt {
    /// Reads a file that another program may have left. Blocking.
    ///
    /// - Parameters:
    ///   - length: The file's length, bytes.
    ///   - limit: How long a file, and a report once inflated, may be.
    init(importing path: FilePath, length: Int, limit: Int) {
        func unknown(_ reason: String) -> Content { Self.isNamedAsReport(path) ? .rejected(reason) : .other }
        guard length <= limit else {
            self.init(path, unknown("it is larger than the limit of \(limit) bytes"))
            return
        }
        var bytes: [UInt8]
        do { bytes = try WholeFile.read(path, limit: limit) } catch {
            self.init(path, .rejected("it can't be read: \("\(error)".lowercased())"))
            return
        }
        do throws(GzipError) { if Gzip.isGzip(bytes) { bytes = try Gzip.decompress(bytes, limitBytes: limit) } } catch {
            self.init(path, unknown("\(error)"))
            return
        }
        switch EarlierCapture(bytes, limitBytes: limit) {
        case .report(let xml, let isRequest):
            let (content, digest) = Self.report(xml, limit: limit)
            self.init(path, content, bytes: bytes.count + xml.count)
            guard case .report(let arrival, _) = content else { return }
            let copy = ImportedCopies.Copy(
                digest: digest, kind: isRequest ? .request : .xml, bytes: isRequest ? bytes : xml,
                timestamp: arrival.report.latestTimestamp ?? 0)
            self.content = .report(arrival, copy: copy)
            capture = path.lastComponent.flatMap { Stem(fileName: $0.string) }?.description
        case .reply: self.init(path, .reply)
        case .other: self.init(path, .other)
        case .damaged(let reason): self.init(path, .rejected(reason))
        case .unknown(let reason): self.init(path, unknown(reason))
        }
    }

    private static func report(_ xml: [UInt8], limit: Int) -> (Content, digest: String) {
        do throws(ReportError) {
            let report = try Report.decode(xml: xml, limitBytes: limit)
            guard report.value.envoy != nil else { return (.rejected("it names no Envoy"), "") }
            let digest = Self.digest(xml)
            // Also where the file's name tells when it was received: the copy does not, and a replay must say the same.
            let source = Source(name: "import:\(digest)", receivedTimestamp: nil)
            return (.report(Arrival(report.value, findings: report.findings, from: source), copy: nil), digest)
        } catch { return (.rejected("\(error)"), "") }
    }

    /// SHA-256 of a report's XML without what surrounds it: the same for a request and for the XML file beside it.
    private static func digest(_ xml: [UInt8]) -> String {
        let isBlank = { (byte: UInt8) in byte <= UInt8(ascii: " ") }
        var core = xml.drop(while: isBlank)
        while let last = core.last, isBlank(last) { core.removeLast() }
        return SHA256.hash(data: core).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    private static func isNamedAsReport(_ path: FilePath) -> Bool {
        guard let name = path.lastComponent?.string, !name.hasPrefix(".") else { return false }
        let plain = name.hasSuffix(".gz") ? name.dropLast(3) : name[...]
        return plain.hasSuffix(".xml") || plain.hasSuffix(".request")
    }
}
