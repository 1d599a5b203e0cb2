import Foundation
import Interception
import Spool
import SystemPackage

/// The folder of the captures as it is now, as the service finds it.
struct SpoolLook {
    let path: String
    /// Who runs the service; nil where that is unknown, and then it is taken to be whoever asks.
    let serviceUser: UInt32?

    init(_ path: String, serviceUser: UInt32? = nil) { (self.path, self.serviceUser) = (path, serviceUser) }

    func facts(_ probe: MachineProbe, now: Date) async -> DoctorFacts.Spool {
        // A disk that does not say how full it is, as of a folder that is not there, has no room to count on.
        let free = (try? SpoolDirectory.freeBytes(of: FilePath(path))) ?? 0
        var spool = DoctorFacts.Spool(path: path, freeBytes: free, waiting: 0, secondsSinceNewest: nil)
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
            let isForbidden = access(path, F_OK) != 0 && errno == EACCES || access(path, F_OK) == 0
            spool.isHidden = isForbidden && geteuid() != 0 && geteuid() != serviceUser
            spool.obstacle = isForbidden ? "can't be read" : "is not there"
            return spool
        }
        let requests = names.filter { $0.hasSuffix(".request") }
        // The names of captures begin with their time: the last by name is the newest. Days of archived ones are named alike.
        // One that waits for long, since it can't be read, is older than those that were archived meanwhile.
        let understood = [requests.max().map { "\(path)/\($0)" }, newestProcessed].compactMap { $0.flatMap(Self.modified) }.max()
        let rejected = newestRejected.flatMap(Self.modified)
        spool.obstacle = await obstacle(probe)
        spool.waiting = requests.count
        spool.secondsSinceNewest = [understood, rejected].compactMap(\.self).max().map { max(0, Int(now.timeIntervalSince($0))) }
        spool.isNewestRejected = rejected.map { $0 > understood ?? .distantPast } ?? false
        return spool
    }

    /// Root may write anywhere, so it has to ask for the service's user; and nobody may where the disk is mounted so.
    private func obstacle(_ probe: MachineProbe) async -> String? {
        var system = statvfs()
        if statvfs(path, &system) == 0, system.f_flag & UInt(ST_RDONLY) != 0 { return "its disk is mounted read-only" }
        guard let serviceUser, serviceUser != geteuid() else {
            return access(path, W_OK) == 0 ? nil : "can't be written by this user"
        }
        guard geteuid() == 0 else {
            var status = stat()
            guard stat(path, &status) == 0 else { return "is not there" }
            return status.st_uid == serviceUser && status.st_mode & S_IWUSR != 0 ? nil : "the service's user may not write to it"
        }
        guard let user = getpwuid(serviceUser) else { return nil }
        let name = String(cString: user.pointee.pw_name)
        let may = await probe.mayWrite(user: serviceUser, group: user.pointee.pw_gid, path)
        return may == false ? "the user \(name), who runs the service, may not write to it" : nil
    }

    private var newestProcessed: String? {
        // A spool that archives nothing has no such folder.
        let days = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/processed")) ?? []
        guard let day = days.max() else { return nil }
        return "\(path)/processed/\(day)"
    }

    private var newestRejected: String? {
        // Where all could be read there is no such folder.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/rejected")) ?? []
        return names.filter { $0.hasSuffix(".request") }.max().map { "\(path)/rejected/\($0)" }
    }

    private static func modified(_ path: String) -> Date? {
        // A file that was moved away meanwhile has no time any more.
        (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
    }
}
