import ArgumentParser
import Foundation

extension Heliograph {
    /// Runs the verb that was asked for. A failure is printed as `error:` and `hint:` on standard error and gives status 1;
    /// wrong usage is ArgumentParser's to word, with status 64.
    ///
    /// It begins on the main thread, where there is no other yet.
    @MainActor static func main() async {
        StartMemory.useOneHeap()
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            end(failure.description)
        } catch let failures as Failures {
            end(failures.description)
        } catch  where exitCode(for: error) == .success {
            exit(withError: error)
        } catch {
            let message = fullMessage(for: error)
            let ours = message.hasPrefix("Error: ") ? "error: \(message.dropFirst("Error: ".count))" : message
            end(ours, exitCode(for: error))
        }
    }

    private static func end(_ message: String, _ code: ExitCode = .failure) -> Never {
        if !message.isEmpty { FileHandle.standardError.write(Data("\(message)\n".utf8)) }
        exit(withError: code)
    }
}
