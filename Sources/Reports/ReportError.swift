/// Why bytes from an Envoy or its cloud could not be decoded: the operation, what it was done to, and the cause.
///
/// Only a document that can't be read at all is an error. What is odd inside a readable one is a finding.
public enum ReportError: Error, Equatable, Sendable {
    /// Splitting a captured request or reply into head and body failed.
    case splitting(RequestFault)
    /// Undoing the compression of a body failed.
    case inflating(Compression, InflationFault)
    /// The body was readable, but no XML was found in it.
    case findingXML(XMLAbsence)
    /// Reading the XML of a report or a reply failed.
    case reading(Document, XMLFault)
    /// A request is none to which we know what the cloud says; its target as it stands in the request line.
    case answering(target: String)

    /// What an XML document was taken for.
    public enum Document: String, Equatable, Sendable {
        case report, reply
    }

    /// What is wrong with an XML document; lines count from 1.
    public enum XMLFault: Equatable, Sendable {
        /// Not well-formed; the text is libxml2's own.
        case malformed(String, line: Int)
        /// It has a DOCTYPE, which no Envoy sends and which could define entities.
        case doctype(line: Int)
        /// The root element has another name than the document should have.
        case root(String)
        /// Larger than the limit, in bytes.
        case overLimit(bytes: Int)
        /// A tag is longer than the limit, in bytes.
        case tagOverLimit(bytes: Int, line: Int)
        /// Elements are nested deeper than the limit.
        case depthOverLimit(Int, line: Int)
        /// An element has more attributes than the limit.
        case attributesOverLimit(Int, line: Int)
        /// There are more elements than the limit.
        case elementsOverLimit(Int, line: Int)
        /// The parser found no memory.
        case outOfMemory
    }

    /// What is wrong with the framing of a captured request or reply.
    public enum RequestFault: Equatable, Sendable {
        /// No empty line ends the head.
        case headWithoutEnd
        /// The first line is not `METHOD target HTTP/x.y`.
        case requestLine
        /// The first line is not `HTTP/x.y status reason`.
        case statusLine
        /// The chunked body breaks off or a chunk's size is no number; `offset` counts from the body's first byte.
        case chunk(offset: Int)
    }

    /// What is wrong with a compressed body.
    public enum InflationFault: Equatable, Sendable {
        /// It inflates to more than the limit, in bytes.
        case overLimit(bytes: Int)
        /// It ends before the stream does.
        case cutShort
        /// It is no such stream, or its checksum differs; the text is zlib's own.
        case damaged(String)
    }

    /// Why a readable body holds no XML.
    public enum XMLAbsence: Equatable, Sendable {
        /// The body has no bytes.
        case emptyBody
        /// An uncompressed body is larger than the limit, in bytes.
        case overLimit(bytes: Int)
        /// Neither XML, nor anything compressed, nor a form.
        case unknownEncoding
        /// A form without a field named `body`.
        case noBodyField
        /// The field `body` does not begin with `<` once decoded.
        case bodyFieldIsNotXML
    }
}

extension ReportError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .splitting(let fault): "splitting the captured message: \(fault)"
        case .inflating(let compression, let fault): "inflating the body as \(compression): \(fault)"
        case .findingXML(let absence): "looking for XML in the body: \(absence)"
        case .reading(let document, let fault): "reading the \(document.rawValue): \(fault)"
        case .answering(let target): "answering a request for \(target): what the cloud says to that is unknown"
        }
    }
}

extension ReportError.RequestFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .headWithoutEnd: "no empty line ends its head"
        case .requestLine: "its first line is not a request line"
        case .statusLine: "its first line is not a status line"
        case .chunk(let offset): "broken chunk at byte \(offset) of the body"
        }
    }
}

extension ReportError.InflationFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .overLimit(let bytes): "it inflates to more than the limit of \(bytes) bytes"
        case .cutShort: "it ends too early"
        case .damaged(let text): text
        }
    }
}

extension ReportError.XMLAbsence: CustomStringConvertible {
    public var description: String {
        switch self {
        case .emptyBody: "the body is empty"
        case .overLimit(let bytes): "the body is larger than the limit of \(bytes) bytes"
        case .unknownEncoding: "it is neither XML, nor compressed, nor a form"
        case .noBodyField: "the form has no field named body"
        case .bodyFieldIsNotXML: "the form's field body does not begin with <"
        }
    }
}

extension ReportError.XMLFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformed(let text, let line): "line \(line): \(text)"
        case .doctype(let line): "line \(line): it has a DOCTYPE"
        case .root(let name): "its root element is <\(name)>"
        case .overLimit(let bytes): "it is larger than the limit of \(bytes) bytes"
        case .tagOverLimit(let bytes, let line): "line \(line): a tag longer than the limit of \(bytes) bytes"
        case .depthOverLimit(let limit, let line): "line \(line): nested deeper than the limit of \(limit)"
        case .attributesOverLimit(let limit, let line): "line \(line): more than \(limit) attributes"
        case .elementsOverLimit(let limit, let line): "line \(line): more than \(limit) elements"
        case .outOfMemory: "out of memory"
        }
    }
}
