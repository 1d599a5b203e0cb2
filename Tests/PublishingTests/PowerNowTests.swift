import Reports
import Testing

@testable import Archive
@testable import Publishing

@Suite struct PowerNowTests {
    /// 29 October 2015, 12:00 UTC.
    private let noon = 1_446_120_000
    private let hour = 3_600

    /// Two panels that were read at an instant with 100 W each, or as `second` and `joules` say, and whose Envoy reported and was heard of
    /// at others.
    private func power(
        read: Int, second: Int? = nil, joules: [Int?] = [30_000, 30_000], reported: Int, received: Int, now: Int, days: Bool = true
    ) -> PowerNow {
        let envoy = EnvoyStatus(
            serialNumber: "1", lastReportTimestamp: reported, lastReceivedTimestamp: received, intervalCount: 0, readingCount: 0,
            eventCount: 0)
        let devices = [("a", read, joules[0]), ("b", second ?? read, joules[1])].map { equipment, instant, joules in
            var device = DeviceNow(
                envoy: "1", equipment: equipment, serialNumber: equipment, inverterCondition: .init(), channelCondition: .init(),
                joulesToday: 0, joulesTotal: 1)
            device.latest = Reading(equipment: equipment, timestamp: instant, durationSeconds: 300)
            device.latest?.joules = joules
            return device
        }
        var daylight = Daylight()
        if days { daylight.hours = Set(7...17) }
        return PowerNow(envoy, devices, daylight, now: now, silentSeconds: 2 * hour)
    }

    @Test func `while its Envoy reports a panel has the power of its newest reading`() {
        let day = power(read: noon - 300, reported: noon - 60, received: noon - 60, now: noon)
        #expect(day.watts == ["a": 100, "b": 100] && day.total == 200 && day.panelCount == 2)
    }

    @Test func `a panel that is not read while others are sleeps, with 0 W`() {
        let day = power(read: noon - 300, second: noon - 2_000, reported: noon - 60, received: noon - 60, now: noon)
        #expect(day.watts == ["a": 100, "b": 0] && day.total == 100 && day.panelCount == 1)
    }

    @Test func `where a reading tells no energy nobody knows the power of all, whether another panel sleeps or gives power`() {
        let asleep = power(
            read: noon - 300, second: noon - 2_000, joules: [nil, 30_000], reported: noon - 60, received: noon - 60, now: noon)
        #expect(asleep.watts == ["b": 0] && asleep.total == nil && asleep.panelCount == 1)
        let awake = power(read: noon - 300, joules: [nil, 30_000], reported: noon - 60, received: noon - 60, now: noon)
        #expect(awake.watts == ["b": 100] && awake.total == nil && awake.panelCount == 2)
        let night = noon + 9 * hour
        #expect(power(read: noon, joules: [nil, nil], reported: night - 60, received: night - 60, now: night).total == 0)
    }

    @Test func `at night power is 0 W, whether the Envoy reports or not, and though the last readings were high`() {
        let night = noon + 9 * hour
        #expect(power(read: noon + 5 * hour, reported: night - 60, received: night - 60, now: night).total == 0)
        #expect(power(read: noon, reported: noon, received: noon, now: night).watts == ["a": 0, "b": 0])
        #expect(power(read: noon, reported: noon, received: noon, now: night + 4 * hour).panelCount == 0)
        // Within two hours of silence, but in the dark.
        #expect(power(read: night - hour, reported: night - hour, received: night - hour, now: night).total == 0)
    }

    @Test func `where nothing is known of day and night, what is silent has 0 W`() {
        #expect(power(read: noon - 9 * hour, reported: noon - 9 * hour, received: noon - 9 * hour, now: noon, days: false).total == 0)
    }

    @Test func `an Envoy that is silent in broad day has no power that anybody knows, but at dusk and dawn 0 W`() {
        let silent = power(read: noon - 3 * hour, reported: noon - 3 * hour, received: noon - 3 * hour, now: noon)
        #expect(silent.watts.isEmpty && silent.total == nil && silent.panelCount == 0)
        for edge in [noon - 5 * hour, noon + 5 * hour] {
            #expect(power(read: edge - 20 * hour, reported: edge - 20 * hour, received: edge - 20 * hour, now: edge).total == 0)
        }
    }

    @Test func `while an Envoy sends what it has kept, no power is told by day`() {
        let late = power(read: noon - 24 * hour, reported: noon - 60, received: noon - 60, now: noon)
        #expect(late.total == nil && late.watts.isEmpty)
    }

    @Test func `an Envoy whose clock is wrong is as live as any`() {
        let ahead = noon + 7 * hour
        #expect(power(read: ahead - 300, reported: ahead, received: noon - 60, now: noon).total == 200)
    }
}
