import ArgumentParser
import Foundation
import Reports
import SystemPackage

/// `heliograph decode`: a captured request, reply or XML made readable.
struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Make a captured report or reply readable.",
        discussion: "Takes .request, .response and .xml files, plain or .gz, of heliograph and of earlier programs, and bodies alone.")

    @Argument(help: "The file.", completion: .file()) var file: String
    @Flag(help: "Print JSON, every row of it.") var json = false
    @Flag(help: "Print the XML as it is.") var xml = false

    /// The largest file that is read, bytes; a report has some thousands.
    private static let fileLimit = 64 << 20

    func validate() throws {
        if json && xml { throw ValidationError("--json and --xml exclude each other") }
    }

    func run() throws {
        let document = try read()
        if xml { return FileHandle.standardOutput.write(Data(document.xml)) }
        switch document.content {
        case .report(let report):
            print(try json ? JSONText.of(ReportJSON(report, document.fields)) : ReportText(report).text)
        case .reply(let reply):
            print(try json ? JSONText.of(ReplyJSON(reply)) : ReplyText(reply).text)
        }
    }

    private func read() throws -> CapturedDocument {
        let bytes: [UInt8]
        do { bytes = try Self.read(FilePath(file)) } catch {
            throw Failure("can't read \(file): \("\(error)".lowercased())", hint: "name a file from the spool")
        }
        do { return try CapturedDocument(bytes, limit: Self.fileLimit) } catch let error as ReportError {
            throw Failure(
                "can't decode \(file): \(error)",
                hint: "it need not be a report: requests on other paths are captured, too, and their content is unknown")
        }
    }

    private static func read(_ path: FilePath) throws -> [UInt8] {
        let descriptor = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        return try descriptor.closeAfter {
            var bytes: [UInt8] = []
            let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
            defer { chunk.deallocate() }
            while bytes.count < fileLimit {
                let count = try descriptor.read(into: chunk)
                guard count > 0 else { break }
                bytes.append(contentsOf: chunk[..<count])
            }
            return bytes
        }
    }
}
