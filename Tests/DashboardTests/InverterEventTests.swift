import Archive
import Reports
import Testing

@testable import Dashboard

@Suite("An event that is about a microinverter is shown as its panel's", .timeLimit(.minutes(5)))
struct InverterEventTests {
    private static let panel = SunnyRoof.panels[2]

    @Test("On the panel's page, among what is wrong, and by the panel's name")
    func shown() async throws {
        try await withStage { stage in
            // As Envoys send them: the serial alone, without the channel (§3).
            var raise = Event(id: 77, code: 101, timestamp: SunnyRoof.now - 90_000)
            (raise.stateNumber, raise.equipment) = (2, String(Self.panel.dropLast(2)))
            var report = SunnyRoof.empty(at: SunnyRoof.now)
            report.events = [raise]
            try await stage.archive.keep(report, from: Source(name: "event", receivedTimestamp: SunnyRoof.now))
            try await stage.archive.layRoof([RoofTile(equipment: Self.panel, name: "south 3", x: 0, y: 0)], of: SunnyRoof.envoy)

            let own = try await stage.ask("/panels/\(Self.panel)").text
            #expect(!own.contains("None is known") && own.contains("grid instability"))
            let other = try await stage.ask("/panels/\(SunnyRoof.panels[3])").text
            #expect(other.contains("None is known"))
            let first = try await stage.ask("/").text
            #expect(first.contains("<a href=\"/panels/\(Self.panel)\">south 3: grid instability</a>"))
            #expect(try await stage.ask("/events").text.contains("south 3"))
            let events = try await stage.ask("/api/v1/events?device=\(Self.panel)").json["events"] as? [[String: Any]]
            #expect(events?.count == 1)
        }
    }

    @Test("Names: that of the only panel of a microinverter is its own; of two, neither is")
    func names() {
        let names = EquipmentNames.of([(equipment: "1.1", name: "east"), ("2.1", "left"), ("2.2", "right")])
        #expect(names == ["1": "east", "1.1": "east", "2.1": "left", "2.2": "right"])
    }
}
