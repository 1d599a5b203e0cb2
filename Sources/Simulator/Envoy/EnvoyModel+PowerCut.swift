extension EnvoyModel {
    /// The Envoy is without power until `epochSeconds` (rounded down to a multiple of 300), while the sun shines on.
    ///
    /// Afterwards each inverter tells its own totals: one interval for each span from dawn to dusk (25,800 to
    /// 56,400 s were seen), and its next reading covers the whole outage (protocol notes §3). Then come the events of
    /// a start: 509 power-on reset, and 512 DC power too low for some minutes.
    public mutating func passUnpowered(until epochSeconds: Int) {
        let start = nowSeconds
        let steps = (epochSeconds - start) / Self.intervalSeconds
        guard steps > 0 else { return }
        let end = start + steps * Self.intervalSeconds

        var rows: [(panel: Int, span: ClosedRange<Int>, joules: Double)] = []
        var open: [Int: (start: Int, joules: Double)] = [:]
        for stepStart in stride(from: start, to: end, by: Self.intervalSeconds) {
            let stepEnd = stepStart + Self.intervalSeconds
            let window = SkyWindow(roof: roof, from: stepStart, through: stepEnd - 1)
            for panel in roof.panels.indices {
                let joules = window.energy(ofPanel: panel, from: stepStart, to: stepEnd)
                if joules > 0 {
                    open[panel, default: (stepStart, 0)].joules += joules
                }
                if joules == 0 || stepEnd == end, let span = open.removeValue(forKey: panel) {
                    rows.append((panel, span.start...(joules > 0 ? stepEnd : stepStart), span.joules))
                }
            }
        }
        for row in rows.sorted(by: { ($0.span.upperBound, $0.panel) < ($1.span.upperBound, $1.panel) }) {
            appendInterval(panel: row.panel, span: row.span, joules: row.joules)
        }
        resume(at: end)
    }
}
