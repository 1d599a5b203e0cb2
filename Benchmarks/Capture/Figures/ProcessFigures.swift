import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// What Linux says of a process and its children, from `/proc`.
struct ProcessFigures {
    private let identifiers: [Int32]

    /// - Parameter root: The process; its children count as part of it.
    init(of root: Int32) {
        var found = [root]
        var next = 0
        while next < found.count {
            let tasks = "/proc/\(found[next])/task"
            // What ended meanwhile has no files any more, and counts no more.
            for task in (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? [] {
                found += Self.read("\(tasks)/\(task)/children").split(separator: " ").compactMap { Int32($0) }
            }
            next += 1
        }
        identifiers = found
    }

    /// User and system time so far, in seconds of one core.
    var processorSeconds: Double {
        let ticks = identifiers.map { identifier -> Int in
            let fields = Self.read("/proc/\(identifier)/stat").split(separator: ")").last?.split(separator: " ") ?? []
            return fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
        }
        return Double(ticks.reduce(0, +)) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Resident memory now, MB.
    var residentMegabytes: Double { status("VmRSS") }
    /// The most that was ever resident, MB.
    var peakMegabytes: Double { status("VmHWM") }

    private func status(_ field: String) -> Double {
        let kibibytes = identifiers.map { identifier -> Int in
            let line = Self.read("/proc/\(identifier)/status").split(separator: "\n").first { $0.hasPrefix(field + ":") }
            return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
        }
        return Double(kibibytes.reduce(0, +)) / 1024
    }

    /// This process's own time so far, seconds of one core.
    static var own: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    private static func read(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }
}
