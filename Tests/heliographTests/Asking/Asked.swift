import ArgumentParser
import Foundation
import SystemPackage
import TestSupport

@testable import heliograph

/// What a verb answers at an instant, asked within the test: the clock is a parameter then.
func asked(_ command: String, now: Int, width: Int? = nil) async throws -> String {
    let folder = try TemporaryFolder()
    let file = folder.file("answer").path(percentEncoded: false)
    let descriptor = try FileDescriptor.open(file, .writeOnly, options: [.create], permissions: .ownerReadWrite)
    let output = AnswerOutput(descriptor, width: width)
    let words = command.split(separator: " ").map(String.init)
    switch try Heliograph.parseAsRoot(words) {
    case let verb as any AskingCommand: try await verb.answer(now: now, to: output)
    case let verb as StatusCommand: try await verb.answer(now: now, to: output)
    default: throw Failure("not a verb that asks: \(command)")
    }
    try output.end()
    try descriptor.close()
    return try String(contentsOfFile: file, encoding: .utf8)
}

/// A verb's JSON, as another program reads it.
func askedJSON(_ command: String, now: Int) async throws -> [String: Any] {
    let text = try await asked(command + " --json", now: now)
    return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
}

extension [String: Any] {
    func list(_ key: String) -> [[String: Any]] { self[key] as? [[String: Any]] ?? [] }
    func text(_ key: String) -> String? { self[key] as? String }
    func integer(_ key: String) -> Int? { self[key] as? Int }
    func number(_ key: String) -> Double? { self[key] as? Double }
}

/// An instant from its ISO 8601 form.
func instant(_ text: String) throws -> Int { Int(try Date(text, strategy: .iso8601).timeIntervalSince1970) }
