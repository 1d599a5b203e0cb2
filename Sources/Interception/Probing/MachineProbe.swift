import Foundation

/// Reads the facts of this machine's network, and changes nothing.
public struct MachineProbe: Sendable {
    let runner = CommandRunner()

    public init() {}

    public func facts() async throws(InterceptionError) -> MachineFacts {
        var facts = MachineFacts()
        facts.interfaces = try IPOutput.interfaces(try await runner.output(["ip", "-j", "-4", "address", "show"]))
        facts.upstreamInterface = try IPOutput.defaultInterface(try await runner.output(["ip", "-j", "-4", "route", "show", "default"]))
        let names = facts.interfaces.map(\.name)
        for sysctl in names.flatMap({ [Sysctl.forwarding($0), .sendRedirects($0)] }) + [.sendRedirects("all"), .ipForward] {
            facts.sysctls[sysctl] = KernelSettings.value(of: sysctl)
        }
        facts.hasNFT = CommandRunner.path(of: "nft") != nil
        facts.hasIPTables = CommandRunner.path(of: "iptables") != nil
        facts.firewall = try await firewall()
        facts.listeningPorts = ListeningPorts.now()
        return facts
    }

    /// nil where it may not be read.
    private func firewall() async throws(InterceptionError) -> Firewall? {
        var firewall = Firewall()
        if CommandRunner.path(of: "nft") != nil {
            let listing = try await runner.run(["nft", "-j", "list", "ruleset"])
            guard listing.isSuccess else { return nil }
            firewall = try NFTListing.firewall(listing.output)
        } else if CommandRunner.path(of: "iptables") != nil {
            let isLegacy = try await runner.output(["iptables", "-V"]).contains("legacy")
            for table in ["nat", "filter"] {
                let listing = try await runner.run(["iptables", "-w", "-t", table, "-S", "-v"])
                guard listing.isSuccess else { return nil }
                IPTablesListing.add(listing.output, Firewall.Table("ip", table), to: &firewall)
            }
            if isLegacy { return firewall }
        }
        // The kernel's older tables beside them, which only this program shows; it lists those that are in use.
        guard CommandRunner.path(of: "iptables-legacy-save") != nil else { return firewall }
        let saved = try await runner.run(["iptables-legacy-save"])
        guard saved.isSuccess else { return nil }
        IPTablesListing.addSaved(saved.output, family: Firewall.legacy, to: &firewall)
        return firewall
    }
}

/// The kernel's settings as files below `/proc/sys`.
enum KernelSettings {
    static func value(of sysctl: Sysctl) -> String? {
        // A setting that is not there has no value.
        (try? String(contentsOfFile: "/proc/sys/\(sysctl.path)", encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    static func set(_ sysctl: Sysctl, to value: String) throws(InterceptionError) {
        guard let file = fopen("/proc/sys/\(sysctl.path)", "w") else { throw .notWritten(sysctl.name, reason: reason(errno)) }
        let written = fputs("\(value)\n", file)
        // The kernel says no when the buffer reaches it, at the latest on closing.
        guard fclose(file) == 0, written >= 0 else { throw .notWritten(sysctl.name, reason: reason(errno)) }
    }

    private static func reason(_ number: Int32) -> String { String(cString: strerror(number)).lowercased() }
}

/// The ports on which programs of this machine accept connections, by the kernel's tables of sockets (proc(5)).
enum ListeningPorts {
    static func now() -> Set<Int> {
        // A kernel without IPv6 has no second table.
        Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap { ports((try? String(contentsOfFile: $0, encoding: .utf8)) ?? "") })
    }

    /// Lines such as `0: 00000000:114E 00000000:0000 0A …`: local address and port, remote ones, state; 0A is listening.
    static func ports(_ table: String) -> [Int] {
        table.split(separator: "\n").dropFirst().compactMap { line in
            let columns = line.split(separator: " ")
            guard columns.count > 3, columns[3] == "0A" else { return nil }
            let place = columns[1].split(separator: ":")
            guard place.count == 2, !isLoopback(place[0]) else { return nil }
            return Int(place[1], radix: 16)
        }
    }

    /// An address as 32-bit words in the machine's own order: 127.0.0.0/8, or ::1.
    private static func isLoopback(_ address: Substring) -> Bool {
        address.count == 8 ? address.hasSuffix("7F") : address == "00000000000000000000000001000000"
    }
}
