import Foundation

/// What the doctor asks besides the network's facts.
extension MachineProbe {
    /// The IPv4 addresses that this machine's resolver gives for a name, its hosts file included; empty where it gives none.
    public func addresses(of name: String) async -> [String] {
        // A resolver that fails gives no addresses, which is what is told.
        guard let answer = try? await runner.run(["getent", "ahostsv4", name]), answer.isSuccess else { return [] }
        var found: [String] = []
        for line in answer.output.split(separator: "\n") {
            if let address = line.split(separator: " ").first.map(String.init), !found.contains(address) { found.append(address) }
        }
        return found
    }

    /// The newest lines that the journal has of a unit; nil where there is no journal or this user may not read it.
    public func journal(of unit: String) async -> String? {
        guard CommandRunner.path(of: "journalctl") != nil, access("/run/systemd/system", F_OK) == 0 else { return nil }
        // A journal that can't be read is told as such.
        let lines = try? await runner.run(["journalctl", "--quiet", "--no-pager", "-o", "cat", "-n", "2000", "-u", unit])
        return lines.flatMap { $0.isSuccess ? $0.output : nil }
    }

    /// How systemd has the redirection's unit; nil where systemd does not run the capture service, as where it was started by hand.
    public func units() async -> DoctorFacts.Units? {
        guard access("/run/systemd/system", F_OK) == 0 else { return nil }
        func states(_ unit: String) async -> Set<String> {
            // Who can't be asked says nothing.
            let answer = try? await runner.run(["systemctl", "show", "-p", "ActiveState", "-p", "UnitFileState", "--value", unit])
            return Set((answer?.output ?? "").split(separator: "\n").map(String.init))
        }
        guard await !states(ServiceUnits.service).isDisjoint(with: ["active", "activating", "enabled"]) else { return nil }
        let gateway = await states(ServiceUnits.gateway)
        return .init(isGatewayActive: gateway.contains("active"), isGatewayEnabled: gateway.contains("enabled"))
    }

    /// Whether a user may write to a folder, as a program of that user's sees it; nil where nobody can tell. For root to ask.
    public func mayWrite(user: UInt32, group: UInt32, _ path: String) async -> Bool? {
        let words = ["setpriv", "--reuid=\(user)", "--regid=\(group)", "--init-groups", "test", "-w", path]
        // Where there is no such program, or no such user, nothing is known.
        guard let answer = try? await runner.run(words) else { return nil }
        return answer.isSuccess ? true : answer.errors.isEmpty ? false : nil
    }

    /// Whether this machine's clock follows a time server, as timedatectl(1) says; nil where it can't be asked.
    public func isClockSynchronised() async -> Bool? {
        guard access("/run/systemd/system", F_OK) == 0 else { return nil }
        // Who can't be asked says nothing.
        guard let answer = try? await runner.run(["timedatectl", "show", "-p", "NTPSynchronized", "--value"]), answer.isSuccess else {
            return nil
        }
        return answer.output.hasPrefix("yes")
    }
}
