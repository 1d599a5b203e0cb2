import Archive

/// What is wrong, by facts alone: the same facts give the same conditions.
public enum AlertRules {
    public static func conditions(_ facts: AlertFacts, _ limits: AlertLimits) -> [AlertCondition] {
        silentEnvoys(facts, limits) + lowPanels(facts, limits) + silentPanels(facts, limits) + openEvents(facts, limits)
            + fillingDisk(facts, limits) + unreachableCloud(facts, limits) + tasks(facts)
    }

    private static func silentEnvoys(_ facts: AlertFacts, _ limits: AlertLimits) -> [AlertCondition] {
        facts.envoys.compactMap { envoy in
            let key = AlertCondition.Key(.envoySilent, envoy: envoy.serialNumber)
            guard let last = envoy.lastReceivedTimestamp, facts.now.since(last) > limits.silentSeconds else { return nil }
            // Silence began in the light and lasts in the light; once it is known, the night does not end it.
            let bright = facts.daylight[envoy.serialNumber] ?? []
            let hours = facts.hours[envoy.serialNumber]
            let isDay = hours.map { bright.contains($0.now) && bright.contains($0.before) } ?? false
            guard isDay || facts.open.contains(key) else { return nil }
            return AlertCondition(key, "Envoy \(envoy.serialNumber) has not reported since \(TimeText.of(last))")
        }
    }

    private static func lowPanels(_ facts: AlertFacts, _ limits: AlertLimits) -> [AlertCondition] {
        facts.devices.compactMap { device in
            let key = AlertCondition.Key(.panelLow, envoy: device.envoy, subject: device.equipment)
            guard let share = device.shareOfMedian, !device.isDeleted else { return nil }
            guard share < limits.lowShare + (facts.open.contains(key) ? 0.05 : 0) else { return nil }
            return AlertCondition(key, "panel \(device.equipment) gave \(Int((share * 100).rounded())) % of the median panel in three days")
        }
    }

    private static func silentPanels(_ facts: AlertFacts, _ limits: AlertLimits) -> [AlertCondition] {
        let newest = Dictionary(grouping: facts.devices, by: \.envoy).mapValues { $0.compactMap(\.latest?.timestamp).max() }
        return facts.devices.compactMap { device in
            guard let last = device.latest?.timestamp, !device.isDeleted, let peer = newest[device.envoy] ?? nil,
                peer.since(last) > limits.panelSilentSeconds
            else { return nil }
            let key = AlertCondition.Key(.panelSilent, envoy: device.envoy, subject: device.equipment)
            return AlertCondition(key, "panel \(device.equipment) has not been read since \(TimeText.of(last))")
        }
    }

    private static func openEvents(_ facts: AlertFacts, _ limits: AlertLimits) -> [AlertCondition] {
        facts.events.compactMap { event in
            guard event.isOpen, let began = event.beganTimestamp, facts.now.since(began) > limits.eventSeconds else { return nil }
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

    private static func unreachableCloud(_ facts: AlertFacts, _ limits: AlertLimits) -> [AlertCondition] {
        let key = AlertCondition.Key(.cloudUnreachable)
        let program = facts.program
        let detail = { (since: Int) in AlertCondition(key, "the cloud has not answered since \(TimeText.of(since)); captures go on") }
        guard let failure = program.lastCloudFailureTimestamp else {
            // A program that has just started has not asked it yet.
            let isUnknown = program.lastReplyTimestamp == nil && facts.open.contains(key)
            return isUnknown ? [detail(program.startedTimestamp ?? facts.now)] : []
        }
        let answered = program.lastReplyTimestamp ?? program.startedTimestamp ?? failure
        let lasts = failure > answered && (facts.open.contains(key) || failure.since(answered) > limits.cloudSeconds)
        return lasts ? [detail(answered)] : []
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

extension Int {
    /// Seconds from an earlier instant to this one, however far apart.
    fileprivate func since(_ earlier: Int) -> Int {
        let (difference, overflow) = subtractingReportingOverflow(earlier)
        return overflow ? (earlier < 0 ? .max : .min) : difference
    }
}
