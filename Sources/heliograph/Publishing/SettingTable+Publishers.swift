/// Whom facts are published to: a block for each, and each off until its first setting is given.
///
/// Secrets are no settings: they are read from the files that these name, or from the environment (`PublisherSecret`).
extension SettingTable {
    static let mqttBroker = Setting(
        "mqtt.broker", .optional(.url(["mqtt", "mqtts"])), default: nil, example: "mqtt://192.168.1.10:1883",
        help: "The MQTT broker; `mqtts` is TLS. With it Home Assistant finds the Envoy and every panel by itself.")
    static let mqttUser = Setting(
        "mqtt.user", .optional(.text("a user name")), default: nil, example: "heliograph",
        help: "The user at the broker. The password is in `mqtt.password-file`, or in HELIOGRAPH_MQTT_PASSWORD.")
    static let mqttPasswordFile = Setting(
        "mqtt.password-file", .optional(.path("a file")), default: nil, example: "/etc/heliograph/mqtt-password",
        help: "A file with the broker's password and nothing else.")
    static let mqttCA = Setting(
        "mqtt.ca", .optional(.path("a PEM file")), default: nil, example: "/etc/heliograph/broker-ca.pem",
        help: "A PEM file of the authorities that may vouch for the broker. Unset, the system's own are asked.")
    static let mqttCertificate = Setting(
        "mqtt.certificate", .optional(.path("a PEM file")), default: nil, example: "/etc/heliograph/mqtt.pem",
        help: "Our own certificate for a broker that asks for one, PEM; needs `mqtt.private-key`.")
    static let mqttPrivateKey = Setting(
        "mqtt.private-key", .optional(.path("a PEM file")), default: nil, example: "/etc/heliograph/mqtt-key.pem",
        help: "The private key of that certificate, PEM, without a pass phrase.")
    static let mqttPrefix = Setting(
        "mqtt.prefix", .topic, default: "heliograph", example: "solar/roof",
        help: "What all topics begin with: `heliograph/ENVOY/state`, `heliograph/ENVOY/SERIAL.CHANNEL/state`.")
    static let mqttDiscovery = Setting(
        "mqtt.discovery", .optional(.topic, orWord: "off"), default: "homeassistant", example: "ha",
        help: "Home Assistant's discovery prefix. `off` announces nothing.")

    static let influxURL = Setting(
        "influxdb.url", .optional(.url(["http", "https"])), default: nil, example: "http://192.168.1.10:8086",
        help: "InfluxDB, or whoever takes its line protocol (VictoriaMetrics, Telegraf). Needs a database (1.x) or a bucket (2.x).")
    static let influxDatabase = Setting(
        "influxdb.database", .optional(.text("a name")), default: nil, example: "solar",
        help: "The database, for InfluxDB 1.x and what is like it. It must be there.")
    static let influxUser = Setting(
        "influxdb.user", .optional(.text("a user name")), default: nil, example: "heliograph",
        help: "The user of InfluxDB 1.x. The password is in `influxdb.password-file`, or in HELIOGRAPH_INFLUXDB_PASSWORD.")
    static let influxPasswordFile = Setting(
        "influxdb.password-file", .optional(.path("a file")), default: nil, example: "/etc/heliograph/influxdb-password",
        help: "A file with that user's password and nothing else.")
    static let influxBucket = Setting(
        "influxdb.bucket", .optional(.text("a name")), default: nil, example: "solar",
        help: "The bucket, for InfluxDB 2.x; it goes before a database.")
    static let influxOrganisation = Setting(
        "influxdb.organisation", .optional(.text("a name")), default: nil, example: "home",
        help: "The organisation of that bucket.")
    static let influxTokenFile = Setting(
        "influxdb.token-file", .optional(.path("a file")), default: nil, example: "/etc/heliograph/influxdb-token",
        help: "A file with the token that may write to the bucket; or HELIOGRAPH_INFLUXDB_TOKEN.")
    static let influxCA = Setting(
        "influxdb.ca", .optional(.path("a PEM file")), default: nil, example: "/etc/heliograph/influxdb-ca.pem",
        help: "A PEM file of the authorities that may vouch for it. Unset, the system's own are asked.")

    static let pvoutputSystems = Setting(
        "pvoutput.systems", .systems, default: [], example: "121319000042=12345",
        help: "Which Envoy is which system at PVOutput, as ENVOY=SYSTEM; several, where there are several.")
    static let pvoutputKeyFile = Setting(
        "pvoutput.key-file", .optional(.path("a file")), default: nil, example: "/etc/heliograph/pvoutput-key",
        help: "A file with PVOutput's API key; or HELIOGRAPH_PVOUTPUT_KEY.")
    static let pvoutputInterval = Setting(
        "pvoutput.interval", .choice, default: Settings.StatusInterval.fiveMinutes, example: "15m",
        help: "The status interval of the systems, as it is set at PVOutput.")
    static let pvoutputURL = Setting(
        "pvoutput.url", .url(["http", "https"]), default: "https://pvoutput.org", example: "http://127.0.0.1:8080",
        help: "Where PVOutput is, for who has something in its place.")

    static let webhookURL = Setting(
        "webhook.url", .optional(.url(["http", "https"])), default: nil, example: "https://example.org/solar",
        help: "Where all new rows are posted to as JSON.")
    static let webhookSecretFile = Setting(
        "webhook.secret-file", .optional(.path("a file")), default: nil, example: "/etc/heliograph/webhook-secret",
        help: "A file with the secret that signs what is posted (HMAC-SHA256); or HELIOGRAPH_WEBHOOK_SECRET.")
    static let webhookCA = Setting(
        "webhook.ca", .optional(.path("a PEM file")), default: nil, example: "/etc/heliograph/webhook-ca.pem",
        help: "A PEM file of the authorities that may vouch for it. Unset, the system's own are asked.")
    static let commandRun = Setting(
        "command.run", .optional(.path("a program")), default: nil, example: "/usr/local/bin/on-solar",
        help: "A program that is started for new rows, and gets them as lines of JSON on its standard input.")

    /// All of them, in the order of the sample file.
    static let publishers: [any SettingDescription] =
        [
            mqttBroker, mqttUser, mqttPasswordFile, mqttCA, mqttCertificate, mqttPrivateKey, mqttPrefix, mqttDiscovery, influxURL,
            influxDatabase, influxUser, influxPasswordFile, influxBucket, influxOrganisation, influxTokenFile, influxCA, pvoutputSystems,
            pvoutputKeyFile, pvoutputInterval, pvoutputURL, webhookURL, webhookSecretFile, webhookCA, commandRun,
        ] + alerts
}
