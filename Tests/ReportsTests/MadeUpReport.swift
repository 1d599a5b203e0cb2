import Reports

/// Makes reports with something odd here and there, the same for the same seed.
struct MadeUpReport {
    var random: Seeded
    /// How many in a hundred attributes and elements are odd.
    var oddPercent: Int

    mutating func xml() -> [UInt8] {
        let version = pick(["3.0", "4.1.0", "4.6.0", "9.9"])
        let attributes = element("perf_report", [("report_timestamp", time()), ("webcomm_version", version)])
        var text = pick(["", "<?xml version='1.0' encoding='utf-8'?>\n", " \n<?xml version=\"1.0\"?>"]) + attributes + ">"
        text += element("envoy", envoy()) + "/>"
        for _ in 0..<below(12) { text += row() }
        return bytes(text + "</perf_report>" + pick(["", "\n", "\0", "<!-- end -->\n"]))
    }

    private mutating func row() -> String {
        if odd() { return oddRow() }
        let id = ("id", "\(below(1 << 40))")
        switch below(5) {
        case 0:
            let fields = [id, ("eqid", eqid() + ".1"), ("end_date", time()), ("interval_duration", pick(["300", "25800"]))]
            return element("interval", fields + [("stat_duration", "\(below(400))"), ("stats", stats(pick([1, 1, 1, 8])))]) + "/>"
        case 1:
            let fields = [id, ("eqid", eqid() + ".1"), ("date", time()), ("duration", "\(below(400))"), ("flags", "\(below(99))")]
            return element("reading", fields + [("stats", stats(pick([7, 8])))]) + "/>"
        case 2:
            var text = element(
                "device",
                [("device_type", "1"), ("admin_state", "\(below(4))"), ("part_num", "800-1"), ("image_bits", "\(below(1 << 20))")]
                    + condition())
            text += ">" + pick(["", "\n  ", "stray"])
            for _ in 0..<below(3) { text += element("channel", condition() + [("channel_type", "1")]) + "/>" }
            return text + (odd() ? row() : "") + "</device>"
        case 3:
            let fields = [
                id, ("event_code", pick(["101", "509", "77"])), ("event_state", "\(below(4))"), ("event_date", time()), ("eqid", eqid()),
            ]
            var text =
                element("event", fields + pick([[], [("serial_num", eqid())], [("correlation_id", "12"), ("message_key", "4")]])) + ">"
            for _ in 0..<pick([0, 1, 1, 2]) { text += message() }
            return text + "</event>"
        default: return pick(["\n", "  ", "<!-- > & < -->", "<?pi x?>"])
        }
    }

    private mutating func message() -> String {
        pick([
            "<message_params><![CDATA[{\"value\":\"<true>\"}]]></message_params>", "<message_params/>",
            "<message_params>{\"a\":\"&amp;&#233;\"} <!-- c --> more</message_params>", "<message_params x='1'>a<b>c</b>d</message_params>",
        ])
    }

    private mutating func oddRow() -> String {
        pick([
            "<task id='7'><event id='9'/>text</task>", "stray text", "<channel eqid='1.1'/>", "<perf_report/>", "<envoy serial_num='2'/>",
            "<x:y xmlns:x='urn:x' x:z='1'/>", "<message_params>m</message_params>", "<interval xmlns='urn:y' eqid='1' end_date='2'/>",
            "<event/>", "<reading stats=''/>",
        ])
    }

    private mutating func envoy() -> [(String, String)] {
        [
            ("serial_num", eqid()), ("ip_addr", "10.0.0.1"), ("mac_addr", "00:00:5E:00:53:01"),
            ("timezone", pick(["Etc/GMT+8", "US/Pacific"])),
            ("part_num", "800-00069-r05"), ("sw_version", "R3 (&lt;&amp;é)"), ("latitude", "\(below(90)).5"),
            ("longitude", "-\(below(90))"), ("emu_region", "NA"),
        ]
    }

    private mutating func condition() -> [(String, String)] {
        [("eqid", eqid()), ("condition_flags", "\(below(1 << 30))"), ("observed_flags", "0"), ("control_bits", "\(below(9))")]
    }

    private mutating func stats(_ count: Int) -> String {
        let count = odd() ? below(50) : count
        return (0..<count).map { _ in odd() ? badNumber() : "\(below(300_000) - 100)" }.joined(separator: odd() ? ", " : ",")
    }

    /// A start tag without its end, its attributes shuffled, some missing, changed or added.
    private mutating func element(_ name: String, _ attributes: [(String, String)]) -> String {
        var kept: [(String, String)] = []
        for (key, value) in attributes.shuffled(using: &random) {
            switch odd() ? below(4) : 3 {
            case 0: break
            case 1: kept.append((key, badNumber()))
            case 2:
                kept.append((key, value))
                if !kept.contains(where: { $0.0 == "novel" }) { kept.append(("novel", "1")) }
            default: kept.append((key, value))
            }
        }
        return "<" + name + kept.map { " \($0.0)=\"\($0.1)\"" }.joined()
    }

    private mutating func badNumber() -> String {
        pick([
            "", "-", "x", "1x", "+1", " 1", "1 ", "1.5", "1e3", "0x10", "-0", "007", "9223372036854775807", "9223372036854775808",
            "-9223372036854775808", "-9223372036854775809", "99999999999999999999999", "--1", ".", "1.", "-.5", "nan", "inf", "٣",
        ])
    }

    private mutating func eqid() -> String { "1213\(10_000_000 + below(89_999_999))" }
    private mutating func time() -> String { "\(1_400_000_000 + below(1_000_000))" }
    private mutating func odd() -> Bool { below(100) < oddPercent }
    private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    private mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }
}
