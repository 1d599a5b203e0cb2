// Attributes → what the Envoy and its equipment are.

extension Envoy {
    init?(_ attributes: XMLAttributes, _ row: inout Row) {
        self.init(serialNumber: "")
        for attribute in attributes {
            switch attribute.name {
            case .serialNum: serialNumber = row.text(attribute)
            case .ipAddr: address = row.text(attribute)
            case .macAddr: macAddress = row.text(attribute)
            case .timezone: timeZone = row.text(attribute)
            case .partNum: partNumber = row.text(attribute)
            case .swVersion: softwareVersion = row.text(attribute)
            case .latitude: latitudeDegrees = row.decimal(attribute)
            case .longitude: longitudeDegrees = row.decimal(attribute)
            case .emuRegion: region = row.text(attribute)
            default: row.unknown(attribute)
            }
        }
        guard row.isComplete(expected: Self.expected, essential: WireNames(.serialNum)) else { return nil }
    }

    private static let expected = WireNames(.serialNum, .ipAddr, .macAddr, .timezone, .partNum, .swVersion)
}

extension Device {
    init?(_ attributes: XMLAttributes, _ row: inout Row) {
        self.init(equipment: "")
        for attribute in attributes {
            switch attribute.name {
            case .eqid: equipment = row.text(attribute)
            case .deviceType: type = row.number(attribute)
            case .partNum: partNumber = row.text(attribute)
            case .adminState: adminState = row.number(attribute)
            case .imageBits: imageBits = row.flags(attribute)
            default: condition.read(attribute, &row)
            }
        }
        guard row.isComplete(expected: Self.expected, essential: WireNames(.eqid)) else { return nil }
    }

    private static let expected = Condition.expected.union(
        WireNames(.eqid, .deviceType, .partNum, .adminState, .imageBits))
}

extension Channel {
    init?(_ attributes: XMLAttributes, _ row: inout Row) {
        self.init(equipment: "")
        for attribute in attributes {
            switch attribute.name {
            case .eqid: equipment = row.text(attribute)
            case .channelType: type = row.number(attribute)
            default: condition.read(attribute, &row)
            }
        }
        guard row.isComplete(expected: Self.expected, essential: WireNames(.eqid)) else { return nil }
    }

    private static let expected = Condition.expected.union(WireNames(.eqid, .channelType))
}

extension Condition {
    fileprivate static let expected = WireNames(.conditionFlags, .observedFlags, .controlBits)

    fileprivate mutating func read(_ attribute: XMLAttribute, _ row: inout Row) {
        switch attribute.name {
        case .conditionFlags: flags = row.flags(attribute)
        case .observedFlags: observed = row.flags(attribute)
        case .controlBits: control = row.flags(attribute)
        default: row.unknown(attribute)
        }
    }
}
