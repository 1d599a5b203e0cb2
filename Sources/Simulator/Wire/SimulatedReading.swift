/// Values at an instant. Wire: `<reading>` (protocol notes §3).
public struct SimulatedReading: BacklogRow, Equatable {
    public let id: Int
    /// The channel, `serial.1`. Wire: `eqid`.
    public let channel: String
    /// UTC epoch seconds. Wire: `date`.
    public let dateSeconds: Int
    /// Since the reading before. Wire: `duration`.
    public let durationSeconds: Int
    /// Wire: `stats`, numbers 1 to 5.
    public let inverter: Inverter
    /// Produced in `durationSeconds`. Wire: `stats`, number 8.
    public let joules: Int

    /// Wire: `stats`.
    var stats: String {
        let values = [
            inverter.acMillivolts, inverter.acMillihertz, inverter.dcMillivolts, inverter.dcMilliamps,
            inverter.celsius, 0, 0, joules,
        ]
        return values.map(String.init).joined(separator: ",")
    }
}
