import Reports
import Testing

@testable import Archive

@Suite struct EnergyTests {
    @Test func `an interval belongs to the day and hour in which it lies, by the Envoy's clock`() async throws {
        try await withArchive { archive in
            // Midnight in California is 07:00 UTC; a period that ends then belongs to the day before.
            let midnight = try instant("2015-07-12T07:00:00Z")
            try await archive.keep(
                report(intervals: [
                    interval(panel, midnight, joules: 100), interval(panel, midnight + 300, joules: 20),
                    interval(otherPanel, midnight + 300, joules: 3),
                ]))
            let days = try await archive.reader.energy(of: someEnvoy, by: .day, days: CivilDate("2015-07-11")...CivilDate("2015-07-12"))
            #expect(days.map(\.day.description) == ["2015-07-11", "2015-07-12"])
            #expect(days.map(\.joules) == [100, 23])
            #expect(days.last?.startTimestamp == midnight)
            #expect(days.last?.endTimestamp == midnight + 86_400)
            let hours = try await archive.reader.energy(of: someEnvoy, by: .hour, days: CivilDate("2015-07-12")...CivilDate("2015-07-12"))
            #expect(
                hours == [EnergyPeriod(startTimestamp: midnight, endTimestamp: midnight + 3_600, day: CivilDate("2015-07-12"), joules: 23)])
            let ofOne = try await archive.reader.energy(
                of: someEnvoy, by: .hour, equipment: panel, days: CivilDate("2015-07-11")...CivilDate("2015-07-12"))
            #expect(ofOne.map(\.joules) == [100, 20])
        }
    }

    @Test func `a row from dawn to dusk is spread over its hours and adds up`() async throws {
        try await withArchive { archive in
            try await archive.keep(report(intervals: [interval(panel, 1_436_759_100, 56_400, joules: 5_185_163)]))
            let day = CivilDate("2015-07-12")
            let hours = try await archive.reader.energy(of: someEnvoy, by: .hour, days: day...day)
            #expect(hours.count == 16)
            #expect(hours.reduce(0) { $0 + $1.joules } == 5_185_163)
            #expect(hours[1...14].allSatisfy { abs($0.joules - 5_185_163 * 3_600 / 56_400) <= 1 })
            let today = try await archive.reader.today(now: 1_436_759_100)
            #expect(today.map(\.joules) == [5_185_163])
        }
    }

    @Test(arguments: [("2015-03-08", 23), ("2015-11-01", 25), ("2015-07-12", 24)])
    func `a day has as many hours as its clocks say`(day: String, hours: Int) async throws {
        try await withArchive { archive in
            var clock = LocalClock(zoneNamed: "US/Pacific")
            let date = CivilDate(day)
            let (start, end) = (clock.start(of: date), clock.start(of: date.advanced(by: 1)))
            #expect(end - start == hours * 3_600)
            let ends = stride(from: start + 300, through: end, by: 300)
            try await archive.keep(report(intervals: ends.map { interval(panel, $0, joules: 7) }))
            let table = try await archive.reader.energy(of: someEnvoy, by: .hour, days: date...date)
            #expect(table.map(\.joules) == Array(repeating: 84, count: hours))
            #expect(table.map(\.startTimestamp) == Array(stride(from: start, to: end, by: 3_600)))
            let total = try await archive.reader.energy(of: someEnvoy, by: .day, days: date.advanced(by: -1)...date.advanced(by: 1))
            #expect(total.map(\.joules) == [84 * hours])
        }
    }

    @Test(arguments: ["Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "America/St_Johns", "Pacific/Apia", "Asia/Amman", "UTC"])
    func `days follow each other without gap or overlap in any zone`(zone: String) {
        var clock = LocalClock(zoneNamed: zone)
        var day = CivilDate("2011-01-01")
        while day < CivilDate("2019-01-01") {
            let (start, next) = (clock.start(of: day), day.advanced(by: 1))
            let end = clock.start(of: next)
            // Samoa left out 2011-12-30.
            if end > start {
                #expect(clock.day(of: start) == day)
                #expect(clock.day(of: end - 1) == day)
            }
            day = next
        }
    }

    @Test func `a new time zone holds for the past, an old report's does not`() async throws {
        try await withArchive { archive in
            // Noon in UTC is another day for Kiritimati.
            let noon = try instant("2015-07-12T12:00:00Z")
            try await archive.keep(report(zone: "UTC", at: noon, intervals: [interval(panel, noon, joules: 100)]))
            try await archive.keep(report("999", zone: "UTC", at: noon, intervals: [interval(panel, noon, joules: 5)]))
            try await archive.keep(report(zone: "Pacific/Kiritimati", at: noon + 900, intervals: [interval(panel, noon + 300, joules: 1)]))
            try await archive.keep(report(zone: "US/Pacific", at: noon - 900, intervals: [interval(panel, noon - 300, joules: 10)]))
            try await archive.keep(report(zone: nil, at: noon + 1_800, intervals: [interval(panel, noon + 600, joules: 1_000)]))
            let range = CivilDate("2015-01-01")...CivilDate("2015-12-31")
            let days = try await archive.reader.energy(of: someEnvoy, by: .day, days: range)
            #expect(days.map(\.day.description) == ["2015-07-13"])
            #expect(days.map(\.joules) == [1_111])
            let others = try await archive.reader.energy(of: "999", by: .day, days: range)
            #expect(others.map(\.day.description) == ["2015-07-12"])
            #expect(try await archive.reader.sumsAgree())
            #expect(try await archive.reader.status().envoys.first?.timeZone == "Pacific/Kiritimati")
        }
    }

    @Test func `a zone that is empty or unknown moves no day, and stands only while there is no other`() async throws {
        try await withArchive { archive in
            let noon = try instant("2015-07-12T12:00:00Z")
            func zone() async throws -> String? { try await archive.reader.status().envoys.first?.timeZone }
            let range = CivilDate("2015-01-01")...CivilDate("2015-12-31")
            try await archive.keep(report(zone: "Mars/Olympus", at: noon, intervals: [interval(panel, noon, joules: 1)]))
            #expect(try await zone() == "Mars/Olympus")
            try await archive.keep(report(zone: "Pacific/Kiritimati", at: noon - 900, intervals: [interval(panel, noon + 300, joules: 10)]))
            for (index, name) in ["", "Mars/Olympus", "Pacific/Kiritimati", ""].enumerated() {
                let end = noon + 600 + index * 300
                try await archive.keep(report(zone: name, at: end, intervals: [interval(panel, end, joules: 100)]))
                #expect(try await zone() == "Pacific/Kiritimati")
                let days = try await archive.reader.energy(of: someEnvoy, by: .day, days: range)
                #expect(days.map(\.day.description) == ["2015-07-13"])
                #expect(days.map(\.joules) == [111 + index * 100])
            }
            #expect(try await archive.reader.sumsAgree())
        }
    }

    @Test(arguments: [
        ("Asia/Amman", "2021-10-29", "2021-10-28T21:00:00Z"), ("Asia/Gaza", "2020-10-24", "2020-10-23T21:00:00Z"),
        ("Asia/Amman", "2021-03-26", "2021-03-25T22:00:00Z"), ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
        ("America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z"), ("Europe/Berlin", "2015-10-25", "2015-10-24T22:00:00Z"),
        ("Atlantic/Azores", "2015-10-25", "2015-10-25T00:00:00Z"), ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"),
    ])
    func `a day begins at its first instant, also where clocks go back to midnight or over it`(zone: String, day: String, start: String)
        throws
    {
        var clock = LocalClock(zoneNamed: zone)
        #expect(clock.start(of: CivilDate(day)) == (try instant(start)))
    }

    @Test func `months and years are summed by the calendar`() async throws {
        try await withArchive { archive in
            let days = ["2014-12-31", "2015-01-01", "2015-01-31", "2015-02-01", "2016-02-29", "2016-03-01"]
            let intervals = try days.enumerated().map { index, day in
                interval(panel, try instant("\(day)T20:00:00Z"), joules: 1 << index)
            }
            try await archive.keep(report(intervals: intervals))
            let all = CivilDate("2000-01-01")...CivilDate("2030-01-01")
            let months = try await archive.reader.energy(of: someEnvoy, by: .month, days: all)
            #expect(months.map(\.day.description) == ["2014-12-01", "2015-01-01", "2015-02-01", "2016-02-01", "2016-03-01"])
            #expect(months.map(\.joules) == [1, 6, 8, 16, 32])
            #expect(months[0].endTimestamp == months[1].startTimestamp)
            let years = try await archive.reader.energy(of: someEnvoy, by: .year, equipment: panel, days: all)
            #expect(years.map(\.joules) == [1, 14, 48])
            let unknown = try await archive.reader.energy(of: "nobody", by: .year, days: all)
            #expect(unknown.isEmpty)
        }
    }

    @Test func `panels are compared with the median one, and summed for today and in all`() async throws {
        try await withArchive { archive in
            let noon = try instant("2015-07-12T20:00:00Z")
            let joules = ["1.1": 100, "2.1": 50, "3.1": 200]
            let week = (0..<10).flatMap { day in
                joules.map { interval($0.key, noon - day * 86_400, joules: $0.value) }
            }
            try await archive.keep(
                report(intervals: week, readings: [reading("1.1", noon, joules: 60_000), reading("2.1", noon - 7_200, joules: 30_000)]))
            let devices = try await archive.reader.devices(now: noon)
            #expect(devices.map(\.equipment) == ["1.1", "2.1", "3.1"])
            #expect(devices.map(\.shareOfMedian) == [1, 0.5, 2])
            #expect(devices.map(\.joulesToday) == [100, 50, 200])
            #expect(devices.map(\.joulesTotal) == [1_000, 500, 2_000])
            #expect(devices.map { $0.latest?.averageWatts } == [200, 100, nil])
            let today = try #require(try await archive.reader.today(now: noon).first)
            #expect(today.watts == 200)
            #expect(today.panelCount == 1)
            #expect(today.joules == 350)
        }
    }

    @Test func `a panel that came later than its peers is compared with them when it was there for all of the days`() async throws {
        try await withArchive { archive in
            let noon = try instant("2015-07-12T20:00:00Z")
            func days(_ panel: String, _ count: Int, joules: Int) -> [Interval] {
                (0..<count).map { interval(panel, noon - $0 * 86_400, joules: joules) }
            }
            // The fourth never gave anything.
            var device = Device(equipment: "4")
            device.channels = [Channel(equipment: "4.1")]
            let intervals = days("1.1", 20, joules: 100) + days("2.1", 20, joules: 100) + days("3.1", 4, joules: 100)
            try await archive.keep(report(intervals: intervals, devices: [device]))
            // On a new roof all are of one age.
            try await archive.keep(report("2", intervals: days("1.1", 4, joules: 100) + days("2.1", 4, joules: 50)))
            func shares(_ days: Int) async throws -> [Double?] {
                try await archive.reader.devices(now: noon, shareDays: days).map(\.shareOfMedian)
            }
            #expect(try await shares(7).prefix(4) == [1, 1, nil, 0])
            #expect(try await shares(4).prefix(4) == [1, 1, nil, 0])
            #expect(try await shares(3).prefix(4) == [1, 1, 1, 0])
            #expect(try await shares(7).suffix(2).compactMap(\.self).map { ($0 * 3).rounded() } == [4, 2])
        }
    }
}

@Suite struct CivilDateTests {
    @Test func `days count on through every month and leap year`() {
        var (year, month, day) = (1890, 1, 1)
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        let first = CivilDate(year: year, month: month, day: day)
        for offset in 0..<100_000 {
            let date = CivilDate(daysSince1970: first.daysSince1970 + offset)
            #expect(date.components == (year, month, day))
            #expect(CivilDate(year: year, month: month, day: day) == date)
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            day += 1
            if day > lengths[month - 1] + (month == 2 && isLeap ? 1 : 0) { (day, month) = (1, month + 1) }
            if month > 12 { (month, year) = (1, year + 1) }
        }
        #expect(CivilDate(year: 1970, month: 1, day: 1).daysSince1970 == 0)
        #expect(CivilDate(daysSince1970: Int.max).components.year == 12_921)
    }
}
