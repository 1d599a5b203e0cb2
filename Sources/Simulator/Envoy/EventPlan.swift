/// An event that is going to happen; it gets its id when its time comes.
struct EventPlan: Sendable, Equatable {
    let dateSeconds: Int
    let panel: Int
    let code: EventCode
    let state: EventState

    /// What one microinverter has to tell when it wakes.
    ///
    /// Five minutes on the grid without fault come before production counts; 3.0 firmware tells them as event 101.
    static func dawn(panel: Int, at second: Int, webcomm: Webcomm) -> [EventPlan] {
        let common = [
            EventPlan(dateSeconds: second, panel: panel, code: .microinverterSleeping, state: .cleared),
            EventPlan(dateSeconds: second + 1, panel: panel, code: .powerOnReset, state: .momentary),
            EventPlan(dateSeconds: second + 90, panel: panel, code: .dcPowerTooLow, state: .cleared),
        ]
        guard webcomm == .v3_0 else { return common }
        return common + [
            EventPlan(dateSeconds: second + 2, panel: panel, code: .gridInstability, state: .raised),
            EventPlan(dateSeconds: second + 302, panel: panel, code: .gridInstability, state: .cleared),
        ]
    }

    /// What one microinverter has to tell when its Envoy comes back, as in the 2015 capture.
    static func restart(panel: Int, at second: Int) -> [EventPlan] {
        [
            EventPlan(dateSeconds: second, panel: panel, code: .powerOnReset, state: .momentary),
            EventPlan(dateSeconds: second, panel: panel, code: .dcPowerTooLow, state: .raised),
            EventPlan(dateSeconds: second + 170, panel: panel, code: .dcPowerTooLow, state: .cleared),
        ]
    }

    /// What one microinverter has to tell when the light goes; its silence is noticed after a quarter of an hour.
    static func dusk(panel: Int, at second: Int) -> [EventPlan] {
        [
            EventPlan(dateSeconds: second, panel: panel, code: .dcPowerTooLow, state: .raised),
            EventPlan(dateSeconds: second + 900, panel: panel, code: .microinverterSleeping, state: .raised),
        ]
    }
}
