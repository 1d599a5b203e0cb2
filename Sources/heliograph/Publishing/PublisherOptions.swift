import ArgumentParser

/// The flags of the settings of those who publish. Hidden, as all flags of blocks: a file is the place for them.
struct PublisherOptions: ParsableArguments {
    @Option(name: .of(SettingTable.mqttBroker), help: .hidden) var mqttBroker: String?
    @Option(name: .of(SettingTable.mqttUser), help: .hidden) var mqttUser: String?
    @Option(name: .of(SettingTable.mqttPasswordFile), help: .hidden) var mqttPasswordFile: String?
    @Option(name: .of(SettingTable.mqttCA), help: .hidden) var mqttCA: String?
    @Option(name: .of(SettingTable.mqttCertificate), help: .hidden) var mqttCertificate: String?
    @Option(name: .of(SettingTable.mqttPrivateKey), help: .hidden) var mqttPrivateKey: String?
    @Option(name: .of(SettingTable.mqttPrefix), help: .hidden) var mqttPrefix: String?
    @Option(name: .of(SettingTable.mqttDiscovery), help: .hidden) var mqttDiscovery: String?
    @Option(name: .of(SettingTable.influxURL), help: .hidden) var influxURL: String?
    @Option(name: .of(SettingTable.influxDatabase), help: .hidden) var influxDatabase: String?
    @Option(name: .of(SettingTable.influxUser), help: .hidden) var influxUser: String?
    @Option(name: .of(SettingTable.influxPasswordFile), help: .hidden) var influxPasswordFile: String?
    @Option(name: .of(SettingTable.influxBucket), help: .hidden) var influxBucket: String?
    @Option(name: .of(SettingTable.influxOrganisation), help: .hidden) var influxOrganisation: String?
    @Option(name: .of(SettingTable.influxTokenFile), help: .hidden) var influxTokenFile: String?
    @Option(name: .of(SettingTable.influxCA), help: .hidden) var influxCA: String?
    @Option(name: .of(SettingTable.pvoutputSystems), help: .hidden) var pvoutputSystems: [String] = []
    @Option(name: .of(SettingTable.pvoutputKeyFile), help: .hidden) var pvoutputKeyFile: String?
    @Option(name: .of(SettingTable.pvoutputInterval), help: .hidden) var pvoutputInterval: String?
    @Option(name: .of(SettingTable.pvoutputURL), help: .hidden) var pvoutputURL: String?
    @Option(name: .of(SettingTable.webhookURL), help: .hidden) var webhookURL: String?
    @Option(name: .of(SettingTable.webhookSecretFile), help: .hidden) var webhookSecretFile: String?
    @Option(name: .of(SettingTable.webhookCA), help: .hidden) var webhookCA: String?
    @Option(name: .of(SettingTable.commandRun), help: .hidden) var commandRun: String?

    @Option(name: .of(SettingTable.alertsWatch), help: .hidden) var alertsWatch: String?
    @Option(name: .of(SettingTable.alertsSilentAfter), help: .hidden) var alertsSilentAfter: String?
    @Option(name: .of(SettingTable.alertsPanelShare), help: .hidden) var alertsPanelShare: String?
    @Option(name: .of(SettingTable.alertsEventAfter), help: .hidden) var alertsEventAfter: String?
    @Option(name: .of(SettingTable.alertsDiskFree), help: .hidden) var alertsDiskFree: String?
    @Option(name: .of(SettingTable.alertsEvery), help: .hidden) var alertsEvery: String?
    @Option(name: .of(SettingTable.alertsGone), help: .hidden) var alertsGone: [String] = []

    /// What was given.
    var given: [(any SettingDescription, [String])] {
        let values = [
            mqttBroker, mqttUser, mqttPasswordFile, mqttCA, mqttCertificate, mqttPrivateKey, mqttPrefix, mqttDiscovery, influxURL,
            influxDatabase, influxUser, influxPasswordFile, influxBucket, influxOrganisation, influxTokenFile, influxCA,
            nil, pvoutputKeyFile, pvoutputInterval, pvoutputURL, webhookURL, webhookSecretFile, webhookCA, commandRun, alertsWatch,
            alertsSilentAfter,
            alertsPanelShare, alertsEventAfter, alertsDiskFree, nil, alertsEvery,
        ]
        return zip(SettingTable.publishers, values).map { ($0, $1.map { [$0] } ?? []) }
            + [(SettingTable.pvoutputSystems, pvoutputSystems), (SettingTable.alertsGone, alertsGone)]
    }
}
