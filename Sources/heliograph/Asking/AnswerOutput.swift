import ArgumentParser
import Foundation
import SystemPackage

/// Where an answer is printed: buffered, so that millions of rows go quickly, and in whole pieces.
final class AnswerOutput {
    /// Characters that fit on a line; nil where nobody limits them.
    let width: Int?
    private let file: FileDescriptor
    private var buffer: [UInt8] = []
    private var missing: [String] = []
    private static let capacity = 1 << 16

    init(_ file: FileDescriptor, width: Int? = nil) {
        self.file = file
        self.width = width
    }

    func write(_ bytes: some Collection<UInt8>) throws {
        buffer += bytes
        if buffer.count >= Self.capacity { try flush() }
    }

    func print(_ lines: [String]) throws {
        for line in lines { try write((line + "\n").utf8) }
    }

    /// A table that fits the width.
    ///
    /// - Parameters:
    ///   - expendable: the heads of columns that may go where there is no room, the least important first.
    ///   - least: how many characters of the last column are enough, where lines may be cut; nil where they may not.
    func print(_ table: TextTable, givingUp expendable: [String] = [], leaving least: Int? = nil) throws {
        let (fitting, missing) = table.fitted(to: width, givingUp: expendable, leaving: least)
        try print(least == nil ? fitting.lines : fitting.lines.cut(to: width))
        note(missing: missing)
    }

    func print(json value: some Encodable) throws { try print([JSONText.of(value)]) }

    /// Takes down which columns there was no room for; standard error tells them at the end.
    func note(missing heads: [String]) { missing += heads.filter { !missing.contains($0) } }

    /// Writes what is still in the buffer.
    func end() throws {
        try flush()
        guard !missing.isEmpty, let width else { return }
        Terminal.note("not shown at \(width) columns: \(missing.joined(separator: ", ")); --json has everything")
    }

    private func flush() throws {
        defer { buffer.removeAll(keepingCapacity: true) }
        do { try file.writeAll(buffer) } catch Errno.brokenPipe {
            // Whoever read it has seen enough, as `head` has.
            throw ExitCode.success
        } catch { throw Failure("can't write the answer: \("\(error)".lowercased())", hint: "see whether the disk is full") }
    }
}
