import ArgumentParser
import Dashboard
import Foundation

/// `heliograph password`: who may look at the dashboard from other machines.
struct PasswordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "password", abstract: "Set the dashboard's password.",
        discussion: """
            Reads one line, from the terminal without showing it, or from a pipe, and writes its hash to the password file. Browsers are \
            asked for it from the next start on; any user name will do. The connection is not encrypted: keep it inside your home, or put \
            a TLS terminator in front.
            """)

    @OptionGroup var options: SettingsOptions
    @Flag(help: "Take the password away instead.") var remove = false

    private static let shortest = 8

    func run() throws {
        let path = try options.load().dashboard.passwordFile
        if remove {
            guard unlink(path.string) == 0 || errno == ENOENT else {
                throw Failure("can't remove \(path): \(String(cString: strerror(errno)).lowercased())", hint: "check its owner and mode")
            }
            return print("no password")
        }
        guard let password = Self.line(), password.count >= Self.shortest, password.utf8.count <= 500 else {
            throw Failure("the password is too short", hint: "give at least \(Self.shortest) characters on one line")
        }
        do { try PasswordHash(of: password).write(to: path) } catch let error as DashboardError {
            throw Failure("\(error)", hint: "check the folder's owner and mode, or name another file with --dashboard-password-file")
        }
        print("password set in \(path)")
    }

    /// The line that is typed or piped in; nil at the end of the input.
    private static func line() -> String? {
        var terminal = termios()
        guard tcgetattr(STDIN_FILENO, &terminal) == 0 else { return readLine() }
        var silent = terminal
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal) }
        print("password: ", terminator: "")
        fflush(nil)
        defer { print("") }
        return readLine()
    }
}
