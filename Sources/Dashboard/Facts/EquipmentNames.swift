import Archive

/// What things are called, by what the wire calls them.
enum EquipmentNames {
    /// - Parameter panels: names of panels by `serial.channel`. Events are mostly about the microinverter, whose serial stands alone then (§3):
    ///   with one panel it is called as that is.
    static func of(_ panels: some Sequence<(equipment: String, name: String)>) -> [String: String] {
        let inverters = Dictionary(grouping: panels) { EquipmentName.parts(of: $0.equipment).serial }.compactMapValues { panels in
            panels.count == 1 ? panels.first?.name : nil
        }
        return inverters.merging(panels.map { ($0.equipment, $0.name) }, uniquingKeysWith: { _, panel in panel })
    }

    static func of(_ panels: [PanelNow]) -> [String: String] { of(panels.map { ($0.device.equipment, $0.title) }) }
}
