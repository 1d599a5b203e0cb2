/// The version of the program and of its packages (semver.org).
enum Version {
    static let text = "0.1.0"
}
