import Foundation
import TestSupport
import Testing

/// Clients that share no line of code with the proxy.
enum OutsideClient: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case curl = "curl"
    case openSSL10 = "openssl, TLS 1.0 with RSA key exchange and AES128-SHA"
    case openSSL12 = "openssl, TLS 1.2 with ECDHE"
    case openSSL13 = "openssl, TLS 1.3"
    case python10 = "python, TLS 1.0 with 3DES"
    case python11 = "python, TLS 1.1 with AES256-SHA"
    case pythonV2 = "python, a hello in the framing of SSL 2.0"
    case pythonV2Short = "python, such a hello with a short challenge and only 3DES"

    var testDescription: String { rawValue }

    /// What was sent, as the client itself tells, and what came back.
    struct Exchange {
        var sent: [UInt8]
        var reply: [UInt8]
        /// What the client said of the connection.
        var said: String
    }

    func post(_ report: PostedReport, to port: Int, _ folder: TemporaryFolder) async throws -> Exchange {
        switch self {
        case .curl: return try await Self.curl(report, port, folder)
        case .openSSL10: return try await Self.openSSL(report.request, port, folder, ["-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0"])
        case .openSSL12: return try await Self.openSSL(report.request, port, folder, ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"])
        case .openSSL13: return try await Self.openSSL(report.request, port, folder, ["-tls1_3"])
        case .python10: return try await Self.python(report.request, port, folder, ["--ciphers", "DES-CBC3-SHA"])
        case .python11: return try await Self.python(report.request, port, folder, ["--version", "0302", "--ciphers", "AES256-SHA"])
        case .pythonV2: return try await Self.python(report.request, port, folder, ["--v2"])
        case .pythonV2Short:
            return try await Self.python(report.request, port, folder, ["--v2", "--challenge", "16", "--ciphers", "DES-CBC3-SHA"])
        }
    }

    /// What this machine lacks for it; nil where it has all.
    static let missing: [OutsideClient: String] = {
        var missing: [OutsideClient: String] = [:]
        if !Program.isInstalled("curl") { missing[.curl] = "curl" }
        for client in [OutsideClient.openSSL10, .openSSL12, .openSSL13] where !Program.isInstalled("openssl") {
            missing[client] = "openssl"
        }
        for client in [OutsideClient.python10, .python11, .pythonV2, .pythonV2Short] where !hasPythonCryptography {
            missing[client] = "python3 with the module cryptography"
        }
        return missing
    }()

    static let installed = allCases.filter { missing[$0] == nil }

    static let hasPythonCryptography = python != nil

    /// The system's Python is asked too, since Debian's packages serve only that one.
    private static let python: String? = ["python3", "/usr/bin/python3"].compactMap(Program.path).first {
        Program.succeeds($0, ["-c", "import cryptography"])
    }

    private static let script = URL(filePath: #filePath).appending(path: "../../clients/old-tls-client.py").standardized

    static func openSSL(_ request: [UInt8], _ port: Int, _ folder: TemporaryFolder, _ options: [String]) async throws -> Exchange {
        let input = try folder.write(request, to: "request.\(UUID())")
        let result = try await Program.run(
            "openssl", ["s_client", "-connect", "127.0.0.1:\(port)", "-noservername", "-quiet"] + options, input: input)
        return Exchange(sent: request, reply: result.output, said: result.errors)
    }

    static func python(_ request: [UInt8], _ port: Int, _ folder: TemporaryFolder, _ options: [String]) async throws -> Exchange {
        let input = try folder.write(request, to: "request.\(UUID())")
        let output = try folder.write([], to: "reply.\(UUID())")
        let files = ["--request", input.path(percentEncoded: false), "--reply", output.path(percentEncoded: false)]
        let result = try await Program.run(
            python ?? "python3", [script.path(percentEncoded: false), "--port", "\(port)"] + files + options)
        return Exchange(sent: request, reply: try bytes(of: output), said: result.text + result.errors)
    }

    private static func curl(_ report: PostedReport, _ port: Int, _ folder: TemporaryFolder) async throws -> Exchange {
        let body = try folder.write(report.body, to: "body.\(UUID())")
        let (reply, trace) = (folder.file("reply.\(UUID())"), folder.file("trace.\(UUID())"))
        let headers = [
            "Host: reports.enphaseenergy.com:443", "Content-Type: application/x-deflate", "Connection: close", "User-Agent:",
            "X-Odd:  two  spaces",
        ]
        let result = try await Program.run(
            "curl",
            ["--silent", "--show-error", "--insecure", "--http1.1", "--raw", "--include", "--max-time", "20"]
                + headers.flatMap { ["-H", $0] }
                + ["--data-binary", "@\(body.path(percentEncoded: false))", "--output", reply.path(percentEncoded: false)]
                + ["--trace", trace.path(percentEncoded: false), "https://127.0.0.1:\(port)\(report.target)"])
        let sent = try sentBytes(String(decoding: Data(contentsOf: trace), as: UTF8.self))
        // Where curl got no reply there is no file; the comparison with what the cloud sent fails.
        return Exchange(sent: sent, reply: (try? bytes(of: reply)) ?? [], said: result.errors)
    }

    /// What curl's trace says that it has sent, head and body: lines such as `0000: 50 4f 53 54 POST`, of 16 bytes each.
    private static func sentBytes(_ trace: String) -> [UInt8] {
        var sent: [UInt8] = []
        var isSending = false
        for line in trace.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.dropFirst(4).hasPrefix(": "), line.prefix(4).allSatisfy(\.isHexDigit) else {
                isSending = line.hasPrefix("=> Send header") || line.hasPrefix("=> Send data")
                continue
            }
            guard isSending else { continue }
            let columns = line.dropFirst(6).prefix(16 * 3)
            sent += columns.split(separator: " ").compactMap { $0.count == 2 ? UInt8($0, radix: 16) : nil }
        }
        return sent
    }
}
