import Archive

/// What is wrong, by facts alone: the same facts give the same conditions.
public enum AlertRules {
    public static func conditions(_ facts: AlertFacts, _ limits: AlertLimits) -> [AlertCondition] {
        let found =
            silentEnvoys(facts, limits) + lowPanels(facts, limits) + silentPanels(facts, limits) + openEvents(facts, limits)
            + ofProgram(facts, limits) + tasks(facts)
        return found.filter { condition in
            let key = condition.key
            return ![key.envoy, key.equipment, key.equipment.flatMap(serialNumber)].contains { $0.map(limits.gone.contains) ?? false }
        }
    }

    /// What needs no archive to be known.
    static func ofProgram(_ facts: AlertFacts, _ limits: AlertLimits) -> [AlertCondition] {
        fillingDisk(facts, limits) + unreachableCloud(facts, limits)
    }

    /// Whose conditions these are.
    static let rulesOfProgram: Set<AlertRule> = [.diskFilling, .cloudUnreachable]

    private static func serialNumber(_ equipment: String) -> String? { equipment.split(separator: ".").first.map(String.init) }

    private static func silentEnvoys(_ facts: AlertFacts, _ limits: AlertLimits) -> [AlertCondition] {
        facts.envoys.compactMap { envoy in
            let key = AlertCondition.Key(.envoySilent, envoy: envoy.serialNumber)
            guard let last = envoy.lastReceivedTimestamp, facts.now.seconds(since: last) > limits.silentSeconds,
                !isReplaced(envoy, facts)
            else { return nil }
            // Silence began in the light and lasts in the light; once it is known, the night does not end it.
            let bright = facts.daylight[envoy.serialNumber] ?? []
            let hours = facts.hours[envoy.serialNumber]
            let isDay = hours.map { bright.contains($0.now) && bright.contains($0.before) } ?? false
            // One whose past was imported has long been gone.
            let isNews = facts.now.seconds(since: last) < 7 * 86_400
            guard isDay && isNews || facts.open.contains(key) else { return nil }
            return AlertCondition(key, "Envoy \(envoy.serialNumber) has not reported since \(TimeText.of(last))")
        }
    }

    /// Whether another Envoy, which was heard of later, reads half of its panels or more.
    private static func isReplaced(_ envoy: EnvoyStatus, _ facts: AlertFacts) -> Bool {
        let later = facts.envoys.filter { ($0.lastReceivedTimestamp ?? .min) > (envoy.lastReceivedTimestamp ?? .min) }
        guard !later.isEmpty else { return false }
        func read(by envoys: Set<String>) -> Set<String> {
            Set(facts.devices.filter { envoys.contains($0.envoy) && $0.latest != nil }.map(\.serialNumber))
        }
        let own = read(by: [envoy.serialNumber])
        return !own.isEmpty && 2 * own.intersection(read(by: Set(later.map(\.serialNumber)))).count >= own.count
    }

    private static func lowPanels(_ facts: AlertFacts, _ limits: AlertLimits) -> [AlertCondition] {
        facts.devices.compactMap { device in
            let key = AlertCondition.Key(.panelLow, envoy: device.envoy, subject: device.equipment)
            let isOpen = facts.open.contains(key)
            // What never gave anything is an input without a panel, or a neighbour's.
            guard device.joulesTotal > 0, !device.isDeleted else { return nil }
            guard let share = device.shareOfMedian else {
                // While nothing is known, as of a silent Envoy, nobody knows that it is over.
                return isOpen ? AlertCondition(key, "panel \(device.equipment) gave little when it was last compared with its peers") : nil
            }
            guard share < limits.lowShare + (isOpen ? 0.05 : 0) else { return nil }
            return AlertCondition(key, "panel \(device.equipment) gave \(Int((share * 100).rounded())) % of the median panel in three days")
        }
    }

    private static func silentPanels(_ facts: AlertFacts, _ limits: AlertLimits) -> [AlertCondition] {
        let newest = Dictionary(grouping: facts.devices, by: \.envoy).mapValues { $0.compactMap(\.latest?.timestamp).max() }
        let heard = Set(facts.devices.filter { $0.latest != nil || $0.joulesTotal > 0 }.map(\.serialNumber))
        return facts.devices.compactMap { device in
            let key = AlertCondition.Key(.panelSilent, envoy: device.envoy, subject: device.equipment)
            guard !device.isDeleted, let peer = newest[device.envoy] ?? nil else { return nil }
            if let last = device.latest?.timestamp {
                guard peer.seconds(since: last) > limits.panelSilentSeconds else { return nil }
                return AlertCondition(key, "panel \(device.equipment) has not been read since \(TimeText.of(last))")
            }
            // One that the Envoy has verified, all of it silent, when its peers have given energy for days.
            guard device.adminState == 2, !heard.contains(device.serialNumber), facts.knownDays[device.envoy] ?? 0 >= 2 else { return nil }
            return AlertCondition(key, "panel \(device.equipment) has never been read")
        }
    }

    private static func openEvents(_ facts: AlertFacts, _ limits: AlertLimits) -> [AlertCondition] {
        facts.events.compactMap { event in
            guard event.isOpen, let began = event.beganTimestamp, facts.now.seconds(since: began) > limits.eventSeconds else { return nil }
            let name = event.name.map { " (\($0))" } ?? ""
            let key = AlertCondition.Key(.eventOpen, envoy: event.envoy, subject: "\(event.equipment) \(event.code)")
            return AlertCondition(key, "event \(event.code)\(name) of \(event.equipment) is raised since \(TimeText.of(began))")
        }
    }

    private static func fillingDisk(_ facts: AlertFacts, _ limits: AlertLimits) -> [AlertCondition] {
        let key = AlertCondition.Key(.diskFilling)
        guard let free = facts.program.diskFreeBytes else { return [] }
        let limit = facts.open.contains(key) ? limits.diskFreeBytes + limits.diskFreeBytes / 10 : limits.diskFreeBytes
        return free < limit ? [AlertCondition(key, "\(free / 1_000_000) MB are free on the disk of the captures")] : []
    }

    /// An outage in which it was asked again and again: one failure, after which nobody asked, says little.
    private static func unreachableCloud(_ facts: AlertFacts, _ limits: AlertLimits) -> [AlertCondition] {
        let key = AlertCondition.Key(.cloudUnreachable)
        guard let since = facts.program.cloudOutageSinceTimestamp else { return [] }
        // A reply, too, that takes no report.
        let asked = [facts.program.lastCloudFailureTimestamp, facts.program.lastReplyTimestamp].compactMap(\.self).max()
        let isLong = asked.map { $0.seconds(since: since) > limits.cloudSeconds } ?? false
        // A program that has just started has not asked it yet.
        guard isLong || facts.open.contains(key) else { return [] }
        return [AlertCondition(key, "the cloud has taken no report since \(TimeText.of(since)); captures go on")]
    }

    private static func tasks(_ facts: AlertFacts) -> [AlertCondition] {
        facts.tasks.map { task in
            let what =
                if task.element == ArchiveReader.unreadableReply {
                    "the cloud's reply to Envoy \(task.envoy) can't be read, and may hold a task"
                } else if task.element.hasPrefix(ArchiveReader.replyPrefix) {
                    "the cloud's reply to Envoy \(task.envoy) holds what is not known, and may be a task (\(task.element))"
                } else {
                    "Envoy \(task.envoy) spoke of what may be a task (\(task.element))"
                }
            return AlertCondition(.init(.cloudTask, envoy: task.envoy, subject: task.element), "\(what); its capture holds what was said")
        }
    }
}

extension DeviceNow {
    /// Whether the Envoy has given it up (§3, `admin_state`).
    fileprivate var isDeleted: Bool { adminState == 3 }
}
