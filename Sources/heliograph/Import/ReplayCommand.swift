import Archive
import ArgumentParser
import Foundation
import Spool
import SystemPackage

/// `heliograph replay`: makes the archive anew from the spool.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Make the archive anew from the captures in the spool.",
        discussion: """
            Reads all of `processed`, what still waits in the spool, what was rejected, and the copies of what was imported. What was \
            rejected and can be read by now is put back among what waits. The archive in use stays until the new one is whole, and then \
            the new one takes its place at once. heliograph must not be running meanwhile. Ends with status 1 when something was rejected \
            that was not before. Of rows that contradict each other the one stays whose capture is the oldest.
            """)

    @OptionGroup var options: SettingsOptions
    @Flag(name: .customLong("dry-run"), help: "Only say what the new archive would hold.") var isTrial = false
    @Flag(
        name: .customLong("accept-loss"),
        help: "Take the new archive even where it holds fewer rows than the old one, as when captures were removed from the spool.")
    var mayLose = false
    @Option(name: .customLong("rejected"), help: ArgumentHelp("Where to list all files that were rejected, and why.", valueName: "file"))
    var rejectionFile: String?
    @Flag(help: "Print the summary as JSON.") var json = false

    func run() async throws {
        let settings = try options.load()
        guard access(settings.spool.string, F_OK) == 0 else {
            throw Failure("there is no spool at \(settings.spool)", hint: "name it with --spool")
        }
        if !isTrial { try StrangeRoot.refuse(settings, "replay") }
        StopRequest.listen()
        let claim = isTrial ? nil : try Self.claim(settings.spool)
        if let claim { try await Self.reconsider(settings, claim) }
        let (files, total) = try await Self.files(settings)
        let rejections = try rejectionFile.map { try RejectionFile($0) }
        let progress = ProgressLine("replaying", total: total)
        let summary: IntakeSummary
        if isTrial {
            let intake = Intake(archive: nil, known: nil, copies: nil, rejections: rejections)
            summary = try await IntakeLoop.run(files, into: intake, progress)
        } else {
            summary = try await Self.rebuild(settings.archive, from: files, rejections, progress, mayLose: mayLose)
        }
        withExtendedLifetime(claim) {}
        print(json ? try JSONText.of(summary) : summary.text("archived", rejectionFile: rejectionFile))
        if !summary.isFine { throw ExitCode.failure }
    }

    private static func rebuild(
        _ path: FilePath, from files: ReplayFiles, _ rejections: RejectionFile?, _ progress: ProgressLine, mayLose: Bool
    ) async throws -> IntakeSummary {
        let folder = path.removingLastComponent()
        do {
            if !folder.isEmpty { try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true) }
            let rebuild = try await ArchiveRebuild.begin(path.string)
            do {
                let intake = Intake(archive: rebuild.writer, known: rebuild.writer.reader, copies: nil, rejections: rejections)
                var summary = try await IntakeLoop.run(files, into: intake, progress)
                if let reason = try await Self.reasonAgainst(rebuild, summary, mayLose: mayLose) { throw reason }
                summary.lost = try await rebuild.finish().map(\.rawValue)
                return summary
            } catch {
                // Closed already, perhaps; a new attempt begins by removing it.
                try? await rebuild.abandon()
                guard let error = error as? ArchiveError, error.cause == .inUse else { throw error }
                throw Failure("\(error)", hint: "end every program that reads the archive, and run it again; the archive is as it was")
            }
        } catch { throw Failure(taking: error) }
    }

    /// Why the new archive should not take the old one's place; nil where it should.
    private static func reasonAgainst(_ rebuild: ArchiveRebuild, _ summary: IntakeSummary, mayLose: Bool) async throws -> Failure? {
        if summary.isStopped { return Failure("stopped before the end", hint: "the archive is as it was; run it again to make it anew") }
        if summary.imported == 0 {
            return Failure("the spool holds no report", hint: "name the right one with --spool; the archive is as it was")
        }
        guard !mayLose, access(rebuild.path, F_OK) == 0 else { return nil }
        // Of a damaged archive nobody knows what it held.
        guard let old = try? await ArchiveReader.open(rebuild.path), let before = try? await old.status().rowCount else { return nil }
        try await old.close()
        let after = try await rebuild.writer.reader.status().rowCount
        guard after < before else { return nil }
        return Failure(
            "the spool gives \(after.grouped) rows, and the archive has \(before.grouped); it is as it was",
            hint: "captures that were removed, or imported with --no-copy, can't be replayed; --accept-loss takes the smaller archive")
    }

    /// Puts back what was rejected and is understood by now: this version may know more than the one that rejected it.
    private static func reconsider(_ settings: Settings, _ claim: SpoolClaim) async throws {
        let (spool, limit) = (settings.spool, settings.limits.inflated.bytes)
        do {
            try await offSwiftThreads {
                let rejected = Rejected(spool: spool)
                try rejected.takeBack(rejected.stems().filter { ReplayFiles.isUnderstood(rejected: $0, spool, limit: limit) }, claim)
            }
        } catch let error as SpoolError { throw Failure("\(error)", hint: error.hint) }
    }

    private static func claim(_ spool: FilePath) throws -> SpoolClaim {
        do throws(SpoolError) { return try SpoolClaim(spool) } catch {
            guard error.cause == .resourceTemporarilyUnavailable else { throw Failure("\(error)", hint: error.hint) }
            throw Failure(
                "heliograph is running on \(spool)",
                hint: "stop it first (`systemctl stop heliograph`); an Envoy keeps its reports meanwhile")
        }
    }

    private static func files(_ settings: Settings) async throws -> (ReplayFiles, total: Int) {
        let (spool, limit) = (settings.spool, settings.limits.inflated.bytes)
        do {
            return try await offSwiftThreads {
                (try ReplayFiles(spool, limit: limit), ProgressLine.isShown ? try ReplayFiles.count(spool) : 0)
            }
        } catch {
            throw Failure("can't read the spool \(spool): \("\(error)".lowercased())", hint: "run it as the user that heliograph runs as")
        }
    }
}
