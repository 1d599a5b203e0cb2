import Foundation

extension AlertRule {
    /// The rule's name for a person.
    public var title: String {
        switch self {
        case .envoySilent: "Envoy silent"
        case .panelLow: "Panel below its peers"
        case .panelSilent: "Panel silent"
        case .eventOpen: "Event not cleared"
        case .diskFilling: "Disk filling"
        case .cloudUnreachable: "Cloud unreachable"
        case .cloudTask: "Task from the cloud"
        }
    }
}

extension AlertCondition.Key {
    /// The panel or device concerned, as on the wire; nil where it is about none.
    public var equipment: String? {
        switch rule {
        case .panelLow, .panelSilent: subject
        // Equipment and code, with a space between.
        case .eventOpen: subject.lastIndex(of: " ").map { String(subject[..<$0]) }
        case .envoySilent, .diskFilling, .cloudUnreachable, .cloudTask: nil
        }
    }

    /// The code of the event concerned; nil where it is about none.
    public var eventCode: Int? {
        guard rule == .eventOpen, let space = subject.lastIndex(of: " ") else { return nil }
        return Int(subject[subject.index(after: space)...])
    }
}

extension AlertCondition {
    /// `detail` as its reader knows things: panels by their names, and instants, which it has in UTC, on a clock of his.
    ///
    /// - Parameters:
    ///   - names: what panels are called, by their equipment.
    ///   - time: tells an instant, seconds since 1970 UTC.
    public func text(names: [String: String] = [:], time: (Int) -> String) -> String {
        var text = detail
        if let equipment = key.equipment, let name = names[equipment] { text = text.replacing(equipment, with: name) }
        return text.replacing(/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z/) { match in
            // What only looks like an instant stays as it is.
            guard let date = try? Date(String(match.output), strategy: .iso8601) else { return String(match.output) }
            return time(Int(date.timeIntervalSince1970))
        }
    }
}
