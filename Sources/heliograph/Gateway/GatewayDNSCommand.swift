import ArgumentParser
import Foundation
import Interception

/// `heliograph gateway dns`
struct GatewayDNSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dns", abstract: "Check the way by name, for those who can't set the Envoy's gateway.",
        discussion: """
            The Envoy's name server answers the cloud's name with this machine's address, and heliograph run listens on port 443. \
            Where a connection was going is unknown then: all of them go to the setting upstream, so only the name of the reports' \
            host may be answered so. This machine itself has to find the cloud's real address: it asks another server. \
            Ends with status 1 when something is wrong.
            """)

    @Option(help: ArgumentHelp("The settings file (default: \(Settings.defaultFile), if there is one).", valueName: "file"))
    var config: String?
    @Option(help: ArgumentHelp("The name server that the Envoy asks.", valueName: "address")) var server: String?
    @Option(help: ArgumentHelp("The cloud (default: as in the settings).", valueName: "url")) var upstream: String?
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        if let server, IPv4Address(server) == nil { throw ValidationError("--server \(server) is no IPv4 address") }
    }

    func run() async throws {
        var flags: [String: [String]] = [:]
        flags[SettingTable.upstream.name] = upstream.map { [$0] }
        let settings = try Settings.load(flags: flags, environment: ProcessInfo.processInfo.environment, file: config)
        let name = settings.upstream.host
        let probe = MachineProbe()
        let way = try await Failure.translating {
            NameWay(
                cloud: name, machine: try await probe.facts(),
                answered: server.flatMap { IPv4Address($0) }.map { NameServer($0).answer(name) },
                resolved: await probe.addresses(of: name),
                service: .init(ServiceAnswer.ask(ControlSocket.path(settings))))
        }
        print(json ? try JSONText.of(PrintedExamination(healthy: way.isHealthy, findings: way.findings)) : way.findings.text)
        if !way.isHealthy { throw ExitCode.failure }
    }
}

extension NameServer {
    fileprivate func answer(_ name: String) -> Result<[IPv4Address], InterceptionError> {
        do throws(InterceptionError) { return .success(try addresses(of: name)) } catch { return .failure(error) }
    }
}
