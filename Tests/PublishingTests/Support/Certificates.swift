import TestSupport
import Testing

/// Certificates for this machine's own address, by openssl.
enum Certificates {
    /// An authority `ca`, and certificates of it, `NAME.pem` and `NAME.key`.
    static func make(for names: [String]) async throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let path = folder.path
        func openssl(_ arguments: String...) async throws {
            let finished = try await Program.run("openssl", arguments)
            #expect(finished.status == 0, "\(finished.errors)")
        }
        try await openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=authority", "-keyout", "\(path)/ca.key", "-out",
            "\(path)/ca.pem")
        for name in names {
            try await openssl(
                "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=\(name)", "-keyout", "\(path)/\(name).key", "-out",
                "\(path)/\(name).csr")
            try folder.write("subjectAltName=IP:127.0.0.1".utf8, to: "names")
            try await openssl(
                "x509", "-req", "-in", "\(path)/\(name).csr", "-CA", "\(path)/ca.pem", "-CAkey", "\(path)/ca.key", "-CAcreateserial",
                "-days", "2",
                "-extfile", "\(path)/names", "-out", "\(path)/\(name).pem")
        }
        return folder
    }
}
