/// Judges what came from the Envoy: packets, connections, handshakes, reports.
struct TrafficExamination {
    let findings: [Finding]

    init(_ facts: DoctorFacts) {
        findings = (facts.byName ? [] : [Self.traffic(facts)]) + [Self.handshake(facts), Self.seen(facts)]
    }

    private static func packets(_ facts: DoctorFacts, _ rules: (String) -> Bool) -> Int? {
        let counts = (facts.machine.firewall?.ownRules ?? []).filter { $0.comment.map(rules) ?? false }.compactMap(\.packets)
        return counts.isEmpty ? nil : counts.reduce(0, +)
    }

    private static func traffic(_ facts: DoctorFacts) -> Finding {
        let step = "traffic"
        guard let redirected = packets(facts, { $0.hasPrefix("redirected from port") }) else {
            return .unknown(step, "no rule counts it; root may look", cure: "sudo heliograph doctor")
        }
        let all = packets(facts, { $0 == RuleName.all || $0 == RuleName.masqueraded }) ?? 0
        if redirected > 0 { return .right(step, "\(redirected) connections redirected since the gateway is up") }
        if all > 0 {
            return .wrong(
                step, "the Envoy's packets come through here, but none to the ports that are redirected",
                cure:
                    "wait for its next report; where none comes within an hour, look with tcpdump for the port it uses, and add it to gateway.ports"
            )
        }
        let own = facts.machine.interface(facts.record?.interface ?? "")?.addresses.first.map { "\($0.address)" } ?? "this machine"
        return .wrong(
            step, "nothing of the Envoy's came this way since the gateway is up",
            cure: "on the Envoy's page, switch DHCP off and set the gateway to \(own); check that the Envoy's address is right")
    }

    private static func handshake(_ facts: DoctorFacts) -> Finding {
        let step = "handshake"
        guard facts.log.isRead else {
            return .unknown(step, "there is no log to read", cure: "sudo heliograph doctor, or name it with --log")
        }
        // Others in the home may try the port, too; by name, what is turned away may be an Envoy that nobody named.
        let envoys = Set((facts.wish?.envoys ?? []).map(\.description))
        let refusals = facts.log.refusals.filter { refusal in
            envoys.isEmpty || facts.byName || refusal.address.map(envoys.contains) ?? true
        }
        if let refusal = refusals.last {
            let from = refusal.address.map { " from \($0)" } ?? ""
            return .wrong(step, "\(refusal.message)\(from)\(refusal.reason.map { ": \($0)" } ?? "")", cure: refusal.hint)
        }
        if let failure = facts.log.cloudFailure {
            return .wrong(
                step, "captured, but the cloud did not answer\(failure.reason.map { ": \($0)" } ?? "")",
                cure: "see the cloud's name and TLS above")
        }
        return .right(step, "no connection was refused lately")
    }

    private static func seen(_ facts: DoctorFacts) -> Finding {
        let step = "reports"
        if facts.spool.isHidden { return .hidden(step, facts.spool.path) }
        guard let seconds = facts.spool.secondsSinceNewest else {
            return .wrong(step, "none has come yet", cure: "an Envoy reports every few minutes by day; mend what is wrong above, and wait")
        }
        let ago = seconds < 7200 ? "\(seconds / 60) minutes ago" : "\(seconds / 3600) hours ago"
        if facts.spool.isNewestRejected {
            return .wrong(
                step, "the last one came \(ago), and could not be read; it was kept, and passed on",
                cure: "the files named .reason in \(facts.spool.rejectedFolder) say why; a newer heliograph may read it (heliograph replay)"
            )
        }
        guard seconds > 86_400 else { return .right(step, "the last one came \(ago)") }
        return .wrong(step, "the last one came \(ago)", cure: "is the Envoy on, and its gateway still this machine?")
    }
}
