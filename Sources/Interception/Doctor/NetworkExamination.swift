/// Judges this machine as the Envoy's gateway: rules, forwarding, redirects, other firewalls.
struct NetworkExamination {
    let findings: [Finding]

    init(_ facts: DoctorFacts) {
        let up = "sudo heliograph gateway up --envoy \(facts.wish?.envoys.first?.description ?? "ADDRESS")"
        guard let record = facts.record else {
            findings = [.wrong("rules", "the gateway is not set up", cure: up)]
            return
        }
        let interfaces = Set([record.interface] + [facts.machine.upstreamInterface].compactMap(\.self)).sorted()
        findings =
            [Self.rules(facts, record, up), Self.forwarding(facts, interfaces, up), Self.redirects(facts, record.interface, up)]
            + Self.conflicts(facts, record)
    }

    private static func rules(_ facts: DoctorFacts, _ record: UndoRecord, _ up: String) -> Finding {
        let step = "rules"
        guard let firewall = facts.machine.firewall else {
            return .unknown(step, "only root may read them", cure: "sudo heliograph doctor")
        }
        guard firewall.ownRules.count == record.ruleCount else {
            return .wrong(step, "\(firewall.ownRules.count) of \(record.ruleCount) rules are there: someone flushed them", cure: up)
        }
        if record.wish.redirections.isEmpty {
            return .wrong(
                step, "the Envoy passes through uncaptured, since the service was stopped", cure: "systemctl start heliograph, or \(up)")
        }
        if let wish = facts.wish {
            if Set(wish.envoys) != Set(record.wish.envoys) {
                let names = record.wish.envoys.map(\.description).joined(separator: ", ")
                return .wrong(step, "they redirect \(names), and the settings name another Envoy", cure: up)
            }
            if wish.redirections != record.wish.redirections {
                return .wrong(step, "they lead to another port than the settings name", cure: up)
            }
        }
        return .right(step, record.wish.redirections.map { "port \($0.from) goes to \($0.to)" }.joined(separator: ", "))
    }

    private static func forwarding(_ facts: DoctorFacts, _ interfaces: [String], _ up: String) -> Finding {
        let off = interfaces.filter { facts.machine.sysctls[.forwarding($0)] != "1" }
        guard !off.isEmpty else { return .right("forwarding", "on for \(interfaces.joined(separator: ", "))") }
        return .wrong("forwarding", "off for \(off.joined(separator: ", ")): the Envoy's names and time do not pass", cure: up)
    }

    private static func redirects(_ facts: DoctorFacts, _ interface: String, _ up: String) -> Finding {
        let on = ["all", interface].filter { facts.machine.sysctls[.sendRedirects($0)] != "0" }
        guard !on.isEmpty else { return .right("redirects", "the kernel does not tell the Envoy a way round us") }
        return .wrong("redirects", "on for \(on.joined(separator: ", ")): the kernel tells the Envoy a way round us", cure: up)
    }

    private static func conflicts(_ facts: DoctorFacts, _ record: UndoRecord) -> [Finding] {
        guard facts.machine.firewall != nil else { return [] }
        let found = Conflicts.found(record.wish, interface: record.interface, facts.machine)
        guard !found.isEmpty else { return [.right("firewalls", "none that hinders")] }
        return found.map { .wrong("firewalls", $0.what, cure: $0.cure) }
    }
}
