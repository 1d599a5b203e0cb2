import Foundation
import Simulator

/// The folder of one benchmark: certificates, configuration files, what the programs print and what they capture.
struct Workplace: Sendable {
    let folder: URL

    /// - Parameter parent: Should be on a disk: on a tmpfs an fsync costs nothing.
    init(in parent: URL) throws {
        folder = parent.appending(path: "capture-benchmark-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let authority = try ThrowawayAuthority(name: "capture-benchmark")
        try write(authority.certificatePEM, to: "ca.pem")
        for (name, host) in [("cloud", "localhost"), ("server", "reports.enphaseenergy.com")] {
            let identity = try authority.issuePEM(dnsNames: [host], ipAddresses: ["127.0.0.1"])
            try write(identity.certificate, to: "\(name).crt")
            try write(identity.key, to: "\(name).key")
            try write(identity.key + identity.certificate, to: "\(name).pem")
        }
    }

    func path(_ name: String) -> String { folder.appending(path: name).path }
    func url(_ name: String) -> URL { folder.appending(path: name) }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: url(name))
        return path(name)
    }

    func makeFolder(_ name: String) throws -> URL {
        try FileManager.default.createDirectory(at: url(name), withIntermediateDirectories: true)
        return url(name)
    }

    /// Whether files here are on a disk, and not in memory only: by the innermost mount that holds the folder, proc(5).
    var isOnDisk: Bool {
        // Elsewhere than in Linux there is no such file; then it is taken for a disk.
        let mounts = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
        let own = folder.resolvingSymlinksInPath().path + "/"
        var holding: (path: String, kind: Substring) = ("", "")
        for mount in mounts.split(separator: "\n") {
            let fields = mount.split(separator: " ")
            guard fields.count > 2 else { continue }
            let path = fields[1] == "/" ? "/" : String(fields[1]) + "/"
            if own.hasPrefix(path), path.count >= holding.path.count { holding = (path, fields[2]) }
        }
        return holding.kind != "tmpfs" && holding.kind != "ramfs"
    }

    func remove() {
        // What can't be removed stays in the temporary folder.
        try? FileManager.default.removeItem(at: folder)
    }
}
