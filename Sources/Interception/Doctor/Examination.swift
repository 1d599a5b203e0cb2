/// Walks the way of a report and judges each step. Pure: the same facts give the same findings.
public struct Examination: Sendable, Equatable {
    /// In the order of the way: this machine, the network, the cloud, the Envoy.
    public let findings: [Finding]

    public var isHealthy: Bool { !findings.contains { $0.verdict == .wrong } }

    public init(_ facts: DoctorFacts) {
        findings =
            [Self.listening(facts), Self.certificate(facts), Self.disk(facts), Self.rights(facts), Self.backlog(facts), Self.clock(facts)]
            + (facts.byName ? [] : NetworkExamination(facts).findings)
            + [Self.name(facts), Self.tls(facts)]
            + TrafficExamination(facts).findings + facts.outputs.map(Self.output)
    }

    private static func listening(_ facts: DoctorFacts) -> Finding {
        let step = "listening"
        let ports = facts.byName ? [443] : (facts.wish ?? facts.record?.wish)?.redirections.map(\.to) ?? [facts.tlsPort]
        let missing = Set(ports).subtracting(facts.machine.listeningPorts).sorted().map(String.init).joined(separator: ", ")
        guard missing.isEmpty else {
            let cure =
                facts.byName
                ? "set listen to 0.0.0.0:443 and run sudo heliograph install" : "sudo systemctl start heliograph, or heliograph run"
            return .wrong(step, "nothing listens on port \(missing) for other machines", cure: cure)
        }
        let taken = ports.filter { PortOwner.isOther($0, facts.service, isTLS: facts.byName || $0 == facts.tlsPort) }
        guard let port = taken.first else { return .right(step, "port \(ports.map(String.init).joined(separator: ", "))") }
        return .wrong(step, "another program than heliograph's service listens on port \(port)", cure: PortOwner.cure(port))
    }

    private static func certificate(_ facts: DoctorFacts) -> Finding {
        let step = "certificate"
        switch facts.certificate {
        case .failure(let problem) where problem.isHidden: return .unknown(step, problem.what, cure: problem.cure)
        case .failure(let problem): return .wrong(step, problem.what, cure: problem.cure)
        case .success(let certificate):
            let days = certificate.secondsLeft / 86_400
            let cure = "sudo heliograph certificate renew, and restart the service"
            if certificate.secondsLeft <= 0 { return .wrong(step, "ended \(-days) days ago", cure: cure) }
            if let warning = certificate.warnings.first { return .wrong(step, warning, cure: cure) }
            return .right(step, "valid for \(days) days")
        }
    }

    private static func disk(_ facts: DoctorFacts) -> Finding {
        if let failure = facts.log.diskFailure {
            return .wrong("disk", "a report could not be kept: \(failure.reason ?? "no reason is known")", cure: failure.hint)
        }
        let mebibytes = facts.spool.freeBytes >> 20
        guard mebibytes < 200 else { return .right("disk", "\(mebibytes) MiB free for \(facts.spool.path)") }
        return .wrong(
            "disk", "only \(mebibytes) MiB free for \(facts.spool.path)", cure: "free space there, or name another folder as spool")
    }

    private static func rights(_ facts: DoctorFacts) -> Finding {
        if facts.spool.isHidden { return .hidden("rights", facts.spool.path) }
        guard let obstacle = facts.spool.obstacle else { return .right("rights", "\(facts.spool.path) can be written") }
        return .wrong(
            "rights", "\(facts.spool.path): \(obstacle)",
            cure: obstacle.contains("read-only")
                ? "see why (dmesg tells of a disk that fails), and mount it for writing"
                : "sudo heliograph install makes it; or chown it to the user that runs heliograph")
    }

    private static func backlog(_ facts: DoctorFacts) -> Finding {
        if facts.spool.isHidden { return .hidden("backlog", facts.spool.path) }
        guard facts.archives else { return .right("backlog", "\(facts.spool.waiting) captures in the spool; archiving is off") }
        guard facts.spool.waiting > 1000 else { return .right("backlog", "\(facts.spool.waiting) captures wait to be archived") }
        return .wrong(
            "backlog", "\(facts.spool.waiting) captures wait to be archived",
            cure: "look for errors in the log: journalctl -u heliograph -p warning")
    }

    private static func clock(_ facts: DoctorFacts) -> Finding {
        switch facts.isClockSynchronised {
        case true?: .right("clock", "follows a time server")
        case false?: .wrong("clock", "follows no time server: the names of captures tell their time", cure: "timedatectl set-ntp true")
        case nil: .unknown("clock", "nobody can tell whether it follows a time server")
        }
    }

    private static func name(_ facts: DoctorFacts) -> Finding {
        let step = "cloud's name"
        let own = Set(facts.machine.interfaces.flatMap(\.addresses).map { "\($0.address)" } + ["127.0.0.1"])
        guard !facts.cloudAddresses.isEmpty else {
            return .wrong(step, "\(facts.cloud) can't be resolved", cure: "check the name servers in /etc/resolv.conf")
        }
        guard own.isDisjoint(with: facts.cloudAddresses) else {
            return .wrong(
                step, "\(facts.cloud) is this machine itself here: reports would go in a circle",
                cure: "have this machine ask another name server than the one that has the override, \(NameWay.howToAsk)")
        }
        return .right(step, "\(facts.cloud) is \(facts.cloudAddresses.joined(separator: ", "))")
    }

    private static func tls(_ facts: DoctorFacts) -> Finding {
        switch facts.cloudTLS {
        case .good(let says): .right("cloud's TLS", says)
        case .bad(let says):
            .wrong(
                "cloud's TLS", says,
                cure: "check the way to the Internet, this machine's clock, and the package ca-certificates or upstream-ca")
        case .notTried(let says): .unknown("cloud's TLS", says)
        }
    }

    private static func output(_ output: DoctorFacts.Output) -> Finding {
        switch output.trial {
        case .good(let says): .right(output.name, says)
        case .bad(let says): .wrong(output.name, says, cure: "check its address and credentials in the settings")
        case .notTried(let says): .unknown(output.name, says)
        }
    }
}
