import Testing

@testable import Interception

extension DoctorFacts {
    /// A home where all is well, broken by `change`.
    static func healthy(_ change: (inout DoctorFacts) -> Void = { _ in }) throws -> DoctorFacts {
        let before = MachineFacts.small()
        let plan = try GatewayPlanner.up(.one, before, record: nil)
        var machine = before.after(plan)
        machine.listeningPorts = [22, 4430]
        var facts = DoctorFacts(
            machine: machine, record: plan.record, wish: .one, byName: false,
            certificate: .success(.init(secondsLeft: 86_400 * 300, warnings: [])),
            cloud: "reports.enphaseenergy.com", cloudAddresses: ["203.0.113.7"], cloudTLS: .good("it proves who it is"),
            isClockSynchronised: true,
            spool: .init(path: "/var/spool/envoy", freeBytes: 10 << 30, waiting: 2, secondsSinceNewest: 240), archives: true,
            log: ServiceLog(""))
        facts.service = .runs(port: 4430)
        facts.count(3, 40)
        change(&facts)
        return facts
    }

    /// Sets what two of the rules have counted.
    mutating func count(_ redirected: Int, _ all: Int) {
        guard var rules = machine.firewall?.rules else { return }
        rules.removeLast(2)
        rules.append(.init(Firewall.own, "redirecting", "", packets: redirected, comment: RuleName.redirected(443)))
        rules.append(.init(Firewall.own, "seen", "", packets: all, comment: RuleName.all))
        machine.firewall?.rules = rules
    }
}

@Suite("The doctor finds what is broken, and names the cure")
struct ExaminationTests {
    struct Broken: Sendable, CustomTestStringConvertible {
        var name: String
        var step: String
        var says: String
        var cure: String
        var change: @Sendable (inout DoctorFacts) -> Void
        var testDescription: String { name }

        init(_ name: String, _ step: String, says: String, cure: String, _ change: @escaping @Sendable (inout DoctorFacts) -> Void) {
            (self.name, self.step, self.says, self.cure, self.change) = (name, step, says, cure, change)
        }
    }

    static let up = "sudo heliograph gateway up --envoy 192.168.1.100"

    static let broken: [Broken] = [
        .init("service down", "listening", says: "nothing listens on port 4430", cure: "systemctl start heliograph") {
            $0.machine.listeningPorts = [22]
        },
        .init("a web server on our port", "listening", says: "another program", cure: "ss -ltnp 'sport = :4430'") { $0.service = .stopped },
        .init("the service on another port", "listening", says: "another program", cure: "ss -ltnp") { $0.service = .runs(port: 4431) },
        .init("the disk fails", "disk", says: "a report could not be kept: cannot write x: I/O error", cure: "check the disk") {
            $0.log = ServiceLog(
                """
                info forwarded envoy=192.168.1.100 exchange=a
                error could not keep a report exchange=b hint="check the disk" reason="cannot write x: I/O error"
                info forwarded envoy=192.168.1.100 exchange=b
                """)
        },
        .init("a disk that is mounted read-only", "rights", says: "read-only", cure: "dmesg") {
            $0.spool.obstacle = "its disk is mounted read-only"
        },
        .init("rules put up by hand beside the units", "rules", says: "by hand", cure: "sudo systemctl enable --now heliograph-gateway") {
            $0.units = .init(isGatewayActive: false, isGatewayEnabled: false)
        },
        .init("rules flushed under the unit", "rules", says: "0 of", cure: "sudo systemctl restart heliograph-gateway") {
            $0.units = .init(isGatewayActive: true, isGatewayEnabled: true)
            $0.machine.firewall = Firewall()
        },
        .init("someone else's router", "forwarding", says: "a router since", cure: up) { $0.machine.sysctls[.ipForward] = "1" },
        .init("not understood", "reports", says: "could not be read", cure: "/var/spool/envoy/rejected") {
            $0.spool.isNewestRejected = true
        },
        .init("certificate ended", "certificate", says: "ended 3 days ago", cure: "certificate renew") {
            $0.certificate = .success(.init(secondsLeft: -3 * 86_400 - 9, warnings: []))
        },
        .init("certificate missing", "certificate", says: "no such file", cure: "make one") {
            $0.certificate = .failure(DoctorProblem("no such file", cure: "make one"))
        },
        .init("disk full", "disk", says: "only 3 MiB free", cure: "free space") { $0.spool.freeBytes = 3 << 20 },
        .init("spool not writable", "rights", says: "can't be written", cure: "chown") {
            $0.spool.obstacle = "can't be written by this user"
        },
        .init("backlog", "backlog", says: "5000 captures wait", cure: "journalctl") { $0.spool.waiting = 5000 },
        .init("clock", "clock", says: "follows no time server", cure: "timedatectl") { $0.isClockSynchronised = false },
        .init("gateway never set up", "rules", says: "not set up", cure: up) { $0.record = nil },
        .init("rules flushed", "rules", says: "0 of", cure: up) { $0.machine.firewall = Firewall() },
        .init("another Envoy", "rules", says: "another Envoy", cure: "gateway up --envoy 192.168.1.7") {
            $0.wish?.envoys = [IPv4Address(number: 0xC0A8_0107)]
        },
        .init("another port", "rules", says: "another port", cure: up) {
            $0.wish?.redirections = [.init(from: 443, to: 9443)]
            $0.machine.listeningPorts.insert(9443)
        },
        .init("service stopped", "rules", says: "uncaptured", cure: "heliograph run, then \(up)") {
            $0.record?.wish.redirections = []
        },
        .init("forwarding off", "forwarding", says: "off for eth0", cure: up) { $0.machine.sysctls[.forwarding("eth0")] = "0" },
        .init("redirects on", "redirects", says: "on for all", cure: up) { $0.machine.sysctls[.sendRedirects("all")] = "1" },
        .init("firewalld", "firewalls", says: "firewalld", cure: "firewall-cmd") {
            $0.machine.firewall?.tables.append(.init("inet", "firewalld"))
        },
        .init("no name server", "cloud's name", says: "can't be resolved", cure: "resolv.conf") { $0.cloudAddresses = [] },
        .init("the cloud is we", "cloud's name", says: "in a circle", cure: "another name server") { $0.cloudAddresses = ["192.168.1.5"] },
        .init("cloud down", "cloud's TLS", says: "refused", cure: "ca-certificates") { $0.cloudTLS = .bad("connection refused") },
        .init("Envoy's gateway not set", "traffic", says: "nothing of the Envoy's", cure: "set the gateway to 192.168.1.5") {
            $0.count(0, 0)
        },
        .init("not on 443", "traffic", says: "none to the ports", cure: "gateway.ports") { $0.count(0, 40) },
        .init(
            "certificate refused by the Envoy", "handshake", says: "from 192.168.1.100: the client refuses our certificate", cure: "undo it"
        ) {
            $0.log = ServiceLog(
                """
                2026-11-23T02:00:00+0000 info forwarded envoy=192.168.1.100 status=200
                2026-11-23T03:00:00+0000 warning connection refused address=192.168.1.100 hint="undo it" reason="the client refuses our certificate"
                """)
        },
        .init("never seen", "reports", says: "none has come", cure: "every few minutes") { $0.spool.secondsSinceNewest = nil },
        .init("silent", "reports", says: "50 hours ago", cure: "is the Envoy on") { $0.spool.secondsSinceNewest = 180_000 },
        .init("broker down", "MQTT", says: "refused", cure: "credentials") { $0.outputs = [.init("MQTT", .bad("connection refused"))] },
    ]

    @Test("Where all is well, all is right") func healthy() throws {
        let examination = Examination(try .healthy())
        #expect(
            examination.isHealthy && examination.findings.allSatisfy { $0.verdict == .right && $0.cure == nil }, "\(examination.findings)")
        #expect(examination.findings.count >= 14)
    }

    @Test(arguments: broken) func `each broken set-up is found`(_ broken: Broken) throws {
        let examination = Examination(try .healthy(broken.change))
        let finding = try #require(examination.findings.first { $0.step == broken.step && $0.verdict == .wrong })
        #expect(finding.says.contains(broken.says))
        #expect(finding.cure?.contains(broken.cure) == true, "\(finding.cure ?? "")")
        #expect(!examination.isHealthy)
        // What hangs on the broken step may be wrong with it, and nothing else.
        let related: [String: Set<String>] = ["rules": ["traffic"], "firewalls": [], "traffic": []]
        let others = examination.findings.filter { $0.verdict == .wrong && $0.step != broken.step }
        #expect(others.allSatisfy { related[broken.step]?.contains($0.step) ?? false }, "\(others)")
    }

    @Test("What could not be looked at is neither right nor wrong") func unknown() throws {
        let examination = Examination(
            try .healthy {
                $0.machine.firewall = nil
                $0.isClockSynchronised = nil
                $0.log = ServiceLog(nil)
                $0.cloudTLS = .notTried("cloud is off in the settings")
            })
        #expect(examination.isHealthy)
        #expect(
            examination.findings.filter { $0.verdict == .unknown }.map(\.step) == ["clock", "rules", "cloud's TLS", "traffic", "handshake"])
    }

    @Test("By the way of names, no gateway is asked for, and port 443 is") func byName() throws {
        let examination = Examination(
            try .healthy {
                $0.byName = true
                $0.record = nil
            })
        #expect(examination.findings.filter { $0.verdict == .wrong }.map(\.step) == ["listening"])
        #expect(!examination.findings.contains { ["rules", "forwarding", "redirects", "traffic"].contains($0.step) })
    }

    @Test("The log: a refusal counts until something is forwarded; quotes and escapes are read") func log() {
        #expect(ServiceLog("warning connection refused address=10.0.0.9 reason=\"a \\\"b\\\" c\"").refusals.map(\.reason) == ["a \"b\" c"])
        #expect(ServiceLog("warning connection refused address=10.0.0.9 reason=x\ninfo forwarded envoy=10.0.0.9").refusals == [])
        #expect(ServiceLog("warning captured, but the cloud did not answer envoy=10.0.0.9 reason=late").cloudFailure?.address == "10.0.0.9")
        #expect(ServiceLog("info captured, but the cloud did not answer envoy=10.0.0.9 reason=off").cloudFailure == nil)
        #expect(ServiceLog("x reason=\"unfinished").refusals == [])
        // In the cloud's place, too, an exchange ends well.
        #expect(
            ServiceLog("warning connection refused address=10.0.0.9 reason=x\ninfo answered in the cloud's place envoy=10.0.0.9").refusals
                == [])
        #expect(ServiceLog("warning connection refused address=10.0.0.9 reason=x\ninfo forwarded envoy=10.0.0.7").refusals.count == 1)
        // As the journal has it with another kind of prefix.
        #expect(ServiceLog("x y warning captured, but the cloud did not answer envoy=1\nx y info forwarded envoy=1").cloudFailure == nil)
        var log = ServiceLog("warning connection refused address=10.0.0.9 reason=x\nerror could not keep a report reason=y")
        log.forget(refusals: true, cloudFailure: true, diskFailure: false)
        #expect(log.refusals == [] && log.diskFailure?.reason == "y")
    }

    @Test("What another device was refused is not the Envoy's trouble") func others() throws {
        let log = ServiceLog("warning connection refused address=192.168.1.7 reason=x")
        #expect(Examination(try .healthy { $0.log = log }).isHealthy)
        #expect(
            !Examination(
                try .healthy {
                    $0.log = log
                    $0.byName = true
                    $0.machine.listeningPorts.insert(443)
                    $0.service = .runs(port: 443)
                }
            ).isHealthy, "by name it may be an Envoy that nobody named")
    }

    @Test("What only root may see is unknown to others, and sudo is the cure") func hidden() throws {
        let examination = Examination(
            try .healthy {
                $0.spool.isHidden = true
                $0.spool.obstacle = "can't be read"
                $0.spool.secondsSinceNewest = nil
                $0.certificate = .failure(DoctorProblem("no way in", cure: "sudo heliograph doctor", isHidden: true))
            })
        let unknown = examination.findings.filter { $0.verdict == .unknown }
        #expect(unknown.map(\.step) == ["certificate", "rights", "backlog", "reports"])
        #expect(unknown.allSatisfy { $0.cure == "sudo heliograph doctor" } && examination.isHealthy)
    }
}
