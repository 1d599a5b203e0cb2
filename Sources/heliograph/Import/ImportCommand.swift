import Archive
import ArgumentParser
import Foundation
import Spool
import SystemPackage

/// `heliograph import`: brings what earlier programs captured into the archive.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Bring reports that other programs captured into the archive.",
        discussion: """
            Takes files, and folders with all below them: .xml, .request and .response files, also compressed (.gz), of the \
            Python program of 2012 (envoy-tools), of the Java proxy, and of heliograph. What a file is, its content tells. The files \
            are only read. A report that the archive knows changes nothing, so it can be stopped and run again at any time. \
            Ends with status 1 when something was rejected or no report was found.
            """)

    @OptionGroup var options: SettingsOptions
    @Argument(help: "Files and folders.", completion: .file()) var paths: [String]
    @Flag(name: .customLong("dry-run"), help: "Only say what would be imported.") var isTrial = false
    @Flag(
        name: .customLong("no-copy"),
        help: "Keep no copies in the spool's folder `imported`. Without them, an archive made by `heliograph replay` lacks these reports.")
    var isWithoutCopies = false
    @Option(name: .customLong("rejected"), help: ArgumentHelp("Where to list all files that were rejected, and why.", valueName: "file"))
    var rejectionFile: String?
    @Flag(help: "Print the summary as JSON.") var json = false

    func validate() throws {
        if paths.isEmpty { throw ValidationError("name the files and folders to import") }
    }

    func run() async throws {
        let settings = try options.load()
        if !isTrial { try StrangeRoot.refuse(settings, "import") }
        let roots = paths.map { FilePath($0) }
        for (path, root) in zip(paths, roots) where access(root.string, F_OK) != 0 {
            throw Failure("can't read \(path.visible): \("\(Errno(rawValue: errno))".lowercased())", hint: "check the path")
        }
        StopRequest.listen()
        let intake: Intake
        do {
            intake = try await Self.intake(
                settings, isTrial: isTrial, copies: !isTrial && !isWithoutCopies, rejections: rejectionFile.map { try RejectionFile($0) })
        } catch { throw Failure(taking: error) }
        let total = ProgressLine.isShown ? try await offSwiftThreads { FileWalk.count(roots) } : 0
        let files = ImportFiles(roots, limit: settings.limits.inflated.bytes)
        let summary = try await IntakeLoop.run(files, into: intake, ProgressLine("importing", total: total))
        print(json ? try JSONText.of(summary) : summary.text("imported", rejectionFile: rejectionFile))
        if !summary.isFine { throw ExitCode.failure }
    }

    private static func intake(_ settings: Settings, isTrial: Bool, copies: Bool, rejections: RejectionFile?) async throws -> Intake {
        let path = settings.archive.string
        if isTrial {
            // Where there is no archive yet, nothing is known.
            let known = access(path, F_OK) == 0 ? try await ArchiveReader.open(path) : nil
            return Intake(archive: nil, known: known, copies: nil, rejections: rejections)
        }
        let folder = settings.archive.removingLastComponent()
        if !folder.isEmpty { try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true) }
        let spool = settings.spool
        let kept = copies ? try await offSwiftThreads { try ImportedCopies(spool: spool) } : nil
        let archive = try await ArchiveWriter.open(path)
        return Intake(archive: archive, known: archive.reader, copies: kept, rejections: rejections)
    }
}

/// Reading and decoding the next batch while the last one is written.
enum IntakeLoop {
    static func run(_ files: some ReportFiles, into intake: Intake, _ progress: ProgressLine) async throws -> IntakeSummary {
        var (intake, progress) = (intake, progress)
        defer { progress.end() }
        let reader = BatchReader(files)
        var next = await reader.next()
        while let batch = next {
            if StopRequest.isMade {
                intake.stop()
                break
            }
            async let following = reader.next()
            do { try await intake.take(batch) } catch {
                _ = await following
                throw Failure(taking: error)
            }
            progress.show(intake.summary.files)
            next = await following
        }
        return intake.summary
    }
}

extension Failure {
    /// What the archive or the spool says, for a person.
    init(taking error: any Error) {
        switch error {
        case let error as ArchiveError:
            self.init("\(error)", hint: error.hint ?? "mend that and run it again; what was kept stays, and is known then")
        case let error as SpoolError where error.operation == .lock:
            self.init("another import writes to \(error.path)", hint: "wait for it, or name another spool with --spool")
        case let error as SpoolError: self.init("\(error)", hint: error.hint)
        case let error as Failure: self = error
        default: self.init("\(error)")
        }
    }
}
