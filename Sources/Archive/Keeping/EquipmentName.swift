/// What the wire calls a piece of equipment.
package enum EquipmentName {
    /// Serial number and channel of `serial.channel`; all of it and nil if it has no such form.
    package static func parts(of equipment: String) -> (serial: String, channel: Int?) {
        guard let dot = equipment.lastIndex(of: "."), let channel = Int(equipment[equipment.index(after: dot)...]) else {
            return (equipment, nil)
        }
        return (String(equipment[..<dot]), channel)
    }
}
