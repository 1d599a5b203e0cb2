import ArgumentParser

/// The flags of the command line that set settings, one for each in the table, and `--config`.
struct SettingsOptions: ParsableArguments {
    /// The environment variable that names the settings file.
    static let configVariable = "HELIOGRAPH_CONFIG"

    @Option(help: ArgumentHelp("The settings file (default: \(Settings.defaultFile), if there is one).", valueName: "file"))
    var config: String?

    @Option(name: .of(SettingTable.data), help: .of(SettingTable.data, "dir")) var data: String?
    @Option(name: .of(SettingTable.listen), help: .of(SettingTable.listen, "address:port")) var listen: String?
    @Option(name: .of(SettingTable.listenPlain), help: .of(SettingTable.listenPlain, "address:port")) var listenPlain: String?
    @Option(name: .of(SettingTable.spool), help: .of(SettingTable.spool, "dir")) var spool: String?
    @Option(name: .of(SettingTable.archive), help: .of(SettingTable.archive, "file")) var archive: String?
    @Option(name: .of(SettingTable.ingest), help: .of(SettingTable.ingest, "on|off")) var ingest: String?
    @Option(name: .of(SettingTable.keepProcessed), help: .of(SettingTable.keepProcessed, "duration")) var keepProcessed: String?
    @Option(name: .of(SettingTable.leaveFree), help: .of(SettingTable.leaveFree, "size")) var leaveFree: String?
    @Option(name: .of(SettingTable.upstream), help: .of(SettingTable.upstream, "url")) var upstream: String?
    @Option(name: .of(SettingTable.upstreamCA), help: .of(SettingTable.upstreamCA, "file")) var upstreamCA: String?
    @Option(name: .of(SettingTable.envoy), help: .of(SettingTable.envoy, "address")) var envoy: [String] = []
    @Option(name: .of(SettingTable.cloud), help: .of(SettingTable.cloud, "mode")) var cloud: String?
    @Option(name: .of(SettingTable.otherHosts), help: .of(SettingTable.otherHosts, "what")) var otherHosts: String?
    @Option(name: .of(SettingTable.answerAfter), help: .of(SettingTable.answerAfter, "duration")) var answerAfter: String?
    @Option(name: .of(SettingTable.deliver), help: .of(SettingTable.deliver, "when")) var deliver: String?
    @Option(name: .of(SettingTable.deliverPause), help: .of(SettingTable.deliverPause, "duration")) var deliverPause: String?
    @Option(name: .of(SettingTable.certificate), help: .of(SettingTable.certificate, "file")) var certificate: String?
    @Option(name: .of(SettingTable.privateKey), help: .of(SettingTable.privateKey, "file")) var privateKey: String?
    @Option(name: .of(SettingTable.whenDiskFails), help: .of(SettingTable.whenDiskFails, "what")) var whenDiskFails: String?
    @Option(name: .of(SettingTable.logLevel), help: .of(SettingTable.logLevel, "level")) var logLevel: String?
    @Option(name: .of(SettingTable.allowRoot), help: .of(SettingTable.allowRoot, "word")) var allowRoot: String?
    @Option(name: .of(SettingTable.gatewayInterface), help: .of(SettingTable.gatewayInterface, "name")) var gatewayInterface: String?
    @Option(name: .of(SettingTable.gatewayPorts), help: .of(SettingTable.gatewayPorts, "numbers")) var gatewayPorts: [String] = []
    @Option(name: .of(SettingTable.gatewayWhenStopped), help: .of(SettingTable.gatewayWhenStopped, "word")) var gatewayWhenStopped: String?
    @Option(name: .of(SettingTable.dashboardListen), help: .of(SettingTable.dashboardListen, "address:port")) var dashboardListen: String?
    @Option(name: .of(SettingTable.dashboardPasswordFile), help: .of(SettingTable.dashboardPasswordFile, "file"))
    var dashboardPasswordFile: String?
    @Option(name: .of(SettingTable.dashboardWithoutPassword), help: .of(SettingTable.dashboardWithoutPassword, "word"))
    var dashboardWithoutPassword: String?
    @Option(name: .of(SettingTable.dashboardNames), help: .of(SettingTable.dashboardNames, "name")) var dashboardNames: [String] = []

    @OptionGroup var publishers: PublisherOptions

    @Option(name: .of(SettingTable.connections), help: .of(SettingTable.connections, "number")) var connections: String?
    @Option(name: .of(SettingTable.requestHead), help: .of(SettingTable.requestHead, "size")) var requestHead: String?
    @Option(name: .of(SettingTable.requestBody), help: .of(SettingTable.requestBody, "size")) var requestBody: String?
    @Option(name: .of(SettingTable.reply), help: .of(SettingTable.reply, "size")) var reply: String?
    @Option(name: .of(SettingTable.inflated), help: .of(SettingTable.inflated, "size")) var inflated: String?
    @Option(name: .of(SettingTable.idle), help: .of(SettingTable.idle, "duration")) var idle: String?
    @Option(name: .of(SettingTable.handshakeTime), help: .of(SettingTable.handshakeTime, "duration")) var handshakeTime: String?
    @Option(name: .of(SettingTable.requestTime), help: .of(SettingTable.requestTime, "duration")) var requestTime: String?
    @Option(name: .of(SettingTable.connectTime), help: .of(SettingTable.connectTime, "duration")) var connectTime: String?
    @Option(name: .of(SettingTable.replyTime), help: .of(SettingTable.replyTime, "duration")) var replyTime: String?
    @Option(name: .of(SettingTable.replyTotalTime), help: .of(SettingTable.replyTotalTime, "duration")) var replyTotalTime: String?
    @Option(name: .of(SettingTable.connectionTime), help: .of(SettingTable.connectionTime, "duration")) var connectionTime: String?

    /// What was given, by the names of settings.
    var flags: [String: [String]] {
        let given: [(any SettingDescription, [String])] = [
            (SettingTable.data, data.list), (SettingTable.listen, listen.list), (SettingTable.listenPlain, listenPlain.list),
            (SettingTable.spool, spool.list), (SettingTable.archive, archive.list), (SettingTable.ingest, ingest.list),
            (SettingTable.keepProcessed, keepProcessed.list), (SettingTable.leaveFree, leaveFree.list),
            (SettingTable.upstream, upstream.list), (SettingTable.upstreamCA, upstreamCA.list),
            (SettingTable.envoy, envoy), (SettingTable.cloud, cloud.list), (SettingTable.certificate, certificate.list),
            (SettingTable.otherHosts, otherHosts.list), (SettingTable.answerAfter, answerAfter.list),
            (SettingTable.deliver, deliver.list), (SettingTable.deliverPause, deliverPause.list),
            (SettingTable.privateKey, privateKey.list), (SettingTable.whenDiskFails, whenDiskFails.list),
            (SettingTable.logLevel, logLevel.list), (SettingTable.allowRoot, allowRoot.list),
            (SettingTable.gatewayInterface, gatewayInterface.list), (SettingTable.gatewayPorts, gatewayPorts),
            (SettingTable.gatewayWhenStopped, gatewayWhenStopped.list),
            (SettingTable.dashboardListen, dashboardListen.list), (SettingTable.dashboardPasswordFile, dashboardPasswordFile.list),
            (SettingTable.dashboardWithoutPassword, dashboardWithoutPassword.list), (SettingTable.dashboardNames, dashboardNames),
            (SettingTable.connections, connections.list),
            (SettingTable.requestHead, requestHead.list), (SettingTable.requestBody, requestBody.list),
            (SettingTable.reply, reply.list), (SettingTable.inflated, inflated.list), (SettingTable.idle, idle.list),
            (SettingTable.handshakeTime, handshakeTime.list), (SettingTable.requestTime, requestTime.list),
            (SettingTable.connectTime, connectTime.list), (SettingTable.replyTime, replyTime.list),
            (SettingTable.replyTotalTime, replyTotalTime.list), (SettingTable.connectionTime, connectionTime.list),
        ]
        return Dictionary(uniqueKeysWithValues: (given + publishers.given).compactMap { $1.isEmpty ? nil : ($0.name, $1) })
    }
}

extension Optional<String> {
    fileprivate var list: [String] { map { [$0] } ?? [] }
}

extension NameSpecification {
    static func of(_ setting: some SettingDescription) -> NameSpecification { .customLong(setting.flag) }
}

extension ArgumentHelp {
    fileprivate static func of(_ setting: some SettingDescription, _ valueName: String) -> ArgumentHelp {
        let byDefault = setting.defaultTexts.isEmpty ? "" : " (default: \(setting.defaultTexts.joined(separator: ", ")))"
        return ArgumentHelp(
            "\(setting.help)\(byDefault)", valueName: valueName, visibility: setting.path.count > 1 ? .hidden : .default)
    }
}
