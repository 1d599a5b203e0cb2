/// A report as 4.6.0 sends it after an outage: 500 intervals and 500 readings of 30 panels, and some events.
func madeUpReport() -> [UInt8] {
    let start = 1_400_000_000
    var xml = """
        <?xml version="1.0" encoding="UTF-8"?>
        <perf_report report_timestamp="\(start + 6_000)" webcomm_version="4.6.0"><envoy latitude="50.1" longitude="8.6" \
        ip_addr="10.0.0.2" emu_region="EU" part_num="800-00069-r05" sw_version="R3.12.34 (000000)" \
        serial_num="100000000000" mac_addr="00:00:5E:00:53:01" timezone="Europe/Berlin"/>
        """
    for row in 0..<500 {
        let (time, panel, joules) = (start + row / 30 * 300, 100_000_000_001 + row % 30, 60_000 + row * 37 % 9_000)
        xml += """
            <interval interval_duration="300" stat_duration="29\(row % 10)" end_date="\(time)" stats="\(joules)" \
            id="\(2_900_000 + row)" eqid="\(panel).1"/>
            """
        xml += """
            <reading duration="29\(row % 10)" stats="\(240_000 + row * 13),\(59_950 + row % 90),\(27_000 + row),\
            \(7_000 + row),\(20 + row % 40),0,0,\(joules)" date="\(time + row % 300)" id="\(2_800_000 + row)" flags="0" \
            eqid="\(panel).1"/>
            """
    }
    for row in 0..<40 {
        xml += """
            <event event_state="\(row % 3)" event_code="512" event_date="\(start + row)" id="\(104_000 + row)" \
            eqid="\(100_000_000_001 + row % 30)" correlation_id="\(103_000 + row)"/>
            """
    }
    return Array((xml + "</perf_report>\n").utf8)
}

/// `bytes` with all but letters and digits percent-encoded.
func percentEncoded(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return bytes.flatMap { byte -> [UInt8] in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            [byte]
        default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
}
