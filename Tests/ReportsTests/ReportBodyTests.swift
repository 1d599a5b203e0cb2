import Reports
import Testing

@Suite("Report bodies")
struct ReportBodyTests {
    let xml = bytes(tinyReport)
    var form: [UInt8] { bytes("webcomm_version=4.6.0&body=") + percentEncoded(xml) }

    @Test("the form in a zlib stream, as an Envoy sends it, gives the XML and the other fields")
    func asSent() throws {
        let body = try ReportBody(decoding: deflated(form))
        #expect(body.xml == xml)
        #expect(body.fields == [FormField(name: "webcomm_version", value: "4.6.0")])
        #expect(body.compression == .zlib)
    }

    @Test(
        "raw deflate and gzip are read as zlib is, stored blocks too",
        arguments: [Compression.zlib, .gzip, .rawDeflate])
    func compressions(compression: Compression) throws {
        for content in [form, xml] {
            for level in [0, 1, 9] as [Int32] {
                let body = try ReportBody(decoding: deflated(content, as: compression, level: level))
                #expect(body.xml == xml)
                #expect(body.compression == compression)
            }
        }
    }

    @Test("bytes after the end of a compressed stream are ignored")
    func trailingBytes() throws {
        #expect(try ReportBody(decoding: deflated(form) + bytes("\r\n")).xml == xml)
    }

    @Test("an uncompressed body is read, with a byte order mark and white space before it or not")
    func uncompressed() throws {
        #expect(try ReportBody(decoding: xml).xml == xml)
        #expect(try ReportBody(decoding: form).xml == xml)
        let marked = [0xef, 0xbb, 0xbf] + bytes("\r\n ") + xml
        #expect(try ReportBody(decoding: marked).xml == marked)
        #expect(try ReportBody(decoding: xml).compression == nil)
    }

    @Test("a form whose first bytes look like a zlib header is still read")
    func misleadingStart() throws {
        let form = bytes("hCustom=1&body=") + percentEncoded(xml)
        #expect(try ReportBody(decoding: form).fields == [FormField(name: "hCustom", value: "1")])
        #expect(try ReportBody(decoding: form).xml == xml)
    }

    @Test("fields come in any order, repeated, empty or bare, and are kept in theirs")
    func fieldOrder() throws {
        let encoded = percentEncoded(xml)
        let form = bytes("a=1&&b&body=&c%20d=%26=&body=") + encoded + bytes("&body=again&e=")
        let body = try ReportBody(decoding: deflated(form))
        #expect(body.xml == xml)
        #expect(
            body.fields == [
                FormField(name: "a", value: "1"), FormField(name: "b", value: ""),
                FormField(name: "body", value: ""), FormField(name: "c d", value: "&="),
                FormField(name: "body", value: "again"), FormField(name: "e", value: ""),
            ])
    }

    @Test("XML that is not percent-encoded keeps its ampersands, percent and plus signs")
    func literalValue() throws {
        for prefix in ["body=", "a=1+1&body=", "body=\r\n"] {
            let body = try ReportBody(decoding: deflated(bytes(prefix) + xml + bytes("&z=2%2b2")))
            #expect(body.xml.suffix(xml.count - 1) == xml.dropLast())
            #expect(body.fields.last == FormField(name: "z", value: "2+2"))
            #expect(body.fields.count == (prefix.hasPrefix("a") ? 2 : 1))
        }
    }

    @Test("a plus sign is a space in a form that writes all spaces so, and itself in all others")
    func plusSigns() throws {
        let spacesAsPlus = bytes("x=a+b&body=") + percentEncoded(xml, spaceAsPlus: true)
        #expect(try ReportBody(decoding: deflated(spacesAsPlus)).xml == xml)
        #expect(try ReportBody(decoding: spacesAsPlus).fields == [FormField(name: "x", value: "a b")])

        let plusKept = bytes("x=a+b&body=") + percentEncoded(xml, keeping: "+/:=")
        #expect(try ReportBody(decoding: deflated(plusKept)).xml == xml)
        #expect(try ReportBody(decoding: plusKept).fields == [FormField(name: "x", value: "a+b")])

        let spacesKept = bytes("body=") + percentEncoded(xml, keeping: "+ ")
        #expect(try ReportBody(decoding: spacesKept).xml == xml)

        let noSpaces = bytes("<perf_report\nreport_timestamp='1'><envoy\ttimezone='Etc/GMT+8'/></perf_report>")
        let form = bytes("body=") + percentEncoded(noSpaces, keeping: "+")
        #expect(try ReportBody(decoding: form).xml == noSpaces)
    }

    @Test("percent escapes are read in either case, and broken ones stay as they are")
    func escapes() throws {
        let form = bytes("a=%zz%4&b=%&c=%2g%41&body=%3cx%2F%3E%0a%")
        let body = try ReportBody(decoding: form)
        #expect(body.xml == bytes("<x/>\n%"))
        #expect(body.fields.map(\.value) == ["%zz%4", "%", "%2gA"])
    }

    @Test("any bytes at all survive percent-encoding, wherever the escapes fall")
    func escapesProperty() throws {
        var random = Seeded(state: 1)
        for _ in 0..<2_000 {
            let noise = (0..<Int.random(in: 0...90, using: &random)).map { _ in
                Bool.random(using: &random) ? UInt8.random(in: 97...122, using: &random) : .random(in: 0...255, using: &random)
            }
            let xml = bytes("<x ") + noise
            let form = bytes("k=v&body=") + percentEncoded(xml) + bytes("&z=1")
            #expect(try ReportBody(decoding: form).xml == xml)
        }
    }

    @Test("the real captures' bodies give exactly their XML", .realCaptures, arguments: ["2012-R3.0.0", "2015-R3.12.34"])
    func realCaptures(name: String) throws {
        guard let body = try capture("\(name)/request-body.deflate") else { return }
        let decoded = try ReportBody(decoding: body)
        #expect(try decoded.xml == capture("\(name)/report.xml"))
        #expect(decoded.fields.map(\.name) == (name.hasPrefix("2012") ? [] : ["webcomm_version"]))
    }

    @Test("the real reply's body gives exactly its XML", .realCaptures)
    func realReply() throws {
        guard let body = try capture("2012-R3.0.0/response-body.deflate") else { return }
        let decoded = try ReportBody(decoding: body)
        #expect(try decoded.xml == capture("2012-R3.0.0/response.xml"))
    }
}
