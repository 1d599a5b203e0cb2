import Foundation
import Spool
import SystemPackage

/// What lies in the spool, without taking it from the program that writes to it.
struct SpoolStatus {
    let path: String
    /// Whether the folder is there and can be listed.
    let exists: Bool
    /// Captured requests that are not in the archive yet.
    let waiting: Int
    /// When the oldest of them came, by this machine's clock: the beginning of its name, `2012-02-22T09:03:01`.
    let oldest: String?
    /// Captured requests that could not be decoded.
    let rejected: Int
    /// Space that is left on the spool's disk, bytes; nil if the system does not say.
    let freeBytes: Int?

    init(_ folder: FilePath) {
        path = folder.string
        // A folder that can't be listed is told as one that is not there.
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder.string)
        exists = names != nil
        let requests = (names ?? []).filter(Self.isRequest)
        waiting = requests.count
        oldest = requests.min().map { String($0.prefix(19)) }
        rejected = Self.requests(below: folder.appending("rejected"))
        freeBytes = Self.freeBytes(folder)
    }

    /// Space that is left on a folder's disk, bytes; nil if the system does not say.
    static func freeBytes(_ folder: FilePath) -> Int? {
        var disk = statvfs()
        let isKnown = statvfs(folder.string, &disk) == 0
        return isKnown ? Int(clamping: disk.f_bavail.multipliedReportingOverflow(by: disk.f_frsize).partialValue) : nil
    }

    /// A request's file, as it was captured or compressed.
    private static func isRequest(_ name: String) -> Bool {
        guard let stem = Stem(fileName: name) else { return false }
        return name == ExchangeFile.request.name(of: stem) || name.hasPrefix(ExchangeFile.request.name(of: stem) + ".")
    }

    private static func requests(below folder: FilePath) -> Int {
        guard let names = FileManager.default.enumerator(atPath: folder.string) else { return 0 }
        return names.reduce(0) { count, name in
            let file = (name as? String).flatMap { FilePath($0).lastComponent?.string } ?? ""
            return count + (isRequest(file) ? 1 : 0)
        }
    }
}
