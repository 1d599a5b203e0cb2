/// The XML that a request or reply body carries, freed of compression and form encoding (§2).
///
/// An Envoy sends `zlib("key=value&body=" + percent-encoded XML)`. Read just as well: gzip and raw deflate,
/// uncompressed bodies, XML without a form around it, and a form whose XML is not percent-encoded.
/// The bytes alone decide: content types are no help, as Envoys and proxies name them as they like.
public struct ReportBody: Equatable, Sendable {
    /// The XML document as sent, in its own character encoding. Its first byte other than white space is `<`.
    public var xml: [UInt8]
    /// The form's other fields in their order, 256 at most; empty for XML without a form.
    public var fields: [FormField]
    /// How the body was compressed; nil if it was not.
    public var compression: Compression?

    /// 64 MiB: more than 400 times the largest report seen.
    public static let defaultLimitBytes = 64 << 20

    /// Decodes the body of a request or reply.
    ///
    /// - Parameters:
    ///   - body: the bytes after the head, without chunked framing.
    ///   - limitBytes: the largest body to accept once inflated. No buffer grows beyond it.
    public init(
        decoding body: some Sequence<UInt8>, limitBytes: Int = ReportBody.defaultLimitBytes
    ) throws(ReportError) {
        let decode = { (bytes: UnsafeBufferPointer<UInt8>) in
            Result { () throws(ReportError) in
                try Self(UnsafeRawBufferPointer(bytes), limit: limitBytes)
            }
        }
        let result = body.withContiguousStorageIfAvailable(decode) ?? Array(body).withUnsafeBufferPointer(decode)
        self = try result.get()
    }

    private init(_ bytes: UnsafeRawBufferPointer, limit: Int) throws(ReportError) {
        guard !bytes.isEmpty else { throw .findingXML(.emptyBody) }
        // What looks like a header may be chance, and a header may be missing: the first reading that makes sense
        // wins, and if none does, the likeliest one's error is told. A body over the limit ends the search.
        var likeliest: ReportError?
        for compression in Self.readings(of: bytes) {
            do {
                self = try Self(bytes, compression, limit: limit)
                return
            } catch .inflating(let compression, .overLimit(let bytes)) {
                throw .inflating(compression, .overLimit(bytes: bytes))
            } catch .findingXML(.overLimit(let bytes)) {
                throw .findingXML(.overLimit(bytes: bytes))
            } catch .inflating(.rawDeflate, .damaged) {
                likeliest = likeliest ?? .findingXML(.unknownEncoding)
            } catch {
                likeliest = likeliest ?? error
            }
        }
        throw likeliest ?? .findingXML(.unknownEncoding)
    }

    private init(_ bytes: UnsafeRawBufferPointer, _ compression: Compression?, limit: Int) throws(ReportError) {
        if compression == nil, bytes.count > limit { throw .findingXML(.overLimit(bytes: limit)) }
        let text = try compression?.inflate(bytes, limit: limit) ?? [UInt8](bytes)
        self.compression = compression
        (xml, fields) = try Form.open(text)
    }

    /// The compressions to try, the likeliest first; nil stands for none. Raw deflate goes before none, for a stream
    /// of stored blocks holds its text in plain, and text by chance is no such stream.
    private static func readings(of bytes: UnsafeRawBufferPointer) -> [Compression?] {
        if beginsAsXML(bytes[...]) { return [nil] }
        if let compression = Compression(headerOf: bytes) { return [compression, .rawDeflate, nil] }
        return [.rawDeflate, nil]
    }
}
