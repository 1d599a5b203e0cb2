/// Gives events their ids, and pairs those that clear with those that were raised.
struct EventLog: Sendable {
    private(set) var backlog: [SimulatedEvent] = []
    private var nextID: Int
    private var raised: [Key: Int] = [:]
    private let serial: String
    /// 3.0 firmware leaves the raise as it was; later ones add the clear's id to it while it waits.
    private let linksBackwards: Bool

    private struct Key: Hashable {
        let panel: Int
        let code: EventCode
    }

    init(firstID: Int, envoySerial: String, webcomm: Webcomm) {
        nextID = firstID
        serial = envoySerial
        linksBackwards = webcomm == .v4_6_0
    }

    /// Whether an event of a panel is raised and not yet cleared.
    func isRaised(_ code: EventCode, panel: Int) -> Bool {
        raised[Key(panel: panel, code: code)] != nil
    }

    mutating func append(_ plan: EventPlan, panel: Panel) {
        let key = Key(panel: plan.panel, code: plan.code)
        var correlation: Int?
        switch plan.state {
        case .raised:
            raised[key] = nextID
        case .cleared:
            correlation = raised.removeValue(forKey: key)
            if linksBackwards, let index = backlog.firstIndex(where: { $0.id == correlation }) {
                backlog[index].correlationID = nextID
            }
        case .momentary:
            break
        }
        append(
            plan.code, plan.state, at: plan.dateSeconds,
            equipment: plan.code == .gridInstability ? panel.channel : panel.serial, correlation: correlation)
    }

    /// What an Envoy tells of itself when it starts; seen in the 2015 capture, meaning unknown.
    mutating func appendStart(at second: Int) {
        append(.unnamed10006, .momentary, at: second, equipment: serial, messageKey: "4")
        for (key, value) in [("1", "true"), ("2", "true"), ("6", "false")] {
            append(
                .unnamed10031, .momentary, at: second + 6, equipment: serial, messageKey: key,
                parameters: "{\"value\":\"\(value)\"}")
        }
    }

    mutating func remove(_ ids: Set<Int>) { backlog.removeAll { ids.contains($0.id) } }

    private mutating func append(
        _ code: EventCode, _ state: EventState, at second: Int, equipment: String, correlation: Int? = nil,
        messageKey: String? = nil, parameters: String? = nil
    ) {
        backlog.append(
            SimulatedEvent(
                id: nextID, code: code, state: state, dateSeconds: second, equipment: equipment,
                correlationID: correlation, messageKey: messageKey, messageParameters: parameters))
        nextID += 1
    }
}
