import Foundation
import Simulator
import TestSupport
import Testing

/// A home where all is well, for the doctor: the service runs, the gateway is up, the cloud is there, and a report has come.
final class Clinic {
    static let cloud = "reports.enphaseenergy.com"

    struct Finding: Equatable { var step: String, says: String, cure: String? }

    let home: Home
    let authority: ThrowawayAuthority
    let authorityFile: String
    /// The certificate of an authority that vouches for nobody here.
    let strangers: String
    /// Further flags for the doctor.
    var flags: [String] = []
    private(set) var reports: Cloud
    private(set) var proxy: Program?

    private init(_ home: Home) async throws {
        self.home = home
        authority = try ThrowawayAuthority()
        authorityFile = try home.folder.write(authority.certificatePEM.utf8, to: "authority.pem").path(percentEncoded: false)
        strangers = try home.folder.write(try ThrowawayAuthority().certificatePEM.utf8, to: "strangers.pem").path(percentEncoded: false)
        reports = try await Self.cloud(authority)
        try home.setHosts("\(Home.reports) \(Self.cloud)")
    }

    static func with(_ body: (Clinic) async throws -> Void) async throws {
        try await Home.with { home in
            let clinic = try await Clinic(home)
            do {
                try await clinic.startProxy()
                #expect(try await home.gateway("up", "--envoy", Home.envoyAddress).status == 0)
                try await clinic.post()
                #expect(try await clinic.wrong() == [], "all is well at first")
                try await body(clinic)
            } catch {
                await clinic.close()
                throw error
            }
            await clinic.close()
        }
    }

    private func close() async {
        await stopProxy()
        await reports.stop()
        // Where a test ended early, a disk may be left.
        _ = try? await Program.run("umount", ["-q", file("spool").path(percentEncoded: false)])
    }

    private static func cloud(_ authority: ThrowawayAuthority) async throws -> Cloud {
        try await Cloud.start(address: Home.reports, port: 443, identity: try authority.issue(dnsNames: [cloud]))
    }

    func startCloud() async throws { reports = try await Self.cloud(authority) }

    /// A place in what the service keeps.
    func file(_ name: String) -> URL { home.folder.file("data/\(name)") }

    func startProxy(_ flags: [String] = []) async throws {
        proxy = try await home.startProxy(["--upstream", "https://\(Self.cloud)", "--upstream-ca", authorityFile] + flags)
    }

    func stopProxy() async {
        proxy?.send(SIGTERM)
        _ = await proxy?.end()
    }

    func succeed(_ name: String, _ arguments: [String]) async throws {
        let result = try await Program.run(name, arguments)
        #expect(result.status == 0, "\(name): \(result.errors)")
    }

    /// Something of the Envoy's is captured and reaches the cloud.
    func post() async throws {
        #expect(try await home.post(from: home.envoy, "/1", to: Home.reports, name: Self.cloud).hasPrefix("HTTP/1.1 200"))
    }

    /// A true report is captured, reaches the cloud and is archived.
    func report() async throws {
        let result = try await Program.run(
            "ip",
            ["netns", "exec", home.envoy, Program.built("heliograph"), "simulate", "envoy", "--to", "https://\(Home.reports):443"]
                + ["--reports", "1", "--speed", "max"])
        #expect(result.status == 0, "\(result.errors)")
    }

    /// What the doctor calls wrong, as a person reads it. The clock is the machine's own, and here it may follow nothing.
    func doctor() async throws -> [Finding] {
        let log = try home.folder.write(proxy?.errors.value.bytes ?? [], to: "log").path(percentEncoded: false)
        let (record, data) = (home.folder.file("gateway.json").path(percentEncoded: false), file("").path(percentEncoded: false))
        let result = try await Program.run(
            "ip",
            ["netns", "exec", home.box, Program.built("heliograph"), "doctor", "--data", data, "--record", record, "--log", log]
                + ["--envoy", Home.envoyAddress, "--upstream", "https://\(Self.cloud)", "--upstream-ca", authorityFile] + flags)
        let lines = result.text.split(separator: "\n").map(String.init)
        #expect(lines.count > 10 && result.errors == "", "\(result.errors)")
        #expect(result.status == (lines.contains { $0.hasPrefix("WRONG ") } ? 1 : 0))
        return lines.indices.compactMap { index in
            guard lines[index].hasPrefix("WRONG "), let gap = lines[index].firstRange(of: "  ") else { return nil }
            let step = String(lines[index][..<gap.lowerBound].dropFirst("WRONG ".count))
            let next = index + 1 < lines.count ? lines[index + 1].drop { $0 == " " } : ""
            return Finding(
                step: step, says: String(lines[index][gap.upperBound...].drop { $0 == " " }),
                cure: next.hasPrefix("→ ") ? String(next.dropFirst(2)) : nil)
        }.filter { $0.step != "clock" }
    }

    func wrong() async throws -> [String] { try await doctor().map(\.step) }

    /// Breaks one thing, sees what the doctor says, and has it mended.
    ///
    /// - Parameters:
    ///   - besides: Steps that are broken by the same thing.
    ///   - eventually: Whether the service itself takes a while to find out.
    func expect(
        _ name: Comment, _ step: String, _ says: String, cure: String, besides: Set<String> = [], eventually: Bool = false,
        _ broken: () async throws -> Void, mended: (() async throws -> Void)? = nil
    ) async throws {
        try await broken()
        let end = ContinuousClock.now + .patience
        var found = try await doctor()
        while eventually, found.isEmpty, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(100))
            found = try await doctor()
        }
        #expect(Set(found.map(\.step)) == besides.union([step]), name)
        let finding = found.first { $0.step == step }
        #expect(finding?.says.contains(says) == true, "\(name): \(String(describing: finding))")
        #expect(
            finding?.cure?.isEmpty == false && finding?.cure?.contains(cure) ?? false || cure.isEmpty && finding?.cure != nil,
            "\(name): \(String(describing: finding))")
        guard let mended else { return }
        try await mended()
        // What is captured is filed, and what is published comes, a moment later.
        var left = try await wrong()
        while left != [], ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(100))
            left = try await wrong()
        }
        #expect(left == [], "\(name), mended")
    }
}
