import Foundation

/// Network namespaces of test runs that were killed: their addresses would be in the way of the next ones.
public enum LeftNamespaces {
    /// Removes those of processes that are no more.
    ///
    /// - Parameter kinds: how the names begin; behind it is the number of the process.
    public static func remove(named kinds: [String]) {
        // Who never had a namespace has no folder of them.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/run/netns")) ?? [] {
            guard let kind = kinds.first(where: name.hasPrefix), let process = Int32(name.dropFirst(kind.count)) else { continue }
            guard kill(process, 0) != 0, errno == ESRCH else { continue }
            _ = Program.succeeds("ip", ["netns", "delete", name])
            try? FileManager.default.removeItem(atPath: "/etc/netns/\(name)")
        }
    }
}
