import SystemPackage

/// The settings of those who publish; nil, each, where it is off.
struct PublisherSettings: Sendable, Equatable {
    struct MQTT: Sendable, Equatable {
        var broker: String
        var user: String?
        var passwordFile: FilePath?
        var authorities: FilePath?
        var certificate: FilePath?
        var privateKey: FilePath?
        var prefix: String
        var discovery: String?
    }

    struct InfluxDB: Sendable, Equatable {
        var url: String
        var database: String?
        var user: String?
        var passwordFile: FilePath?
        var bucket: String?
        var organisation: String?
        var tokenFile: FilePath?
        var authorities: FilePath?
    }

    struct PVOutput: Sendable, Equatable {
        var systems: [PVOutputSystem]
        var keyFile: FilePath?
        var interval: Settings.StatusInterval
        var url: String
    }

    struct Webhook: Sendable, Equatable {
        var url: String
        var secretFile: FilePath?
        var authorities: FilePath?
    }

    var mqtt: MQTT?
    var influxDB: InfluxDB?
    var pvoutput: PVOutput?
    var webhook: Webhook?
    /// The program of the command hook.
    var command: FilePath?
    var alerts: AlertSettings
}

extension PublisherSettings {
    init(from reader: inout SettingsReader) {
        mqtt = Self.mqtt(&reader)
        influxDB = Self.influxDB(&reader)
        pvoutput = Self.pvoutput(&reader)
        webhook = Self.webhook(&reader)
        command = reader.value(SettingTable.commandRun)
        alerts = AlertSettings(from: &reader)
    }

    private static func mqtt(_ reader: inout SettingsReader) -> MQTT? {
        typealias Table = SettingTable
        let broker = reader.value(Table.mqttBroker)
        let settings = MQTT(
            broker: broker ?? "", user: reader.value(Table.mqttUser), passwordFile: reader.value(Table.mqttPasswordFile),
            authorities: reader.value(Table.mqttCA), certificate: reader.value(Table.mqttCertificate),
            privateKey: reader.value(Table.mqttPrivateKey), prefix: reader.value(Table.mqttPrefix),
            discovery: reader.value(Table.mqttDiscovery))
        reader.refuse(
            Table.mqttUser, Table.mqttPasswordFile, Table.mqttCA, Table.mqttCertificate, Table.mqttPrivateKey, without: Table.mqttBroker)
        switch (settings.certificate, settings.privateKey) {
        case (_?, nil): reader.refuseHalfPair(given: Table.mqttCertificate, missing: Table.mqttPrivateKey, hint: "set both, or neither")
        case (nil, _?): reader.refuseHalfPair(given: Table.mqttPrivateKey, missing: Table.mqttCertificate, hint: "set both, or neither")
        default: break
        }
        return broker == nil ? nil : settings
    }

    private static func influxDB(_ reader: inout SettingsReader) -> InfluxDB? {
        typealias Table = SettingTable
        let url = reader.value(Table.influxURL)
        let settings = InfluxDB(
            url: url ?? "", database: reader.value(Table.influxDatabase), user: reader.value(Table.influxUser),
            passwordFile: reader.value(Table.influxPasswordFile), bucket: reader.value(Table.influxBucket),
            organisation: reader.value(Table.influxOrganisation), tokenFile: reader.value(Table.influxTokenFile),
            authorities: reader.value(Table.influxCA))
        reader.refuse(
            Table.influxDatabase, Table.influxUser, Table.influxPasswordFile, Table.influxBucket, Table.influxOrganisation,
            Table.influxTokenFile, Table.influxCA, without: Table.influxURL)
        guard url != nil else { return nil }
        if settings.bucket == nil, settings.database == nil {
            reader.refuseHalfPair(
                given: Table.influxURL, missing: Table.influxDatabase,
                hint: "set influxdb.database for 1.x, or influxdb.bucket and influxdb.organisation for 2.x")
        }
        if settings.bucket != nil, settings.organisation == nil {
            reader.refuseHalfPair(given: Table.influxBucket, missing: Table.influxOrganisation, hint: "set both for InfluxDB 2.x")
        }
        return settings
    }

    private static func pvoutput(_ reader: inout SettingsReader) -> PVOutput? {
        typealias Table = SettingTable
        let settings = PVOutput(
            systems: reader.value(Table.pvoutputSystems), keyFile: reader.value(Table.pvoutputKeyFile),
            interval: reader.value(Table.pvoutputInterval), url: reader.value(Table.pvoutputURL))
        reader.refuse(Table.pvoutputKeyFile, without: Table.pvoutputSystems)
        return settings.systems.isEmpty ? nil : settings
    }

    private static func webhook(_ reader: inout SettingsReader) -> Webhook? {
        typealias Table = SettingTable
        let url = reader.value(Table.webhookURL)
        let settings = Webhook(
            url: url ?? "", secretFile: reader.value(Table.webhookSecretFile), authorities: reader.value(Table.webhookCA))
        reader.refuse(Table.webhookSecretFile, Table.webhookCA, without: Table.webhookURL)
        return url == nil ? nil : settings
    }
}

extension SettingsReader {
    /// Reports settings of a block whose main one is missing: they would do nothing.
    fileprivate mutating func refuse(_ given: any SettingDescription..., without missing: any SettingDescription) {
        guard findings.contains(where: { $0.name == missing.name && $0.texts == missing.defaultTexts }) else { return }
        for setting in given where findings.contains(where: { $0.name == setting.name && $0.source != .builtIn }) {
            refuseHalfPair(given: setting, missing: missing, hint: "without \(missing.name) it does nothing: set it, or delete the line")
        }
    }
}
