import Archive
import Foundation
import Simulator
import TestSupport
import Testing

@Suite("What was answered here goes to the cloud later", .timeLimit(.minutes(10)))
struct DeliveryTests {
    /// Different reports, each answered here.
    private static func answered(_ count: Int, _ house: House) async throws -> [[UInt8]] {
        let requests = try ReportSeries.make(count).map { try $0.request() }
        for request in requests { #expect(try await house.post(request).isSuccess) }
        #expect(house.undelivered.count == count)
        #expect(try await house.settled())
        return requests
    }

    private static func refused(_ house: House) -> [String] { names(in: house.proxy.spool.appending(path: "undelivered/refused")) }

    @Test("Killed while it delivers, and then again: nothing is lost, and only what was under way goes out twice, which is told")
    func killed() async throws {
        try await withHouse(.slow(.milliseconds(500)), ["--cloud", "answer"]) { house async throws in
            let requests = try await Self.answered(30, house)
            var (kills, told) = (0, 0)
            while true {
                if kills == 5 { try await house.cloud.setBehaviour(.normal) }
                let program = try Program(Program.built("heliograph"), ["deliver"] + house.flags + ["--deliver-pause", "10ms"])
                let before = house.cloud.requestCount
                _ = try await eventually { (kills < 5 && house.cloud.requestCount > before + 1) || !program.isRunning }
                if program.isRunning { kills += 1 }
                program.send(SIGKILL)
                let status = await program.end()
                told += program.errors.value.text.components(separatedBy: " twice: it was being sent").count - 1
                if status == 0 { break }
            }
            #expect(kills == 5)
            #expect(house.undelivered == [])
            let got = house.cloud.requests.map(\.bytes)
            #expect(Set(got) == Set(requests))
            #expect(
                got.count <= requests.count + told && told <= kills, "\(got.count) of \(requests.count), \(kills) kills, \(told) told of")
            #expect(try await house.proxy.awaited(30, "delivery").count == 30)
        }
    }

    @Test("Killed between its own answer and the cloud's reply, it says at its next start which report the cloud may hear of twice")
    func shieldKilled() async throws {
        try await withHouse(.hang, ["--cloud", "shield"]) { house async throws in
            #expect(try await house.post(PostedReport.any.request).isSuccess)
            #expect(try await eventually { house.cloud.requestCount == 1 })
            house.proxy.program.send(SIGKILL)
            _ = await house.proxy.program.end()
            let stem = try #require(house.undelivered.first)
            let second = try await Proxy.start(
                house.folder.file("data"), House.flags(house.cloud, house.authority) + ["--cloud", "shield"])
            #expect(
                second.lines(containing: "the cloud may hear of a report twice").count == 1
                    && second.log.contains { $0.contains("exchange=\(stem)") })
            #expect(house.undelivered == [stem])
            #expect(await second.stop() == 0)
        }
    }

    @Test("shield: a report that the cloud refuses in its reply's XML is not taken for delivered")
    func shieldRefused() async throws {
        let reply = Self.reply("<perf_report_response status='error'></perf_report_response>")
        try await withHouse(.reply(reply), ["--cloud", "shield"]) { house async throws in
            #expect(try await house.post(PostedReport.any.request).isSuccess)
            #expect(try await house.proxy.awaited("response") == reply)
            let first = house.undelivered
            #expect(first.count == 1)
            try await house.cloud.setBehaviour(.normal)
            #expect(try await house.post(try ReportSeries.make(1)[0].request()).isSuccess)
            #expect(try await house.proxy.awaited(2, "response").count == 2)
            #expect(try await eventually { house.undelivered == first })
        }
    }

    @Test(
        "What the cloud wants when it gets a report later is told, and the archive knows of it, made anew too", .serialized,
        arguments: [true, false])
    func taskLater(isFiled: Bool) async throws {
        let data = ["--cloud", "shield", "--deliver", "later", "--deliver-pause", "10ms"]
        try await withHouse(.down, data) { house async throws in
            #expect(try await house.post(PostedReport.any.request).isSuccess)
            #expect(house.undelivered.count == 1)
            // The shield lets the cloud hear of it at once too.
            #expect(await house.proxy.logs("captured, but the cloud did not answer"))
            if isFiled { #expect(try await eventually { names(in: house.proxy.spool).filter { $0.hasSuffix(".request") } == [] }) }
            let before = Int(Date().timeIntervalSince1970)
            try await house.cloud.setBehaviour(
                .reply(Self.reply("<perf_report_response status='success'><events_processed/><reboot when='now'/></perf_report_response>")))
            #expect(await house.proxy.logs("the cloud's reply holds what is not known"))
            #expect(house.proxy.log.contains { $0.contains("first=\"unknownElement reply/reboot, line 1\"") }, "\(house.proxy.log)")
            #expect(await house.proxy.logs("all is delivered"))
            #expect(try await eventually { try house.deliveredLater().count == 1 })
            let live = try await Self.awaitedTasks(house)
            #expect(live.map(\.element) == ["reply/reboot"] && (live.first?.received ?? 0) >= before)
            #expect(await house.proxy.stop() == 0)
            let replayed = try await house.heliograph("replay")
            #expect(replayed.status == 0, "\(replayed.errors)")
            #expect(try await Self.awaitedTasks(house).map(\.element) == ["reply/reboot"])
        }
    }

    private static func awaitedTasks(_ house: House) async throws -> [(envoy: String, element: String, received: Int)] {
        let end = ContinuousClock.now + .patience
        let reader = try await ArchiveReader.open(house.folder.file("data/archive.sqlite").path(percentEncoded: false))
        var tasks = try await reader.tasks(since: 0)
        while tasks.isEmpty, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(50))
            tasks = try await reader.tasks(since: 0)
        }
        try await reader.close()
        return tasks
    }

    @Test("The service, killed while it delivers, goes on at its next start")
    func serviceKilled() async throws {
        try await withHouse(.slow(.seconds(2)), ["--cloud", "answer"]) { house async throws in
            let requests = try await Self.answered(20, house)
            house.proxy.program.send(SIGKILL)
            _ = await house.proxy.program.end()
            let flags = House.flags(house.cloud, house.authority) + ["--deliver", "later", "--deliver-pause", "10ms"]
            let first = try await Proxy.start(house.folder.file("data"), flags)
            #expect(try await eventually { house.cloud.requestCount > 2 })
            first.program.send(SIGKILL)
            _ = await first.program.end()
            try await house.cloud.setBehaviour(.normal)
            let second = try await Proxy.start(house.folder.file("data"), flags)
            #expect(await second.logs("all is delivered"))
            #expect(try await eventually { house.undelivered == [] })
            #expect(Set(house.cloud.requests.map(\.bytes)) == Set(requests))
            let told = second.lines(containing: "the cloud may hear of a report twice").count
            #expect(house.cloud.requestCount <= requests.count + told && told <= 1)
            #expect(await second.stop() == 0)
        }
    }

    @Test(
        "A cloud that is down, too busy or too slow gets nothing twice, and everything waits",
        arguments: [CloudBehaviour.down, .status(503), .junk, .closeMidReply])
    func notNow(behaviour: CloudBehaviour) async throws {
        try await withHouse(behaviour, ["--cloud", "answer"]) { house async throws in
            _ = try await Self.answered(3, house)
            let told = try await house.heliograph("deliver")
            #expect(told.status == 1 && told.text == "0 reports delivered, 0 refused, 3 left\n", "\(told)")
            #expect(told.errors.contains("https://localhost:\(house.cloud.port): "))
            let isDoubtful = [.junk, .closeMidReply].contains(behaviour)
            #expect(told.errors.contains(" twice: its reply did not come whole") == isDoubtful, "\(told)")
            #expect(house.cloud.requestCount <= 1 && house.undelivered.count == 3 && Self.refused(house) == [])
        }
    }

    @Test("Where the cloud refuses three in a row, it is not the reports that are wrong: all wait")
    func refuses() async throws {
        try await withHouse(.status(404), ["--cloud", "answer"]) { house async throws in
            let requests = try await Self.answered(5, house)
            let told = try await house.heliograph("deliver", ["--deliver-pause", "10ms"])
            #expect(told.status == 1 && told.text == "0 reports delivered, 0 refused, 5 left\n", "\(told)")
            #expect(told.errors.contains("the cloud refuses one after another: it answers 404"))
            #expect(Set(house.cloud.requests.map(\.bytes)).count == 4 && Set(house.cloud.requests.map(\.bytes)).isSubset(of: requests))
            #expect(Self.refused(house) == [] && house.undelivered.count == 5)
        }
    }

    @Test("Where the newest is taken, the three before it are what is wrong: they are put aside, and the rest goes")
    func refusesFirst() async throws {
        try await withHouse(.failingAt(Array("no zlib".utf8), status: 404), ["--cloud", "answer"]) { house async throws in
            _ = try await Self.answered(6, house)
            for index in 0..<3 { _ = try await Self.exchange(index, house, for: Self.unread) }
            let told = try await house.heliograph("deliver", ["--deliver-pause", "10ms"])
            #expect(told.status == 1 && told.text == "3 reports delivered, 3 refused, 0 left\n", "\(told)")
            #expect(Self.refused(house).count == 6 && house.undelivered == [])
        }
    }

    @Test("Where the cloud takes nothing, a single report is not put aside, however often it is refused")
    func refusesAll() async throws {
        try await withHouse(.status(404), ["--cloud", "answer"]) { house async throws in
            _ = try await Self.answered(1, house)
            for _ in 0..<2 {
                let told = try await house.heliograph("deliver")
                #expect(told.status == 1 && told.text == "0 reports delivered, 0 refused, 1 left\n", "\(told)")
                #expect(told.errors.contains("the cloud takes nothing: it answers 404"), "\(told)")
            }
            try await house.cloud.setBehaviour(.normal)
            let told = try await house.heliograph("deliver")
            #expect(told.status == 0 && Self.refused(house) == [] && house.undelivered == [], "\(told)")
        }
    }

    @Test("A page in the cloud's place takes no report, though it says 200")
    func parked() async throws {
        let reply = Self.reply("<html><body>This domain is for sale</body></html>")
        try await withHouse(.reply(reply), ["--cloud", "shield"]) { house async throws in
            #expect(try await house.post(PostedReport.any.request).isSuccess)
            #expect(try await house.proxy.awaited("response") == reply)
            #expect(house.undelivered.count == 1)
            let told = try await house.heliograph("deliver")
            #expect(told.status == 1 && told.text == "0 reports delivered, 0 refused, 1 left\n", "\(told)")
            #expect(house.undelivered.count == 1 && Self.refused(house) == [])
        }
    }

    @Test("What the cloud refuses while it takes others is put aside with its reply")
    func refusesOne() async throws {
        try await withHouse(.failingAt(Array("no zlib".utf8), status: 404), ["--cloud", "answer"]) { house async throws in
            _ = try await Self.answered(5, house)
            let stem = try await Self.exchange(1, house, for: Self.unread)
            let told = try await house.heliograph("deliver", ["--deliver-pause", "10ms"])
            #expect(told.status == 1 && told.text == "4 reports delivered, 1 refused, 0 left\n", "\(told)")
            #expect(told.errors.contains("\(stem) is refused: it answers 404"), "\(told)")
            #expect(Set(Self.refused(house)) == ["\(stem).request", "\(stem).delivery"])
            let status = try await house.status()
            #expect(status.contains("0 reports answered here that the cloud has not taken; 1 refused by it and put aside"), "\(status)")
            let again = try await house.heliograph("deliver", ["--again", "--deliver-pause", "10ms"])
            #expect(again.status == 1 && again.text == "0 reports delivered, 0 refused, 1 left\n", "\(again)")
            #expect(house.undelivered == [stem] && Self.refused(house) == [])
            let forgotten = try await house.heliograph("deliver", ["--forget"])
            #expect(forgotten.status == 0 && forgotten.text == "1 report let go of: the cloud will not get it\n", "\(forgotten)")
            #expect(house.undelivered == [] && Self.refused(house) == [])
        }
    }

    @Test("A file that can't be read holds no other up")
    func unreadable() async throws {
        try await withHouse(.normal, ["--cloud", "answer"]) { house async throws in
            _ = try await Self.answered(5, house)
            for index in 0..<4 { _ = try await Self.exchange(index, house, for: Array("no gzip".utf8), compressed: true) }
            let told = try await house.heliograph("deliver", ["--deliver-pause", "10ms"])
            #expect(told.status == 1 && told.text == "1 report delivered, 0 refused, 4 left\n", "\(told)")
            #expect(told.errors.contains(" can't be read: "), "\(told)")
        }
    }

    private static func reply(_ body: String) -> [UInt8] {
        Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
    }

    private static let unread = Array("POST /emu_reports/performance_report HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\nno zlib".utf8)

    /// Puts other bytes in the place of an undelivered request that is filed already.
    private static func exchange(_ index: Int, _ house: House, for bytes: [UInt8], compressed: Bool = false) async throws -> String {
        #expect(try await eventually { !names(in: house.proxy.spool).contains { $0.hasSuffix(".request") } })
        let (folder, stem) = (house.proxy.spool.appending(path: "undelivered"), house.undelivered[index])
        try FileManager.default.removeItem(at: folder.appending(path: "\(stem).request.gz"))
        try Data(bytes).write(to: folder.appending(path: "\(stem).request\(compressed ? ".gz" : "")"))
        return stem
    }

    @Test("A report that the cloud fails at holds no other up", arguments: [true, false])
    func fails(isService: Bool) async throws {
        try await withHouse(.failingAt(Array("no zlib".utf8), status: 500), ["--cloud", "answer"]) { house async throws in
            let requests = try await Self.answered(6, house)
            let left = [try await Self.exchange(0, house, for: Self.unread), try await Self.exchange(3, house, for: Self.unread)]
            if isService {
                #expect(await house.proxy.stop() == 0)
                let flags = House.flags(house.cloud, house.authority) + ["--deliver", "later", "--deliver-pause", "10ms"]
                let second = try await Proxy.start(house.folder.file("data"), flags)
                #expect(await second.logs("delivering waits"), "\(second.log)")
                #expect(second.lines(containing: "the cloud fails at a report, which waits on").count == 2)
                #expect(await second.stop() == 0)
            } else {
                let told = try await house.heliograph("deliver", ["--deliver-pause", "10ms", "--cloud", "forward"])
                #expect(told.status == 1 && told.text == "4 reports delivered, 0 refused, 2 left\n", "\(told)")
                #expect(told.errors.contains("2 reports it fails at, or can't be read: they wait on"), "\(told)")
            }
            #expect(house.undelivered == left && house.cloud.requestCount == 6)
            #expect(Set(house.cloud.requests.map(\.bytes)).subtracting([Self.unread]).isSubset(of: requests))
        }
    }

    @Test("A reply that says no in its XML is a refusal, whatever its status")
    func refusesInWords() async throws {
        let reply = Self.reply("<perf_report_response status='error'></perf_report_response>")
        try await withHouse(.reply(reply), ["--cloud", "answer"]) { house async throws in
            _ = try await Self.answered(1, house)
            let told = try await house.heliograph("deliver")
            #expect(told.status == 1 && told.errors.contains("the cloud takes nothing: its reply says error"), "\(told)")
            #expect(Self.refused(house) == [] && house.undelivered.count == 1)
        }
    }

    @Test("One delivers at a time, and what is cut short by ctrl-c goes on another time")
    func oneAtATime() async throws {
        try await withHouse(.slow(.seconds(3)), ["--cloud", "answer"]) { house async throws in
            _ = try await Self.answered(20, house)
            let first = try Program(Program.built("heliograph"), ["deliver"] + house.flags + ["--deliver-pause", "10ms"])
            #expect(try await eventually { house.cloud.requestCount > 0 })
            let second = try await house.heliograph("deliver")
            #expect(second.status == 1 && second.errors.hasPrefix("error: somebody else delivers already\nhint: "), "\(second)")
            first.send(SIGINT)
            #expect(await first.end() == 1)
            #expect(first.errors.value.text.hasSuffix(": stopped\n"))
            #expect(house.undelivered.count == 20 - house.cloud.requestCount, "the one under way is finished")
        }
    }

    @Test("Modes are shown and changed while it runs; what is no mode changes nothing")
    func modes() async throws {
        try await withHouse { house async throws in
            #expect(try await house.post(PostedReport.any.request).isSuccess)
            let shown = try await house.heliograph("cloud")
            #expect(shown.status == 0 && shown.text.hasPrefix("forward since "), "\(shown)")
            #expect(shown.text.contains(": https://localhost:\(house.cloud.port): 1 answered"), "\(shown)")
            let changed = try await house.heliograph("cloud", ["answer"])
            #expect(
                changed.status == 0 && changed.text.hasPrefix("answer since ")
                    && changed.text.hasSuffix("the settings say forward, which holds again from the next start\n"), "\(changed)")
            #expect(await house.proxy.logs("cloud mode changed by=\"heliograph cloud\" from=forward to=answer"), "\(house.proxy.log)")
            #expect(try await house.post(PostedReport.any.request).isSuccess && house.cloud.requestCount == 1)
            let wrong = try await house.heliograph("cloud", ["on"])
            #expect(wrong.status == 1 && wrong.errors == "error: there is no mode on\nhint: write one of forward, shield, answer, off\n")
            #expect(try await house.heliograph("cloud").text.hasPrefix("answer since "))
            #expect(await house.proxy.stop() == 0)
            let late = try await house.heliograph("cloud", ["forward"])
            #expect(late.status == 1 && late.errors.hasPrefix("error: heliograph is not running, as far as "), "\(late)")
        }
    }
}
