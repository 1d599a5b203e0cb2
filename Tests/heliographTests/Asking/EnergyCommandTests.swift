import Archive
import Foundation
import Testing

@testable import heliograph

@Suite(.timeLimit(.minutes(10))) struct EnergyCommandTests {
    private let envoy = "129900000001"

    @Test(arguments: [("hour", "yyyy-MM-dd'T'HH':00:00'xxx"), ("day", "yyyy-MM-dd"), ("month", "yyyy-MM"), ("year", "yyyy")])
    func `the periods are those that the rows add up to`(step: String, format: String) async throws {
        var house = try SimulatedHouse()
        // Over the end of summer time and of a month; an outage of two days before, told in one row for each day.
        let (start, end) = (try instant("2015-10-24T12:00:00Z"), try instant("2015-11-01T20:00:00Z"))
        try await house.live(envoy, from: start, to: end, unpoweredSeconds: 2 * 86_400)
        let counted = try IndependentSums.joules(house.intervals[envoy] ?? [], zone: "Europe/Berlin", by: format)

        let json = try await askedJSON("energy --data \(house.data) --by \(step) --from 2015 --to 2015-11", now: end)
        let told = try #require(json.list("envoys").first)
        let periods = told.list("periods")
        #expect(told.text("serial") == envoy)
        #expect(periods.count == counted.count)
        for period in periods {
            let start = try #require(period.text("start"))
            let expected = try #require(counted[String(start.prefix(step == "hour" ? 25 : step == "day" ? 10 : step == "month" ? 7 : 4))])
            // Shares of a row that crosses an hour are whole joules.
            #expect(abs(Double(period.integer("joules") ?? 0) - expected) <= 30, "\(start)")
        }
        let total = (house.intervals[envoy] ?? []).reduce(0) { $0 + $1.joules }
        #expect(told.integer("joules") == total)
        #expect(abs((told.number("wattHours") ?? 0) - Double(total) / 3_600) < 0.001)
    }

    @Test func `the day when clocks go back has 25 hours, each told apart by its offset`() async throws {
        let house = try SimulatedHouse()
        try await house.keep(
            MadeReport(envoy, zone: "Europe/Berlin").interval("129911111111.1", end: instant("2015-10-25T00:30:00Z"), joules: 3_600)
                .interval("129911111111.1", end: instant("2015-10-25T01:30:00Z"), joules: 7_200))
        let text = try await asked("energy --data \(house.data) --by hour --from 2015-10-25 --to 2015-10-25", now: 1_500_000_000)
        #expect(
            text == """
                Envoy 129900000001, Europe/Berlin
                hour                     Wh
                2015-10-25T02:00+02:00  1.0  ████████████████████
                2015-10-25T02:00+01:00  2.0  ████████████████████████████████████████
                total                   3.0

                """)
        let today = try await asked("today --data \(house.data)", now: instant("2015-10-25T12:00:00Z"))
        #expect(
            today == """
                Envoy 129900000001, Europe/Berlin
                today   2015-10-25
                energy  0.00 kWh

                hour          Wh
                02:00+02:00  1.0  ████████████████████
                02:00+01:00  2.0  ████████████████████████████████████████

                """)
        let json = try await askedJSON("energy --data \(house.data) --from 2015-10-25 --to 2015-10-25", now: 1_500_000_000)
        let day = json.list("envoys").first?.list("periods").first
        #expect(day?.text("start") == "2015-10-25T00:00:00+02:00")
        #expect(day?.text("end") == "2015-10-26T00:00:00+01:00")
    }

    @Test func `several Envoys are told apart, each by its own days`() async throws {
        let house = try SimulatedHouse()
        // 2015-06-21T06:30Z is the 21st in Berlin and the 20th in California.
        let time = try instant("2015-06-21T06:30:00Z")
        try await house.keep(MadeReport(envoy, zone: "Europe/Berlin").interval("129911111111.1", end: time, joules: 36_000))
        try await house.keep(MadeReport("129900000002", zone: "US/Pacific").interval("129922222222.1", end: time, joules: 72_000))
        let text = try await asked("energy --data \(house.data) --from 2015-06 --to 2015-06", now: time)
        #expect(
            text == """
                Envoy 129900000001, Europe/Berlin
                day          kWh
                2015-06-21  0.01  ████████████████████████████████████████
                total       0.01

                Envoy 129900000002, US/Pacific
                day          kWh
                2015-06-20  0.02  ████████████████████████████████████████
                total       0.02

                """)
        let one = try await asked("energy --data \(house.data) --from 2015 --to 2015 --by year --envoy 129900000002 --utc", now: time)
        #expect(one.hasPrefix("Envoy 129900000002, times in UTC\nyear    kWh\n2015   0.02"))
        let device = try await askedJSON("energy --data \(house.data) --from 2015 --device 129922222222", now: time)
        #expect(device.text("device") == "129922222222.1")
        #expect(device.list("envoys").map { $0.text("serial") } == ["129900000002"])
        #expect(device.list("envoys").first?.integer("joules") == 72_000)
    }

    @Test func `a time zone that is unknown here is told of, and days are those of UTC`() async throws {
        let house = try SimulatedHouse()
        try await house.keep(
            MadeReport(envoy, zone: "Mars/Olympus").interval("129911111111.1", end: instant("2015-06-21T23:30:00Z"), joules: 3_600_000))
        let text = try await asked("energy --data \(house.data) --from 2015 --to 2015", now: 1_500_000_000)
        #expect(text.hasPrefix("Envoy 129900000001, Mars/Olympus, unknown here: times in UTC\nday          kWh\n2015-06-21  1.00"))
    }

    @Test func `days of which nothing is known are said to be so`() async throws {
        let house = try SimulatedHouse()
        try await house.keep(MadeReport(envoy, zone: "Europe/Berlin").interval("129911111111.1", end: 1_434_868_200, joules: 1))
        let text = try await asked("energy --data \(house.data)", now: instant("2020-02-29T12:00:00Z"))
        #expect(text == "Envoy 129900000001, Europe/Berlin\nnothing is known of 2020-01-30 to 2020-02-29\n")
    }

    @Test(arguments: [
        ("hour", "2020-02-29", "2020-02-29"), ("day", "2020-01-30", "2020-02-29"), ("month", "2019-03-01", "2020-02-29"),
        ("year", "1970-01-01", "2020-02-29"),
    ])
    func `without days the usual ones of the step are meant`(step: String, first: String, last: String) throws {
        let command = try EnergyCommand.parse(["--by", step])
        let days = try command.days(today: CivilDate(year: 2020, month: 2, day: 29))
        #expect("\(days.lowerBound)" == first && "\(days.upperBound)" == last)
    }
}
