import SwiftASN1
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The PEM blocks of a file; the text around them is passed over.
struct PEMFile {
    /// The most that is read, bytes: far above any chain of certificates.
    static let limit = 1 << 20

    var blocks: [PEMDocument]
    /// Whether a key in it is protected by a pass phrase, in either of the two ways.
    var isEncrypted: Bool
    /// Permissions, as in `chmod`.
    var mode: UInt32

    static func read(_ path: FilePath, as part: IdentityError.Part) throws(IdentityError) -> PEMFile {
        let (bytes, mode): ([UInt8], UInt32)
        do {
            (bytes, mode) = try contents(path)
        } catch {
            throw .unreadable(part, path: path, cause: error as? Errno ?? .ioError)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let encrypted = text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED")
        do {
            return PEMFile(blocks: try parse(text, skippingKeys: encrypted), isEncrypted: encrypted, mode: mode)
        } catch {
            throw .notPEM(part, path: path, reason: "a PEM block is damaged or cut short")
        }
    }

    /// Finds the blocks from `-----BEGIN X-----` to `-----END X-----`. A key with a pass phrase has header lines that the
    /// PEM parser does not know, so it stands in empty.
    private static func parse(_ text: String, skippingKeys: Bool) throws -> [PEMDocument] {
        var blocks: [PEMDocument] = []
        var lines: [Substring]?
        for line in text.split(whereSeparator: \.isNewline).map({ $0.trimming(\.isWhitespace) }) {
            if line.hasPrefix("-----BEGIN ") { lines = [] }
            lines?.append(line)
            if line.hasPrefix("-----END "), let block = lines {
                let name = String(line.dropFirst("-----END ".count).dropLast("-----".count))
                if skippingKeys && name.hasSuffix("PRIVATE KEY") {
                    blocks.append(PEMDocument(type: name, derBytes: []))
                } else {
                    blocks.append(try PEMDocument(pemString: block.joined(separator: "\n")))
                }
                lines = nil
            }
        }
        guard lines == nil else { throw Errno.invalidArgument }
        return blocks
    }

    private static func contents(_ path: FilePath) throws -> ([UInt8], UInt32) {
        let file = try FileDescriptor.open(path, .readOnly)
        return try file.closeAfter {
            var status = stat()
            guard fstat(file.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
            var bytes: [UInt8] = []
            while true {
                let chunk = try [UInt8](unsafeUninitializedCapacity: 1 << 14) { buffer, count in
                    count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
                }
                if chunk.isEmpty { return (bytes, UInt32(status.st_mode) & 0o7777) }
                bytes += chunk
                guard bytes.count <= limit else { throw Errno.fileTooLarge }
            }
        }
    }
}
