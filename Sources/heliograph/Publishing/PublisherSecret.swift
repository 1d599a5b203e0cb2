import SystemPackage

/// A secret of a publisher. It comes from the environment or from a file that a setting names, and goes nowhere else.
enum PublisherSecret: String, CaseIterable {
    case mqttPassword = "HELIOGRAPH_MQTT_PASSWORD"
    case influxPassword = "HELIOGRAPH_INFLUXDB_PASSWORD"
    case influxToken = "HELIOGRAPH_INFLUXDB_TOKEN"
    case pvoutputKey = "HELIOGRAPH_PVOUTPUT_KEY"
    case webhookSecret = "HELIOGRAPH_WEBHOOK_SECRET"

    /// - Returns: nil where neither has it.
    /// - Throws: a `Failure` where the file can't be read or is empty.
    func value(_ environment: [String: String], file: FilePath?, _ setting: any SettingDescription) throws -> String? {
        if let value = environment[rawValue], !value.isEmpty { return value }
        guard let file else { return nil }
        do {
            let text = try TextFile.read(file)
            let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            guard !line.isEmpty else {
                throw Failure("\(setting.name): the file \(file) is empty", hint: "write the secret into it, on one line")
            }
            return line
        } catch let error as Errno {
            throw Failure(
                "\(setting.name): can't read \(file): \("\(error)".lowercased())",
                hint: "see that it is there, and readable for the user that heliograph runs as")
        }
    }
}
