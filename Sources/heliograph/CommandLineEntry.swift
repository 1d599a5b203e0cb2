import ArgumentParser
import Foundation

extension Heliograph {
    /// Runs the verb that was asked for. A failure is printed as `error:` and `hint:` on standard error and gives status 1;
    /// wrong usage is ArgumentParser's, with status 64.
    static func main() async {
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
        } catch {
            exit(withError: error)
        }
    }

    private static func end(_ message: String) -> Never {
        FileHandle.standardError.write(Data("\(message)\n".utf8))
        exit(withError: ExitCode.failure)
    }
}
