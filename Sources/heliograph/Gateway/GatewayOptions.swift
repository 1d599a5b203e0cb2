import ArgumentParser
import Capture
import Foundation
import Interception

/// The flags that say what is redirected where; what is not given comes from the settings.
struct GatewayOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The settings file (default: \(Settings.defaultFile), if there is one).", valueName: "file"))
    var config: String?
    @Option(help: ArgumentHelp("The Envoy's address; may be repeated.", valueName: "address")) var envoy: [String] = []
    @Option(help: ArgumentHelp("The interface that the Envoy is on (default: found by its address).", valueName: "name"))
    var interface: String?
    @Option(help: ArgumentHelp("The ports of the cloud to redirect (default: 443).", valueName: "numbers")) var ports: [String] = []
    @Option(help: ArgumentHelp("Where heliograph run listens (default: as in its settings).", valueName: "address:port"))
    var listen: String?
    @Option(help: ArgumentHelp("Where heliograph run listens for port 80 (default: as in its settings).", valueName: "address:port"))
    var listenPlain: String?
    @Option(
        help: ArgumentHelp(
            "forward, or block: nothing but names and time passes to other hosts (default: as in the settings).", valueName: "what"))
    var otherHosts: String?
    @Option(help: ArgumentHelp("nft or iptables (default: nft, and iptables only where that is missing).", visibility: .hidden))
    var tool: GatewayWish.Tool?
    @OptionGroup var record: RecordOptions

    /// What was given, by the names of settings.
    var flags: [String: [String]] {
        var flags: [String: [String]] = [:]
        flags[SettingTable.envoy.name] = envoy.isEmpty ? nil : envoy
        flags[SettingTable.gatewayInterface.name] = interface.map { [$0] }
        flags[SettingTable.gatewayPorts.name] = ports.isEmpty ? nil : ports
        flags[SettingTable.otherHosts.name] = otherHosts.map { [$0] }
        flags[SettingTable.listen.name] = listen.map { [$0] }
        flags[SettingTable.listenPlain.name] = listenPlain.map { [$0] }
        return flags
    }

    func wish() throws -> GatewayWish {
        try GatewayWish(try Settings.load(flags: flags, environment: ProcessInfo.processInfo.environment, file: config), tool: tool)
    }
}

/// Where the record for `down` is kept.
struct RecordOptions: ParsableArguments {
    @Option(name: .customLong("record"), help: ArgumentHelp("Where to note what was before.", visibility: .hidden))
    var path = UndoFile.standard

    var file: UndoFile { UndoFile(path) }
}

extension GatewayWish.Tool: ExpressibleByArgument {}

extension GatewayWish {
    /// What the settings mean to the gateway: port 80 goes where plain HTTP is taken, every other one where TLS is.
    init(_ settings: Settings, tool: Tool? = nil) throws {
        let envoys = try settings.envoys.map { address in
            guard let address = IPv4Address("\(address)") else {
                throw Failure("envoy: \(address) is not an IPv4 address", hint: "legacy Envoys speak IPv4 only; name that address")
            }
            return address
        }
        let redirections = try settings.gatewayPorts.map { port in
            let setting = port == 80 ? SettingTable.listenPlain.name : SettingTable.listen.name
            guard let listen = port == 80 ? settings.listenPlain : settings.listen else {
                throw Failure("port 80 can't be redirected: listen-plain is off", hint: "set listen-plain, as in 0.0.0.0:4431")
            }
            guard listen.port != 0, !listen.address.isThisMachineOnly else {
                throw Failure(
                    "\(setting) is \(listen), where no redirected connection can arrive",
                    hint: "give it a port of its own on 0.0.0.0, as in 0.0.0.0:4430")
            }
            return Redirection(from: port, to: listen.port)
        }
        self.init(
            envoys: envoys, interface: settings.gatewayInterface, redirections: redirections,
            openPorts: settings.otherHosts == .block ? [] : nil, tool: tool)
    }
}

extension IPAddress {
    fileprivate var isThisMachineOnly: Bool { isIPv4 ? bytes.first == 127 : description == "::1" }
}

extension Failure {
    init(_ error: InterceptionError) { self.init("\(error)", hint: error.hint) }

    /// Runs something of `Interception`, whose errors come with hints of their own.
    static func translating<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch let error as InterceptionError { throw Failure(error) }
    }
}

/// What the verbs of the gateway print besides their result: on standard error, so that a plan stays a script.
enum GatewayWarnings {
    static func show(_ conflicts: [Conflict]) {
        for conflict in conflicts { Terminal.note("warning: \(conflict.what)\nhint: \(conflict.cure)") }
    }
}
