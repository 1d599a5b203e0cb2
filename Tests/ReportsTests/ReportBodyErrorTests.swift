import Foundation
import Reports
import Testing

@Suite("Report bodies that can't be decoded")
struct ReportBodyErrorTests {
    let form = bytes("body=") + percentEncoded(bytes(tinyReport))

    @Test("a body that inflates past the limit is refused, whatever the compression")
    func bombs() throws {
        let bomb = [UInt8](repeating: UInt8(ascii: "<"), count: ReportBody.defaultLimitBytes + 1)
        let packed = deflated(bomb, level: 1)
        #expect(throws: ReportError.inflating(.zlib, .overLimit(bytes: ReportBody.defaultLimitBytes))) {
            try ReportBody(decoding: packed)
        }
        for compression in [Compression.zlib, .gzip, .rawDeflate] {
            let packed = deflated(Array(bomb.prefix(1 << 20)), as: compression)
            #expect(throws: ReportError.inflating(compression, .overLimit(bytes: 1 << 16))) {
                try ReportBody(decoding: packed, limitBytes: 1 << 16)
            }
        }
    }

    @Test("the limit is exact: at it the body is read, one byte above it is refused")
    func exactLimit() throws {
        for compression in [Compression.zlib, .gzip, .rawDeflate] {
            let packed = deflated(form, as: compression)
            #expect(try ReportBody(decoding: packed, limitBytes: form.count).xml == bytes(tinyReport))
            for limit in [form.count - 1, 1, 0, -1, .min] {
                #expect(throws: ReportError.inflating(compression, .overLimit(bytes: max(1, limit)))) {
                    try ReportBody(decoding: packed, limitBytes: limit)
                }
            }
        }
        #expect(throws: ReportError.findingXML(.overLimit(bytes: form.count - 1))) {
            try ReportBody(decoding: form, limitBytes: form.count - 1)
        }
    }

    @Test("a compressed body cut short at any byte says so")
    func cutShort() throws {
        for compression in [Compression.zlib, .gzip] {
            let packed = deflated(form, as: compression)
            for count in 2..<packed.count {
                #expect(throws: ReportError.inflating(compression, .cutShort)) {
                    try ReportBody(decoding: packed.prefix(count))
                }
            }
        }
    }

    @Test("a damaged zlib body is an error and never other XML: its checksum is heeded")
    func damaged() throws {
        let packed = deflated(form)
        for index in packed.indices {
            var damaged = packed
            damaged[index] ^= 0x55
            // A flipped header may still name the same stream; the content must then be whole.
            if let body = try? ReportBody(decoding: damaged) { #expect(body.xml == bytes(tinyReport)) }
        }
    }

    @Test("what holds no report is told apart")
    func noReport() {
        func error(_ body: [UInt8]) -> ReportError? {
            do {
                _ = try ReportBody(decoding: body)
                return nil
            } catch { return error }
        }
        #expect(error([]) == .findingXML(.emptyBody))
        #expect(error([0]) == .inflating(.rawDeflate, .cutShort))
        #expect(error(bytes("hello, world")) == .findingXML(.unknownEncoding))
        #expect(error(deflated(bytes("a=1&b=2"))) == .findingXML(.noBodyField))
        #expect(error(deflated([])) == .findingXML(.noBodyField))
        #expect(error(deflated(bytes("a=1&body=hello"))) == .findingXML(.bodyFieldIsNotXML))
        #expect(error(deflated(bytes("a=1&body="))) == .findingXML(.bodyFieldIsNotXML))
        #expect(error(deflated(bytes("body"))) == .findingXML(.bodyFieldIsNotXML))
    }

    @Test("a form of nothing but fields costs a bounded number of them")
    func manyFields() throws {
        let flood = deflated(Array(repeatElement(bytes("a=b&"), count: 1 << 14).joined()) + form)
        #expect(try ReportBody(decoding: flood).fields.count == 256)
    }

    @Test("random bytes and mutated bodies never trap")
    func noise() {
        var random = Seeded(state: 2)
        let seeds = [deflated(form), deflated(form, as: .gzip), deflated(form, as: .rawDeflate), form, bytes(tinyReport)]
        for round in 0..<2_000 {
            var body = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                body[Int.random(in: body.indices, using: &random)] = .random(in: 0...255, using: &random)
            }
            _ = try? ReportBody(decoding: body.prefix(.random(in: 0...body.count, using: &random)), limitBytes: 1 << 16)
        }
    }
}
