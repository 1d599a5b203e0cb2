import Archive
import Reports
import Spool
import SystemPackage

/// Brings batches of files into the archive and counts what became of them.
struct Intake {
    private typealias Fresh = (path: FilePath, arrival: Arrival, copy: ImportedCopies.Copy?)

    /// Where to keep reports; nil where it is only tried.
    let archive: ArchiveWriter?
    /// Where to look for what is known already; nil where nothing is.
    let known: ArchiveReader?
    /// Where to keep copies; nil for nowhere.
    let copies: ImportedCopies?
    private(set) var summary = IntakeSummary()
    private let rejections: RejectionFile?
    /// What a trial would have kept.
    private var tried: Set<String> = []

    init(archive: ArchiveWriter?, known: ArchiveReader?, copies: ImportedCopies?, rejections: RejectionFile?) {
        self.archive = archive
        self.known = known
        self.copies = copies
        self.rejections = rejections
        summary.isTrial = archive == nil
    }

    /// - Throws: `ArchiveError` or `SpoolError`. The batch can be taken in again: what was kept of it is known then.
    mutating func take(_ batch: ReportBatch) async throws {
        var fresh: [Fresh] = []
        var known: [ImportedCopies.Copy] = []
        var names = try await knownSources(in: batch)
        for file in batch.files {
            summary.files += 1
            switch file.content {
            case .reply: summary.replies += 1
            case .other: summary.others += 1
            case .stillRejected: summary.stillRejected += 1
            case .rejected(let reason): try reject(file.path, reason)
            case .report(let arrival, let copy):
                let isCaptured = file.capture.map(names.contains) ?? false
                if !isCaptured, names.insert(arrival.source.name).inserted {
                    fresh.append((file.path, arrival, copy))
                } else {
                    summary.alreadyKnown += 1
                    if !isCaptured, let copy { known.append(copy) }
                }
            }
        }
        guard let archive else {
            tried.formUnion(fresh.map(\.arrival.source.name))
            for entry in fresh { summary.count(entry.arrival) }
            return
        }
        if let copies {
            // Before the archive has them, so that it never holds what the spool can't give again.
            let kept = fresh.compactMap(\.copy)
            try await offSwiftThreads { [known] in
                try copies.keep(kept)
                // An import without copies left the archive something that the spool can't give.
                try copies.keep(known.filter(copies.lacks))
            }
        }
        if !fresh.isEmpty { try await keep(fresh, in: archive) }
    }

    /// Keeps reports together. Where the archive refuses one of them, each goes by itself, so that only that one is rejected.
    private mutating func keep(_ fresh: [Fresh], in archive: ArchiveWriter) async throws {
        do {
            let kept = try await archive.keep(fresh.map(\.arrival))
            for (entry, kept) in zip(fresh, kept) { summary.count(entry.arrival, kept) }
        } catch let error as ArchiveError where error.concernsOneReport {
            if fresh.count == 1 { return try reject(fresh[0].path, "\(error.cause)") }
            for entry in fresh { try await keep([entry], in: archive) }
        }
    }

    /// Notes that the work ends before its end.
    mutating func stop() { summary.isStopped = true }

    private func knownSources(in batch: ReportBatch) async throws -> Set<String> {
        let names = batch.files.flatMap { file -> [String] in
            guard case .report(let arrival, _) = file.content else { return [] }
            return [arrival.source.name] + [file.capture].compactMap(\.self)
        }
        let kept = try await known?.knownSources(among: names) ?? []
        return archive == nil ? kept.union(tried.intersection(names)) : kept
    }

    private mutating func reject(_ path: FilePath, _ reason: String) throws {
        let rejection = IntakeSummary.Rejection(file: path.string.visible, reason: reason.visible)
        summary.add(rejection)
        try rejections?.add(rejection)
    }
}

extension Report {
    var rowCount: Int { intervals.count + readings.count + events.count }
}
