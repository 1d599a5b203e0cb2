import Foundation

/// A message as a listener heard it.
public struct Heard: Sendable {
    public var topic: String
    public var payload: String
}

/// `mosquitto_sub`, started anew with each broker; what it heard before stays.
public final class Listener: Sendable {
    private let programs = Watched<[Program]>([])

    public init() {}

    public func listen(to port: Int) async throws {
        let program = try Program(
            "mosquitto_sub", ["-h", "127.0.0.1", "-p", "\(port)", "-q", "1", "-v", "-t", "heliograph/#", "-t", "homeassistant/#"])
        programs.change { $0.append(program) }
    }

    public func end() async {
        guard let program = programs.value.last else { return }
        program.send(SIGKILL)
        _ = await program.end()
    }

    public var heard: [Heard] {
        programs.value.flatMap { program in
            // The last line may be on its way.
            program.output.value.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().compactMap { line in
                let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
                return parts.count == 2 ? Heard(topic: parts[0], payload: parts[1]) : nil
            }
        }
    }
}
