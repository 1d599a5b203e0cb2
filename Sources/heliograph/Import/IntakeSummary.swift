import Archive
import Foundation
import Spool
import SystemPackage

/// What became of the files that were looked at.
struct IntakeSummary: Codable, Sendable, Equatable {
    struct Rejection: Codable, Sendable, Equatable {
        var file: String
        var reason: String
    }

    /// Nothing was written: the counts say what would have been.
    var isTrial = false
    /// Stopped before the end.
    var isStopped = false
    var files = 0
    var imported = 0
    var alreadyKnown = 0
    var replies = 0
    var others = 0
    var rejected = 0
    /// Captures in `rejected` of the spool that still can't be read: known, and no news.
    var stillRejected = 0
    /// Rows that the archive did not have; of a trial, all rows of the reports that it did not have.
    var rowsNew = 0
    /// Rows of new reports that the archive had from others.
    var rowsKnown = 0
    /// Rows that it had and that said something else.
    var rowsConflicting = 0
    /// Of a replay: what the old archive was too damaged to give; raw values of `ArchiveRebuild.Inheritance`.
    var lost: [String] = []
    /// The first few.
    var rejections: [Rejection] = []

    static let rejectionsShown = 10

    mutating func add(_ rejection: Rejection) {
        rejected += 1
        if rejections.count < Self.rejectionsShown { rejections.append(rejection) }
    }

    mutating func count(_ arrival: Arrival, _ kept: Kept) {
        guard !kept.isKnownSource else {
            alreadyKnown += 1
            return
        }
        imported += 1
        rowsNew += kept.new.total
        rowsKnown += kept.known.total
        rowsConflicting += kept.conflicting.total
    }

    /// Counts a report of a trial.
    mutating func count(_ arrival: Arrival) {
        imported += 1
        rowsNew += arrival.report.rowCount
    }

    /// Whether there was something, and nothing was wrong with it.
    var isFine: Bool { rejected == 0 && imported + alreadyKnown > 0 && !isStopped }

    /// - Parameter verb: What was done with reports, as `imported`.
    func text(_ verb: String, rejectionFile: String?) -> String {
        let would = isTrial ? "would be " : ""
        var lines = [
            "looked at \(files.grouped) files",
            "  \(imported.grouped) reports \(would)\(verb)"
                + (isTrial ? ", with \(rowsNew.grouped) rows" : ": \(rowsNew.grouped) rows new, \(rowsKnown.grouped) known before")
                + (rowsConflicting > 0 ? ", \(rowsConflicting.grouped) contradicting (the first arrival stays)" : ""),
            "  \(alreadyKnown.grouped) reports already known",
            "  \((replies + others).grouped) no reports (\(replies.grouped) replies, \(others.grouped) others)",
            "  \(rejected.grouped) rejected" + (rejectionFile.map { rejected > 0 ? ", all listed in \($0)" : "" } ?? ""),
        ]
        if stillRejected > 0 { lines.append("  \(stillRejected.grouped) in \(Filing.rejected)/ as before: they still can't be read") }
        lines += rejections.map { "    \($0.file): \($0.reason)" }
        if rejected > rejections.count, rejectionFile == nil {
            lines.append("    and \((rejected - rejections.count).grouped) more; --rejected FILE lists all")
        }
        for part in lost.compactMap(ArchiveRebuild.Inheritance.init) {
            lines.append("the old archive was too damaged to take over \(part.loss)")
        }
        if isStopped { lines.append("stopped before the end") }
        return lines.joined(separator: "\n")
    }
}

extension ArchiveRebuild.Inheritance {
    /// What is lost, for a person.
    fileprivate var loss: String {
        switch self {
        case .cursors:
            "how far outputs have come: look whether rows are missing there, and send them with heliograph publish --to NAME --since DAY"
        case .alerts: "its alerts: what is still wrong is raised again"
        case .roof: "the roof's layout: lay the panels again on the dashboard"
        }
    }
}

extension Int {
    /// With commas between thousands.
    var grouped: String {
        let digits = String(magnitude)
        let parts = stride(from: digits.count, to: 0, by: -3).map { end in
            digits.dropLast(digits.count - end).suffix(3)
        }
        return (self < 0 ? "-" : "") + parts.reversed().joined(separator: ",")
    }
}

/// The file that lists all that was rejected: a line each, path, tab, reason.
struct RejectionFile: Sendable {
    let path: FilePath
    private let descriptor: FileDescriptor

    init(_ path: String) throws {
        self.path = FilePath(path)
        do {
            descriptor = try FileDescriptor.open(
                self.path, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: [.ownerReadWrite, .groupRead, .otherRead])
        } catch { throw Failure("can't write \(path): \("\(error)".lowercased())", hint: "name another file with --rejected") }
    }

    func add(_ rejection: IntakeSummary.Rejection) throws {
        do { try descriptor.writeAll(Array("\(rejection.file)\t\(rejection.reason)\n".utf8)) } catch {
            throw Failure("can't write \(path): \("\(error)".lowercased())", hint: "name another file with --rejected")
        }
    }
}
