/// Why bytes from an Envoy or its cloud could not be decoded: the operation, what it was done to, and the cause.
///
/// Only a document that can't be read at all is an error. What is odd inside a readable one is a finding.
public enum ReportError: Error, Equatable, Sendable {
    /// Splitting a captured request into head and body failed.
    case splitting(RequestFault)
    /// Undoing the compression of a body failed.
    case inflating(Compression, InflationFault)
    /// The body was readable, but no XML was found in it.
    case findingXML(XMLAbsence)

    /// What is wrong with the framing of a captured request.
    public enum RequestFault: Equatable, Sendable {
        /// No empty line ends the head.
        case headWithoutEnd
        /// The first line is not `METHOD target HTTP/x.y`.
        case requestLine
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
        case .splitting(let fault): "splitting the captured request: \(fault)"
        case .inflating(let compression, let fault): "inflating the body as \(compression): \(fault)"
        case .findingXML(let absence): "looking for XML in the body: \(absence)"
        }
    }
}

extension ReportError.RequestFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .headWithoutEnd: "no empty line ends its head"
        case .requestLine: "its first line is not a request line"
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
