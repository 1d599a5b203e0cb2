import Foundation

/// Root in another user's house: what it writes, the service could not write to any more.
enum StrangeRoot {
    /// - Parameter verb: what was asked for, as `deliver`.
    /// - Throws: a `Failure` where root asks, may not do all (`allow-root`), and the spool or the archive is another user's.
    static func refuse(_ settings: Settings, _ verb: String) throws {
        guard geteuid() == 0, settings.allowRoot != .yes else { return }
        let places = [settings.spool, settings.archive, settings.archive.removingLastComponent()].map { $0.isEmpty ? "." : $0.string }
        for place in places {
            var info = stat()
            guard stat(place, &info) == 0, info.st_uid != 0 else { continue }
            let name = getpwuid(info.st_uid).map { String(cString: $0.pointee.pw_name) } ?? "'#\(info.st_uid)'"
            throw Failure(
                "\(place) belongs to the user \(name)",
                hint: "run it as that user: sudo -u \(name) heliograph \(verb); where root runs all of it, say --allow-root yes")
        }
    }
}
