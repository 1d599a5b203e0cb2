import Foundation

/// Runs the program that was built beside the tests, as a person at a terminal would.
struct CommandTranscript {
    /// What it printed on standard output.
    var output: String
    /// What it printed on standard error.
    var errors: String
    var status: Int32

    /// - Parameters:
    ///   - arguments: Everything behind `heliograph`, parted by spaces.
    ///   - folder: The working directory.
    ///   - environment: Variables besides `PATH`.
    ///   - input: What is piped into it; nil for nothing.
    init(_ arguments: String, in folder: URL, environment: [String: String] = [:], input: String? = nil) throws {
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "heliograph")
        process.arguments = arguments.split(separator: " ").map(String.init)
        process.currentDirectoryURL = folder
        process.environment = environment.merging(["PATH": "/usr/bin:/bin"]) { given, _ in given }
        // Files, not pipes: nobody has to read one while the other fills up.
        let (output, errors) = (folder.appending(path: "output.\(UUID())"), folder.appending(path: "errors.\(UUID())"))
        for file in [output, errors] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardInput = FileHandle.nullDevice
        if let input {
            let file = folder.appending(path: "input.\(UUID())")
            try Data(input.utf8).write(to: file)
            process.standardInput = try FileHandle(forReadingFrom: file)
        }
        try process.run()
        process.waitUntilExit()
        self.output = try String(contentsOf: output, encoding: .utf8)
        self.errors = try String(contentsOf: errors, encoding: .utf8)
        status = process.terminationStatus
    }
}
