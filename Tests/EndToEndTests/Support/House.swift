import Foundation
import Simulator
import TestSupport

/// A cloud, the proxy before it, and a folder for the files of both: what most tests start from.
struct House: Sendable {
    let cloud: Cloud
    let proxy: Proxy
    let folder: TemporaryFolder
    let authority: URL

    static let authority = Result { try ThrowawayAuthority() }
    /// The cloud's certificate: for its name only, not for its address.
    static let identity = Result { try authority.get().issue(dnsNames: ["localhost"]) }

    /// Posts as an Envoy does, on a connection of its own.
    func post(_ request: [UInt8], _ version: EnvoyTransport.TLSVersionNumber = .v1_2) async throws -> EnvoyReply {
        try await EnvoyClient(host: "127.0.0.1", port: proxy.port, transport: .tls(version)).send(request)
    }

    /// The flags of other verbs than `run` for this house and this cloud.
    var flags: [String] { ["--data", folder.file("data").path(percentEncoded: false)] + Self.flags(cloud, authority) }

    /// Runs a verb in this house to its end.
    func heliograph(_ verb: String, _ arguments: [String] = []) async throws -> Program.Finished {
        try await Program.run(Program.built("heliograph"), verb.split(separator: " ").map(String.init) + flags + arguments)
    }

    /// What `heliograph status` says.
    func status() async throws -> String {
        try await Program.run(Program.built("heliograph"), ["status", "--data", folder.file("data").path(percentEncoded: false)]).text
    }

    /// The reports that were answered here and that the cloud has not taken.
    var undelivered: [String] {
        Set(
            names(in: proxy.spool.appending(path: "undelivered")).filter { $0.contains(".request") }.map { String($0.prefix { $0 != "." }) }
        ).sorted()
    }

    /// Waits until every exchange has its end, which may come a moment after the Envoy has heard its answer.
    func settled() async throws -> Bool {
        try await eventually {
            let files = names(in: proxy.spool)
            return files.filter { $0.hasSuffix(".request") }.allSatisfy { files.contains($0.replacing(".request", with: ".response")) }
        }
    }

    /// The requests that went to the cloud later, of those exchanges that are filed.
    func deliveredLater() throws -> [[UInt8]] {
        let processed = proxy.spool.appending(path: "processed")
        return try names(in: processed).flatMap { day in
            let folder = processed.appending(path: day)
            let files = Set(names(in: folder))
            // A reply may be there before its exchange is.
            return try files.filter { $0.hasSuffix(".delivery.gz") }.map { $0.replacing(".delivery.", with: ".request.") }
                .filter(files.contains).map { try gunzipped(folder.appending(path: $0)) }
        }
    }

    /// The flags that lead to a cloud.
    static func flags(_ cloud: Cloud, _ authority: URL) -> [String] {
        ["--upstream", "https://localhost:\(cloud.port)", "--upstream-ca", authority.path(percentEncoded: false)]
    }
}

/// Builds a house for one test, and pulls it down afterwards.
///
/// - Parameters:
///   - flags: Of `heliograph run`; a later one wins over those that lead to the cloud.
///   - wrapper: A command that the proxy is run by.
func withHouse(
    _ behaviour: CloudBehaviour = .normal, _ flags: [String] = [], identity: CloudIdentity? = nil, keeping: Int = 2000,
    wrapper: [String] = [],
    _ body: (House) async throws -> Void
) async throws {
    try await seated {
        let folder = try TemporaryFolder()
        let authority = try folder.write(try House.authority.get().certificatePEM.utf8, to: "authority.pem")
        let cloud = try await Cloud.start(identity: try identity ?? House.identity.get(), behaviour: behaviour, keeping: keeping)
        do {
            let proxy = try await Proxy.start(folder.file("data"), House.flags(cloud, authority) + flags, wrapper: wrapper)
            do {
                try await body(House(cloud: cloud, proxy: proxy, folder: folder, authority: authority))
            } catch {
                print("the proxy's log:", proxy.program.errors.value.text)
                proxy.program.send(SIGKILL)
                throw error
            }
            proxy.program.send(SIGKILL)
            _ = await proxy.program.end()
        } catch {
            await cloud.stop()
            throw error
        }
        await cloud.stop()
    }
}
