import BareSAX
import Foundation
import Reports

/// Prints how fast reports are decoded, in MB of XML a second: ours, libxml2 with handlers that only count, and
/// Python with lxml; one after another in each round, so that all meet the same machine. The seconds are those of the
/// processor, so that other work beside this disturbs less.
///
///     decoding [--python PATH] [REPORT.xml …]
///
/// Without files it makes a report of its own. Python is left out, aloud, unless it can import lxml.
@main
enum Decoding {
    static func main() throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        var python = "python3"
        if let option = arguments.firstIndex(of: "--python"), option + 1 < arguments.count {
            python = arguments[option + 1]
            arguments.removeSubrange(option...option + 1)
        }
        var documents = try arguments.map { ($0, Array(try Data(contentsOf: URL(filePath: $0)))) }
        if documents.isEmpty { documents = [("made up", madeUpReport())] }

        for (name, xml) in documents {
            let body = Array("webcomm_version=4.6.0&body=".utf8) + percentEncoded(xml)
            let file = FileManager.default.temporaryDirectory.appending(path: "decoding-\(getpid()).xml")
            try Data(xml).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }  // A file in the temporary folder may stay.

            var (ours, bare, form, peer) = ([Double](), [Double](), [Double](), [Double]())
            for _ in 0..<9 {
                try ours.append(megabytesPerSecond(xml.count) { try Report.decode(xml: xml).value.intervals.count })
                bare.append(
                    megabytesPerSecond(xml.count) {
                        xml.withUnsafeBytes { bare_sax_count($0.baseAddress, Int32($0.count)) }
                    })
                try form.append(megabytesPerSecond(xml.count) { try ReportBody(decoding: body).xml.count })
                if let figure = lxml(python: python, file: file) { peer.append(figure) }
            }
            print("\(name): \(xml.count) bytes of XML; medians of \(ours.count) rounds, MB a processor second")
            print(line("ours", median(ours)))
            print(line("bare libxml2 SAX", median(bare)) + format(", ours is %.2f times that (goal: 0.6)", ratio(ours, bare)))
            if peer.isEmpty {
                print("  Python lxml         SKIPPED: \(python) has no lxml; make test-tools installs it")
            } else {
                print(line("Python lxml", median(peer)) + format(", ours is %.1f times that (goal: 5)", ratio(ours, peer)))
            }
            print(line("form to XML", median(form)))
        }
    }

    /// The throughput of `work` on `bytes` bytes, over a quarter of a second of processor time.
    static func megabytesPerSecond(_ bytes: Int, _ work: () throws -> Int) rethrows -> Double {
        var (runs, sum) = (0, 0)
        let start = clock()
        var elapsed = 0.0
        while elapsed < 0.25 {
            sum &+= try work()
            runs += 1
            elapsed = Double(clock() - start) / Double(CLOCKS_PER_SEC)
        }
        // The sum is used, so that the work can't be optimised away.
        return sum == .min ? 0 : Double(bytes) * Double(runs) / elapsed / 1e6
    }

    /// What the Python program beside this one measures.
    static func lxml(python: String, file: URL) -> Double? {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "lxml_decoding.py")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [python, script.path, file.path]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }  // No Python: said by the caller.
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Double(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// The median of the rounds' ratios: what slows the machine down for a while slows both sides of a round.
    static func ratio(_ ours: [Double], _ theirs: [Double]) -> Double { median(zip(ours, theirs).map { $0 / $1 }) }

    static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    static func format(_ text: String, _ value: Double) -> String { String(format: text, value) }

    static func line(_ name: String, _ value: Double) -> String {
        "  " + name.padding(toLength: 18, withPad: " ", startingAt: 0) + format("%7.1f", value)
    }
}
