import Archive

/// Something that is wrong at this moment, for the owner to see at a glance.
struct Trouble: Sendable, Encodable {
    enum Kind: String, Encodable, Sendable {
        case envoySilent = "envoy-silent"
        case panelWeak = "panel-weak"
        case panelSilent = "panel-silent"
        case eventOpen = "event-open"
        case captureRejected = "capture-rejected"
        case backlog
        case cloudFailing = "cloud-failing"
        case diskFilling = "disk-filling"
        case diskFailed = "disk-failed"
        case cloudTask = "cloud-task"
    }

    var kind: Kind
    /// A sentence without its full stop.
    var text: String
    /// The panel concerned.
    var device: String?
    /// The code of the event concerned.
    var code: Int?
    /// Since when, seconds since 1970 UTC.
    var sinceTimestamp: Int?
    /// The id of the alert that tells of it, where one does.
    var alert: Int?

    /// Events that were raised longer ago have become part of the scenery.
    static let eventDays = 30
    private static let silentSeconds = 86_400
    private static let weakShare = 0.7
    private static let usualBacklog = 20
    private static let leastFreeBytes = 500 << 20
    /// What microinverters raise each night, for want of sun (§3): DC power too low, sleeping. Worth a look when it lasts longer.
    private static let nightly: Set<Int> = [512, 10_009]

    static func all(
        of envoy: EnvoyStatus, _ panels: [PanelNow], _ events: [EventEpisode], _ state: ServiceState, now: Int
    ) -> [Trouble] {
        machine(state, now: now) + silence(of: envoy, panels, now: now)
            + panels.filter { $0.device.joulesTotal > 0 }.compactMap { panel in
                panel.device.shareOfMedian.flatMap { share in
                    share < weakShare
                        ? Trouble(
                            kind: .panelWeak,
                            text: "\(panel.title) made \(Shown.percent(share)) of the median panel's energy in seven days",
                            device: panel.device.equipment) : nil
                }
            } + open(events, panels, now: now)
    }

    private static func silence(of envoy: EnvoyStatus, _ panels: [PanelNow], now: Int) -> [Trouble] {
        guard let last = panels.compactMap({ $0.device.latest?.timestamp }).max() else { return [] }
        if now.seconds(since: last) > silentSeconds {
            return [
                Trouble(
                    kind: .envoySilent, text: "the Envoy has told nothing new for \(Shown.duration(now.seconds(since: last)))",
                    sinceTimestamp: last)
            ]
        }
        return panels.filter { $0.device.joulesTotal > 0 }.compactMap { panel in
            guard let read = panel.device.latest?.timestamp, last.seconds(since: read) > silentSeconds else { return nil }
            return Trouble(
                kind: .panelSilent, text: "\(panel.title) has not reported for \(Shown.duration(now.seconds(since: read)))",
                device: panel.device.equipment, sinceTimestamp: read)
        }
    }

    private static func open(_ events: [EventEpisode], _ panels: [PanelNow], now: Int) -> [Trouble] {
        let names = EquipmentNames.of(panels)
        func isNightly(_ event: EventEpisode) -> Bool {
            nightly.contains(event.code) && now.seconds(since: event.beganTimestamp ?? now) < 86_400
        }
        return events.filter { $0.isOpen && !isNightly($0) }.map { event in
            Trouble(
                kind: .eventOpen, text: "\(names[event.equipment] ?? event.equipment): \(event.title)", device: event.equipment,
                code: event.code, sinceTimestamp: event.beganTimestamp)
        }
    }

    private static func machine(_ state: ServiceState, now: Int) -> [Trouble] {
        var troubles: [Trouble] = []
        if let proxy = state.proxy {
            if proxy.diskFailures > 0 {
                troubles.append(Trouble(kind: .diskFailed, text: "\(proxy.diskFailures) captures failed on the disk since the start"))
            }
            if let failure = proxy.lastCloudFailureTimestamp, proxy.reachesOut, failure > proxy.lastReplyTimestamp ?? 0 {
                troubles.append(Trouble(kind: .cloudFailing, text: "the cloud did not take the last report", sinceTimestamp: failure))
            }
        }
        if let free = state.freeBytes, free < leastFreeBytes {
            troubles.append(Trouble(kind: .diskFilling, text: "only \(Shown.bytes(free)) are left on the disk of the captures"))
        }
        if state.waiting > usualBacklog {
            troubles.append(
                Trouble(kind: .backlog, text: "\(state.waiting) captures wait to be archived", sinceTimestamp: state.oldestWaiting))
        }
        if state.rejected > 0 {
            troubles.append(Trouble(kind: .captureRejected, text: "\(state.rejected) captured requests could not be read"))
        }
        return troubles
    }
}

extension EventEpisode {
    /// `grid instability`, or `event 10006` where no name is known.
    var title: String { name ?? "event \(code)" }
}
