/// Codes that the simulation raises, by the names of protocol notes §3.
public enum EventCode: Int, Sendable {
    case gridInstability = 101
    case powerOnReset = 509
    case dcPowerTooLow = 512
    /// Seen without a name.
    case unnamed10006 = 10006
    case microinverterSleeping = 10009
    /// Seen without a name.
    case unnamed10031 = 10031
}

/// Wire: `event_state` (protocol notes §3).
public enum EventState: Int, Sendable {
    case momentary = 0
    case cleared = 1
    case raised = 2
}
