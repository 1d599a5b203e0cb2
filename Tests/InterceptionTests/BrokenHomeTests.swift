import Foundation
import Simulator
import TestSupport
import Testing

/// Each test breaks one thing after another in a home where all is well: the doctor finds that one and nothing else, and names its cure;
/// mended, all is well again.
@Suite(
    "In a home: the doctor finds what is really broken, one thing at a time", .serialized, .timeLimit(.minutes(10)),
    .enabled(if: Home.missing.isEmpty, "no home can be built here: \(Home.missing.joined(separator: ", "))"))
struct BrokenHomeTests {
    @Test("This machine as a gateway: rules, forwarding, redirects, other firewalls, what the Envoy sends")
    func gateway() async throws {
        try await Clinic.with { clinic in
            let (home, up) = (clinic.home, ["up", "--envoy", Home.envoyAddress])
            func gateway(_ arguments: [String]) async throws { #expect(try await home.gateway(arguments).status == 0) }

            let note = try FileManager.default.attributesOfItem(atPath: home.folder.file("gateway.json").path(percentEncoded: false))
            #expect(note[.posixPermissions] as? Int == 0o644, "status and doctor read it without root, too")
            try await clinic.expect(
                "the gateway is not set up", "rules", "not set up", cure: "sudo heliograph gateway up --envoy 10.214.0.100"
            ) {
                try await gateway(["down"])
            }
            try await clinic.expect("nothing came yet", "traffic", "nothing of the Envoy's", cure: "set the gateway to 10.214.0.5") {
                try await gateway(up)
            }
            try await clinic.expect("its traffic is not on port 443", "traffic", "none to the ports", cure: "add it to gateway.ports") {
                _ = try await home.fetches("http://\(Home.elsewhere):8443/", from: home.envoy)
            } mended: {
                try await clinic.post()
            }
            try await clinic.expect("rules flushed", "rules", "someone flushed them", cure: "gateway up") {
                _ = try await home.shell(home.box, "nft flush table inet heliograph")
            } mended: {
                try await gateway(up)
                try await clinic.post()
            }
            try await clinic.expect("forwarding off", "forwarding", "off for eth0", cure: "gateway up") {
                _ = try await home.shell(home.box, "sysctl -qw net.ipv4.conf.eth0.forwarding=0")
            } mended: {
                try await gateway(up)
            }
            try await clinic.expect("redirects on", "redirects", "a way round us", cure: "gateway up") {
                _ = try await home.shell(home.box, "sysctl -qw net.ipv4.conf.all.send_redirects=1")
            } mended: {
                try await gateway(up)
            }
            try await clinic.expect("another firewall drops", "firewalls", "table inet mine", cure: "nft insert rule inet mine through") {
                let chain = "nft 'add chain inet mine through { type filter hook forward priority 0; policy drop; }'"
                _ = try await home.shell(home.box, "nft add table inet mine; \(chain)")
            } mended: {
                let cure = try #require(try await clinic.doctor().first { $0.step == "firewalls" }?.cure)
                #expect(try await home.shell(home.box, cure).status == 0, "the cure is one")
            }
            try await clinic.expect("a router since", "forwarding", "a router since", cure: "gateway up") {
                _ = try await home.shell(home.box, "sysctl -qw net.ipv4.ip_forward=1")
            } mended: {
                try await gateway(up)
                try await clinic.post()
            }
        }
    }

    @Test("The service and the disk: port, certificate, room, rights, backlog, outputs")
    func service() async throws {
        try await Clinic.with { clinic in
            let home = clinic.home
            try await clinic.expect("the service is down", "listening", "nothing listens on port 4430", cure: "systemctl start heliograph")
            {
                await clinic.stopProxy()
            } mended: {
                try await clinic.startProxy()
            }
            await clinic.stopProxy()
            try await clinic.expect("the service is on another port", "listening", "nothing listens on port 4430", cure: "heliograph run") {
                try await clinic.startProxy(["--listen", "0.0.0.0:4431"])
            }
            let page = try Program("ip", ["netns", "exec", home.box, "python3", "-u", "-m", "http.server", "4430"])
            #expect(await page.output.wait { $0.text.contains("Serving") })
            try await clinic.expect("a web server has its port", "listening", "another program", cure: "ss -ltnp 'sport = :4430'") {
            } mended: {
                page.send(SIGKILL)
                _ = await page.end()
                await clinic.stopProxy()
                try await clinic.startProxy()
            }

            let (folder, aside) = (clinic.file("certificate"), clinic.file("aside"))
            try await clinic.expect("the certificate is missing", "certificate", "no such file", cure: "heliograph certificate renew") {
                try FileManager.default.moveItem(at: folder, to: aside)
            }
            let pem = try clinic.authority.issuePEM(dnsNames: ["localhost"], expired: true)
            try await clinic.expect("the certificate has ended", "certificate", "ended 0 days ago", cure: "heliograph certificate renew") {
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                try Data(pem.certificate.utf8).write(to: folder.appending(path: "certificate.pem"))
                try Data(pem.key.utf8).write(to: folder.appending(path: "private-key.pem"))
                chmod(folder.appending(path: "private-key.pem").path(percentEncoded: false), 0o600)
            }
            try await clinic.expect("the certificate is damaged", "certificate", "no usable", cure: "put the right file back") {
                try Data("nonsense".utf8).write(to: folder.appending(path: "certificate.pem"))
            } mended: {
                try FileManager.default.removeItem(at: folder)
                try FileManager.default.moveItem(at: aside, to: folder)
            }

            // As where another user runs the service than the one whose folder it is.
            let socket = clinic.file("control.sock").path(percentEncoded: false)
            try await clinic.expect("the service may not write", "rights", "may not write to it", cure: "chown it to the user") {
                chown(socket, 65534, 65534)
            } mended: {
                chown(socket, 0, 0)
            }
            let waiting = (0..<1001).map { clinic.file("spool/2012-02-22T09:03:01-\($0 + 100_000).request") }
            try await clinic.expect("nothing is archived", "backlog", "1001 captures wait", cure: "journalctl -u heliograph") {
                for file in waiting { try Data().write(to: file) }
            } mended: {
                for file in waiting { try FileManager.default.removeItem(at: file) }
            }
            await clinic.stopProxy()
            try await clinic.expect("an output is down", "webhook", "refused", cure: "check its address", eventually: true) {
                try await clinic.startProxy(["--webhook-url", "http://127.0.0.1:9/"])
                try await clinic.report()
            } mended: {
                await clinic.stopProxy()
                try await clinic.startProxy()
            }

            // A disk of one's own, too small; and then one that does not take another byte, as the service finds out.
            await clinic.stopProxy()
            let spool = clinic.file("spool").path(percentEncoded: false)
            try await clinic.succeed("mount", ["-t", "tmpfs", "-o", "size=300m", "none", spool])
            try await clinic.startProxy()
            try await clinic.post()
            let room = "\(spool)/room"
            try await clinic.expect("the disk is nearly full", "disk", "MiB free", cure: "free space there") {
                try await clinic.succeed("fallocate", ["-l", "200M", room])
            }
            try await clinic.expect("the disk is full", "disk", "a report could not be kept", cure: "free space on the disk") {
                _ = try await Program.run("dd", ["if=/dev/zero", "of=\(room)", "bs=1M", "count=400"])
                #expect(try await home.post(from: home.envoy, "/2", to: Home.reports, name: Clinic.cloud).hasPrefix("HTTP/1.1 503"))
            } mended: {
                unlink(room)
                try await clinic.post()
            }
            try await clinic.expect(
                "the disk is read-only", "rights", "mounted read-only", cure: "mount it for writing", besides: ["listening"]
            ) {
                await clinic.stopProxy()
                try await clinic.succeed("mount", ["-o", "remount,ro", spool])
            } mended: {
                try await clinic.succeed("mount", ["-o", "remount,rw", spool])
                try await clinic.startProxy()
                try await clinic.post()
            }
            await clinic.stopProxy()
            try await clinic.succeed("umount", [spool])
        }
    }

    @Test("The cloud and the Envoy: names, TLS, handshakes, reports")
    func ends() async throws {
        try await Clinic.with { clinic in
            let home = clinic.home
            try await clinic.expect(
                "the cloud is this machine", "cloud's name", "in a circle", cure: "another name server", besides: ["cloud's TLS"]
            ) {
                try home.setHosts("10.214.0.5 \(Clinic.cloud)")
            }
            try await clinic.expect(
                "no name server", "cloud's name", "can't be resolved", cure: "/etc/resolv.conf", besides: ["cloud's TLS"]
            ) {
                try home.setHosts("")
            } mended: {
                try home.setHosts("\(Home.reports) \(Clinic.cloud)")
            }
            try await clinic.expect(
                "the cloud proves to be another", "cloud's TLS", "CERTIFICATE_VERIFY_FAILED", cure: "ca-certificates or upstream-ca"
            ) {
                clinic.flags = ["--upstream-ca", clinic.strangers]
            } mended: {
                clinic.flags = []
            }
            await clinic.reports.stop()
            try await clinic.expect("the cloud is gone", "cloud's TLS", "refused", cure: "check the way to the Internet") {
            } mended: {
                try await clinic.startCloud()
            }
            try await clinic.expect("the cloud did not answer", "handshake", "captured, but the cloud did not answer", cure: "TLS above") {
                await clinic.reports.stop()
                #expect(try await home.post(from: home.envoy, "/2", to: Home.reports, name: Clinic.cloud).hasPrefix("HTTP/1.1 502"))
                try await clinic.startCloud()
            } mended: {
                try await clinic.post()
            }
            let connect = "openssl s_client -connect \(Home.reports):443 -tls1_2"
            try await clinic.expect("no common cipher", "handshake", "no cipher", cure: "", eventually: true) {
                _ = try await home.shell(home.envoy, "\(connect) -cipher DHE-RSA-AES128-SHA </dev/null")
            } mended: {
                try await clinic.post()
            }
            try await clinic.expect("the Envoy refuses our certificate", "handshake", "refuses our certificate", cure: "", eventually: true)
            {
                _ = try await home.shell(home.envoy, "\(connect) -CAfile \(clinic.authorityFile) -verify_return_error </dev/null")
            } mended: {
                try await clinic.post()
            }
            // What another device is refused is no trouble of the Envoy's.
            _ = try await home.shell(home.other, "openssl s_client -connect 10.214.0.5:4430 -tls1_2 -cipher DHE-RSA-AES128-SHA </dev/null")
            #expect(await clinic.proxy?.errors.wait { $0.text.contains("address=10.214.0.101") } == true)
            #expect(try await clinic.wrong() == [])

            try await clinic.expect("a report can't be read", "reports", "could not be read", cure: "spool/rejected", eventually: true) {
                let target = "/emu_reports/performance_report?webcomm_version=4.6.0"
                _ = try await home.post(from: home.envoy, target, to: Home.reports, name: Clinic.cloud)
            } mended: {
                try await clinic.report()
            }
            try await clinic.expect("the Envoy is silent", "reports", "50 hours ago", cure: "is the Envoy on") {
                _ = try await Program.run(
                    "find", [clinic.file("spool").path(percentEncoded: false), "-exec", "touch", "-d", "-50 hours", "{}", "+"])
            } mended: {
                try await clinic.post()
            }
        }
    }
}
