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
