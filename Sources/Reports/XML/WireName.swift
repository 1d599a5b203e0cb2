/// The names of elements and attributes that the protocol notes list (§3, §5).
enum WireName: UInt8, CaseIterable {
    case perfReport, envoy, device, channel, interval, reading, event, messageParams
    case perfReportResponse, eventsProcessed
    case reportTimestamp, webcommVersion
    case serialNum, ipAddr, macAddr, timezone, partNum, swVersion, latitude, longitude, emuRegion
    case eqid, deviceType, channelType, adminState, imageBits, conditionFlags, observedFlags, controlBits
    case id, endDate, intervalDuration, statDuration, stats, date, duration, flags
    case eventCode, eventState, eventDate, correlationID, messageKey
    case status

    /// As it stands in the XML.
    var text: String {
        switch self {
        case .perfReport: "perf_report"
        case .envoy: "envoy"
        case .device: "device"
        case .channel: "channel"
        case .interval: "interval"
        case .reading: "reading"
        case .event: "event"
        case .messageParams: "message_params"
        case .perfReportResponse: "perf_report_response"
        case .eventsProcessed: "events_processed"
        case .reportTimestamp: "report_timestamp"
        case .webcommVersion: "webcomm_version"
        case .serialNum: "serial_num"
        case .ipAddr: "ip_addr"
        case .macAddr: "mac_addr"
        case .timezone: "timezone"
        case .partNum: "part_num"
        case .swVersion: "sw_version"
        case .latitude: "latitude"
        case .longitude: "longitude"
        case .emuRegion: "emu_region"
        case .eqid: "eqid"
        case .deviceType: "device_type"
        case .channelType: "channel_type"
        case .adminState: "admin_state"
        case .imageBits: "image_bits"
        case .conditionFlags: "condition_flags"
        case .observedFlags: "observed_flags"
        case .controlBits: "control_bits"
        case .id: "id"
        case .endDate: "end_date"
        case .intervalDuration: "interval_duration"
        case .statDuration: "stat_duration"
        case .stats: "stats"
        case .date: "date"
        case .duration: "duration"
        case .flags: "flags"
        case .eventCode: "event_code"
        case .eventState: "event_state"
        case .eventDate: "event_date"
        case .correlationID: "correlation_id"
        case .messageKey: "message_key"
        case .status: "status"
        }
    }

    private static let all = Dictionary(uniqueKeysWithValues: allCases.map { ($0.text, $0) })

    /// The listed name that a null-terminated string holds; nil for any other.
    init?(_ name: UnsafePointer<UInt8>) {
        guard let known = Self.all[String(cString: name)] else { return nil }
        self = known
    }
}

/// A set of names: fewer than 64, so one word holds it.
struct WireNames: OptionSet {
    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }
    init(_ names: WireName...) { self.init(rawValue: names.reduce(0) { $0 | 1 << $1.rawValue }) }

    mutating func insert(_ name: WireName) { self = Self(rawValue: rawValue | 1 << name.rawValue) }

    /// The members, for the rare case that they must be named.
    var names: [WireName] {
        isEmpty ? [] : WireName.allCases.filter { rawValue & 1 << $0.rawValue != 0 }
    }
}

/// What names' addresses stand for: within one parse a name always has the same address, so most are looked up by
/// it alone, without comparing text. A copy shares the slots, which belong to whoever lent them.
struct WireNameCache {
    typealias Slot = (address: UnsafePointer<UInt8>?, name: WireName?)
    static let slotCount = 256

    private let slots: UnsafeMutableBufferPointer<Slot>

    /// An empty cache in `slots`, of which there are `slotCount`.
    init(in slots: UnsafeMutableBufferPointer<Slot>) {
        precondition(slots.count == Self.slotCount)
        slots.initialize(repeating: (nil, nil))
        self.slots = slots
    }

    @inline(__always)
    func name(at address: UnsafePointer<UInt8>) -> WireName? {
        let bits = UInt(bitPattern: address)
        let index = Int((bits ^ bits >> 8) % UInt(Self.slotCount))
        if slots[index].address == address { return slots[index].name }
        let name = WireName(address)
        slots[index] = (address, name)
        return name
    }
}
