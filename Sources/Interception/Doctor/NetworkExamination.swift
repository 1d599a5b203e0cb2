/// Judges this machine as the Envoy's gateway: rules, forwarding, redirects, other firewalls.
struct NetworkExamination {
    let findings: [Finding]

    init(_ facts: DoctorFacts) {
        let up = Self.cure(facts)
        guard let record = facts.record else {
            let isWaiting = facts.units?.isGatewayActive == true && facts.wish != nil
            findings = [
                isWaiting
                    ? .wrong(
                        "rules", "the gateway is not set up: its unit waits for the network",
                        cure: "sudo journalctl -u heliograph-gateway tells what it waits for")
                    : .wrong("rules", "the gateway is not set up", cure: up)
            ]
            return
        }
        let interfaces = Set([record.interface] + [facts.machine.upstreamInterface].compactMap(\.self)).sorted()
        findings =
            [Self.rules(facts, record, up), Self.forwarding(facts, interfaces, record, up), Self.redirects(facts, record.interface, up)]
            + Self.conflicts(facts, record)
    }

    /// What puts the rules up. Where systemd runs the service it has to be their unit: what is put up by hand does not go with the
    /// service, and is gone after a reboot.
    private static func cure(_ facts: DoctorFacts) -> String {
        guard let units = facts.units else {
            return "sudo heliograph gateway up --envoy \(facts.wish?.envoys.first?.description ?? "ADDRESS")"
        }
        guard facts.wish != nil else { return "name the Envoy as envoy in the settings, and run sudo heliograph install" }
        return (units.isGatewayEnabled ? "" : "sudo systemctl enable heliograph-gateway; ") + "sudo systemctl restart heliograph-gateway"
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
                step, "the Envoy passes through uncaptured, since the service was stopped",
                cure: facts.units == nil ? "heliograph run, then \(up)" : "sudo systemctl start heliograph")
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
        if let units = facts.units, !units.isGatewayActive || !units.isGatewayEnabled {
            return .wrong(
                step,
                units.isGatewayActive
                    ? "they are up, and will not be after a reboot"
                    : "they were put up by hand: they stay when the service stops, and are gone after a reboot",
                cure: "sudo systemctl enable --now heliograph-gateway")
        }
        return .right(step, record.wish.redirections.map { "port \($0.from) goes to \($0.to)" }.joined(separator: ", "))
    }

    private static func forwarding(_ facts: DoctorFacts, _ interfaces: [String], _ record: UndoRecord, _ up: String) -> Finding {
        let off = interfaces.filter { facts.machine.sysctls[.forwarding($0)] != "1" }
        guard !off.isEmpty else {
            // Who forwards for the whole machine since is hindered by the rule that keeps our forwarding to the Envoy.
            if !record.forwardedAll, facts.machine.sysctls[.ipForward] == "1", record.rules.contains(RuleName.others) {
                return .wrong(
                    "forwarding", "something made this machine a router since, and a rule of ours still keeps forwarding to the Envoy",
                    cure: up)
            }
            return .right("forwarding", "on for \(interfaces.joined(separator: ", "))")
        }
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
