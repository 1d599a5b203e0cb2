import Foundation
import Logging
import Publishing

extension PublisherSettings {
    /// Everyone who publishes, as the settings and the secrets say.
    ///
    /// - Throws: `Failures` with everything that is wrong.
    func targets(_ environment: [String: String]) throws -> [PublishingTarget] {
        var targets: [PublishingTarget] = []
        var failures: [Failure] = []
        for make in [mqttTarget, influxDBTarget, pvoutputTarget, webhookTarget, commandTarget] {
            do { if let target = try make(environment) { targets.append(target) } } catch let failure as Failure {
                failures.append(failure)
            }
        }
        guard failures.isEmpty else { throw Failures(failures: failures) }
        return targets
    }

    private func mqttTarget(_ environment: [String: String]) throws -> PublishingTarget? {
        guard let mqtt, var settings = MQTTSettings(url: mqtt.broker) else { return nil }
        settings.user = mqtt.user
        settings.password = try PublisherSecret.mqttPassword.value(environment, file: mqtt.passwordFile, SettingTable.mqttPasswordFile)
        settings.authorities = mqtt.authorities?.string
        (settings.certificate, settings.privateKey) = (mqtt.certificate?.string, mqtt.privateKey?.string)
        (settings.prefix, settings.discovery, settings.version) = (mqtt.prefix, mqtt.discovery, Version.text)
        settings.silentSeconds = alerts.limits.silentSeconds
        return .mqtt(settings)
    }

    private func influxDBTarget(_ environment: [String: String]) throws -> PublishingTarget? {
        guard let influxDB else { return nil }
        let place: InfluxDBSettings.Place
        if let bucket = influxDB.bucket {
            let token = try PublisherSecret.influxToken.value(environment, file: influxDB.tokenFile, SettingTable.influxTokenFile)
            place = .bucket(bucket, organisation: influxDB.organisation ?? "", token: token)
        } else {
            let password = try PublisherSecret.influxPassword.value(
                environment, file: influxDB.passwordFile, SettingTable.influxPasswordFile)
            place = .database(influxDB.database ?? "", user: influxDB.user, password: password)
        }
        return .influxDB(InfluxDBSettings(url: influxDB.url, place: place, authorities: influxDB.authorities?.string))
    }
}

extension PublisherSettings {
    private func pvoutputTarget(_ environment: [String: String]) throws -> PublishingTarget? {
        guard let pvoutput else { return nil }
        guard let key = try PublisherSecret.pvoutputKey.value(environment, file: pvoutput.keyFile, SettingTable.pvoutputKeyFile) else {
            throw Failure(
                "pvoutput.systems is set without a key",
                hint: "name a file with the API key in pvoutput.key-file, or set \(PublisherSecret.pvoutputKey.rawValue)")
        }
        let systems = Dictionary(pvoutput.systems.map { ($0.envoy, $0.system) }, uniquingKeysWith: { first, _ in first })
        return .pvoutput(
            PVOutputSettings(url: pvoutput.url, key: key, systems: systems, intervalSeconds: pvoutput.interval.seconds))
    }

    private func webhookTarget(_ environment: [String: String]) throws -> PublishingTarget? {
        guard let webhook else { return nil }
        let secret = try PublisherSecret.webhookSecret.value(environment, file: webhook.secretFile, SettingTable.webhookSecretFile)
        return .webhook(WebhookSettings(url: webhook.url, secret: secret, authorities: webhook.authorities?.string))
    }

    private func commandTarget(_ environment: [String: String]) throws -> PublishingTarget? { command.map { .command($0.string) } }
}

extension Settings {
    /// The service that publishes; nil where nobody does.
    func publishing(_ logger: Logger) throws -> PublishingService? {
        let targets = try publishers.targets(ProcessInfo.processInfo.environment)
        return targets.isEmpty ? nil : PublishingService(targets, archive: archive.string, logger: logger)
    }
}
