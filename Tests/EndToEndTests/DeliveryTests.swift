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
            #expect(got.count <= requests.count + told && told <= kills, "\(got.count) of \(requests.count), \(kills) kills, \(told) told of")
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
            let second = try await Proxy.start(house.folder.file("data"), House.flags(house.cloud, house.authority) + ["--cloud", "shield"])
            #expect(second.lines(containing: "the cloud may hear of a report twice").count == 1 && second.log.contains { $0.contains("exchange=\(stem)") })
            #expect(house.undelivered == [stem])
            #expect(await second.stop() == 0)
        }
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
            #expect(house.undelivered == [] && Set(house.cloud.requests.map(\.bytes)) == Set(requests))
            let told = second.lines(containing: "the cloud may hear of a report twice").count
            #expect(house.cloud.requestCount <= requests.count + told && told <= 1)
            #expect(await second.stop() == 0)
        }
    }

    @Test("A cloud that is down, too busy or too slow gets nothing twice, and everything waits", arguments: [CloudBehaviour.down, .status(503), .junk, .closeMidReply])
    func notNow(behaviour: CloudBehaviour) async throws {
        try await withHouse(behaviour, ["--cloud", "answer"]) { house async throws in
            _ = try await Self.answered(3, house)
            let told = try await house.heliograph("deliver")
            #expect(told.status == 1 && told.text == "0 reports delivered, 0 refused, 3 left\n", "\(told)")
            #expect(told.errors.hasPrefix("https://localhost:\(house.cloud.port): "))
            #expect(house.cloud.requestCount <= 1 && house.undelivered.count == 3 && Self.refused(house) == [])
        }
    }

    @Test("What the cloud refuses is put aside with its reply; after three in a row the rest waits")
    func refuses() async throws {
        try await withHouse(.status(404), ["--cloud", "answer"]) { house async throws in
            let requests = try await Self.answered(5, house)
            let told = try await house.heliograph("deliver", ["--deliver-pause", "10ms"])
            #expect(told.status == 1 && told.text == "0 reports delivered, 3 refused, 2 left\n", "\(told)")
            #expect(told.errors.contains("the cloud refuses one after another: it answers 404"))
            #expect(Set(house.cloud.requests.map(\.bytes)).count == 3 && Set(house.cloud.requests.map(\.bytes)).isSubset(of: requests))
            #expect(Self.refused(house).filter { $0.hasSuffix(".delivery") }.count == 3)
            #expect(Self.refused(house).filter { $0.contains(".request") }.count == 3)
            #expect(house.undelivered.count == 2)
            let status = try await house.status()
            #expect(status.contains("2 reports answered here that the cloud has not taken; 3 refused by it and put aside"), "\(status)")
        }
    }

    @Test("A report that the cloud fails at holds no other up", arguments: [true, false])
    func fails(isService: Bool) async throws {
        try await withHouse(.failingAt(Array("no zlib".utf8), status: 500), ["--cloud", "answer"]) { house async throws in
            let requests = try await Self.answered(6, house)
            #expect(try await eventually { !names(in: house.proxy.spool).contains { $0.hasSuffix(".request") } })
            let unread = Array("POST /emu_reports/performance_report HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\nno zlib".utf8)
            let folder = house.proxy.spool.appending(path: "undelivered")
            for stem in [house.undelivered[0], house.undelivered[3]] {
                try FileManager.default.removeItem(at: folder.appending(path: "\(stem).request.gz"))
                try Data(unread).write(to: folder.appending(path: "\(stem).request"))
            }
            let left = [house.undelivered[0], house.undelivered[3]]
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
                #expect(told.errors.contains("it fails at 2 reports, which wait on"), "\(told)")
            }
            #expect(house.undelivered == left && house.cloud.requestCount == 6)
            #expect(Set(house.cloud.requests.map(\.bytes)).subtracting([unread]).isSubset(of: requests))
        }
    }

    @Test("A reply that says no in its XML is a refusal, whatever its status")
    func refusesInWords() async throws {
        let body = "<perf_report_response status='error'></perf_report_response>"
        let reply = Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
        try await withHouse(.reply(reply), ["--cloud", "answer"]) { house async throws in
            _ = try await Self.answered(1, house)
            let told = try await house.heliograph("deliver")
            #expect(told.status == 1 && told.errors.contains("is refused: its reply says error"), "\(told)")
            let file = try #require(Self.refused(house).first { $0.hasSuffix(".delivery") })
            #expect(try bytes(of: house.proxy.spool.appending(path: "undelivered/refused/\(file)")) == reply)
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
            #expect(shown.status == 0 && shown.text.hasPrefix("https://localhost:\(house.cloud.port): 1 answered"), "\(shown)")
            let changed = try await house.heliograph("cloud", ["answer"])
            #expect(changed.status == 0 && changed.text.hasPrefix("answer since ") && changed.text.hasSuffix("the settings say forward, which holds again from the next start\n"), "\(changed)")
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
