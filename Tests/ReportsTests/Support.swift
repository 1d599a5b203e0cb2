import CZlib
import Foundation
import Testing

@testable import Reports

/// A hand-made report with what makes encodings hard: a plus sign, an ampersand, a percent sign, quotes.
let tinyReport = """
    <?xml version="1.0" encoding="UTF-8"?>
    <perf_report report_timestamp="1400000000" webcomm_version="4.6.0">\
    <envoy serial_num="100000000001" timezone="Etc/GMT+8" sw_version="R3.12.34 (abc &amp; 100%)" ip_addr='10.0.0.7'/>\
    <event id="7" event_code="10031" event_state="0" event_date="1400000000" eqid="100000000001" message_key="1">\
    <message_params><![CDATA[{"value":"1+1 & more"}]]></message_params></event>\
    </perf_report>

    """

func bytes(_ text: some StringProtocol) -> [UInt8] { Array(text.utf8) }

/// `bytes` percent-encoded, all but letters, digits and what `keeping` names.
func percentEncoded(_ bytes: [UInt8], keeping: String = "-._~", spaceAsPlus: Bool = false) -> [UInt8] {
    let kept = Set(keeping.utf8).union(Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8))
    let digits = Array("0123456789ABCDEF".utf8)
    var encoded: [UInt8] = []
    for byte in bytes {
        if spaceAsPlus, byte == UInt8(ascii: " ") {
            encoded.append(UInt8(ascii: "+"))
        } else if kept.contains(byte) {
            encoded.append(byte)
        } else {
            encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
    return encoded
}

/// `bytes` compressed by zlib.
func deflated(_ bytes: [UInt8], as compression: Compression = .zlib, level: Int32 = 6) -> [UInt8] {
    let windowBits: Int32 =
        switch compression {
        case .zlib: 15
        case .gzip: 31
        case .rawDeflate: -15
        }
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer { stream.deallocate() }
    deflateInit2_(
        stream, level, Z_DEFLATED, windowBits, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(stream) }
    var input = bytes
    let bound = Int(deflateBound(stream, uLong(input.count))) + 32
    return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
        input.withUnsafeMutableBufferPointer { input in
            stream.pointee.next_in = input.baseAddress
            stream.pointee.avail_in = uInt(input.count)
            stream.pointee.next_out = output.baseAddress
            stream.pointee.avail_out = uInt(bound)
            deflate(stream, Z_FINISH)
        }
        count = bound - Int(stream.pointee.avail_out)
    }
}

/// The folder of real captures that lies beside the project, if this machine has it.
let captures: URL? = {
    let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let named = ProcessInfo.processInfo.environment["HELIOGRAPH_CAPTURES"].map { URL(filePath: $0) }
    let folder = named ?? project.deletingLastPathComponent().appending(path: "shared/captures")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
}()

extension Trait where Self == ConditionTrait {
    /// For tests of the real captures: where they are missing, that is said.
    static var realCaptures: Self { .enabled(if: captures != nil, "no folder of real captures; name it in HELIOGRAPH_CAPTURES") }
}

/// The bytes of a file in the folder of captures; nil, said aloud, if it is not there.
func capture(_ path: String) throws -> [UInt8]? {
    guard let captures else {
        print("SKIPPED: no folder of real captures; name it in HELIOGRAPH_CAPTURES")
        return nil
    }
    return Array(try Data(contentsOf: captures.appending(path: path)))
}

/// A random generator that gives the same numbers for the same seed.
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
