/// What a captured reply consists of, for comparing it with others: names, not contents.
public struct ReplyShape: Equatable, Sendable {
    /// The HTTP status.
    public var status: Int
    /// Headers with their values, in their order; names in lower case.
    public var headers: [(name: String, value: String)] = []
    /// The paths of elements, with the attributes of each, as in `perf_report_response/events_processed/event id`; each once.
    public var elements: Set<String> = []
    public var compression: Compression?
    /// Whether it says success.
    public var isGood = false

    private static let mostElements = 200

    /// - Throws: where the bytes are no HTTP reply.
    public init(ofReply bytes: [UInt8], limitBytes: Int = Reply.limitBytes) throws(ReportError) {
        let reply = try CapturedReply(bytes)
        status = reply.status
        headers = try CapturedMessage(bytes).headers.map { ($0.name.lowercased(), $0.value) }
        // A body that can't be read has no elements, and is not good.
        guard let body = try? ReportBody(decoding: reply.body, limitBytes: limitBytes) else { return }
        compression = body.compression
        var reader = PathReader(most: Self.mostElements)
        do { try readXML(body.xml, as: .reply, limitBytes: limitBytes, with: &reader) } catch { return }
        elements = reader.paths
        let decoded = try? Reply.decode(xml: body.xml, limitBytes: limitBytes)
        isGood = reply.status == 200 && decoded?.value.status == "success"
    }

    public static func == (left: ReplyShape, right: ReplyShape) -> Bool {
        left.status == right.status && left.elements == right.elements && left.compression == right.compression
            && left.isGood == right.isGood
            && left.headers.elementsEqual(right.headers) { $0 == $1 }
    }
}

/// Collects the paths of elements.
private struct PathReader: XMLReader {
    let most: Int
    private(set) var paths: Set<String> = []
    private var open: [String] = []

    init(most: Int) { self.most = most }

    mutating func start(_ name: WireName?, _ text: UnsafePointer<UInt8>, _ attributes: XMLAttributes, line: Int) {
        open.append(shortName(text))
        guard paths.count < most else { return }
        let names = attributes.map { shortName($0.text) }.sorted()
        paths.insert(open.joined(separator: "/") + names.map { " \($0)" }.joined())
    }

    mutating func end() { _ = open.popLast() }

    mutating func text(_ bytes: UnsafeBufferPointer<UInt8>, line: Int) {}
}
