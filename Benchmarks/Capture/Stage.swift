import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// Where it all happens: the stub, the contenders in front of it, and the load client. Ends what it started.
final class Stage: Sendable {
    let place: Workplace
    private let executables: Executables
    private let cloudPort: Int
    private let requests: [ByteBuffer]
    /// What the stub answers; what is in it matters to nobody here.
    private let reply: [UInt8] = (0..<136).map { UInt8($0) }
    private let cast = Mutex<[Contender]>([])
    private let programs = Mutex<[Program]>([])

    /// How many different reports there are; they are sent in turn.
    private static let reportCount = 32

    /// - Parameter isSmall: Whether reports are those of every day, not those after an outage.
    init(in parent: URL, executables: Executables, small isSmall: Bool) async throws {
        guard let nginx = Program.find("nginx") else {
            throw BenchmarkError("nginx plays the cloud and is not installed; scripts/install-bench-peers installs it")
        }
        guard FileManager.default.isExecutableFile(atPath: executables.heliograph) else {
            throw BenchmarkError("there is no \(executables.heliograph); make build makes it, or name it with --heliograph")
        }
        self.executables = executables
        place = try Workplace(in: parent)
        requests = try Reports.make(Self.reportCount, small: isSmall)
        cloudPort = try Ports.free()
        try Data(reply).write(to: place.url("reply.bin"))
        let file = try place.write(Nginx.cloud(in: place, port: cloudPort), to: "cloud.conf")
        // Nobody else must be up before everybody's end is seen to.
        let cloud = try Program("cloud", nginx, Nginx.arguments(file, place), output: place.url("cloud.log"))
        programs.withLock { $0 = [cloud] }
        do { try await cloud.waitUntilListening(on: cloudPort) } catch {
            close(keep: true)
            throw error
        }
    }

    var contenders: [Contender] { cast.withLock { $0 } }

    func start(_ kinds: [Contender.Kind]) async throws {
        let cloud = programs.withLock { $0[0] }
        for kind in kinds {
            guard let contender = try kind.start(in: place, cloud: cloud, cloudPort: cloudPort, executables: executables) else {
                CaptureBenchmark.note("SKIPPED: \(kind.title): not to be had here; scripts/install-bench-peers installs what can be")
                continue
            }
            if kind != .direct { programs.withLock { $0.append(contender.program) } }
            try await contender.program.waitUntilListening(on: contender.port)
            cast.withLock { $0.append(contender) }
        }
    }

    func plan(_ contender: Contender, connections: Int, extent: LoadPlan.Extent) throws -> LoadPlan {
        LoadPlan(
            address: try SocketAddress(ipAddress: "127.0.0.1", port: contender.port), connections: connections, extent: extent,
            requests: requests, expectedReply: reply, tls: try LoadPlan.deviceTLS())
    }

    /// Bytes of the average request.
    var requestBytes: Int { requests.reduce(0) { $0 + $1.readableBytes } / requests.count }

    func measure(_ contender: Contender, connections: Int, seconds: Double) async throws -> Measurement {
        let plan = try plan(
            contender, connections: connections,
            extent: .time(warmUp: .milliseconds(500), measured: .milliseconds(Int64(seconds * 1000))))
        let figures = ProcessFigures(of: contender.program.identifier)
        let (timeBefore, ownBefore) = (figures.processorSeconds, ProcessFigures.own)
        let before = contender.captures?.count ?? 0
        let load = try await Load.run(plan, on: .singletonMultiThreadedEventLoopGroup)
        let own = ProcessFigures.own - ownBefore
        let after = try await settled(figures, whole: contender.captures, before + load.answered)
        let captured = contender.captures.map { $0.count - before }
        if load.failures > 0 {
            CaptureBenchmark.note(
                "\(contender.kind.title): \(load.wrongReplies) wrong replies, \(load.connectionsFailed) connections that ended without one; "
                    + "the first: \(load.firstFailure ?? "?")")
        }
        if let captured, captured != load.answered {
            CaptureBenchmark.note("\(contender.kind.title): answered \(load.answered) reports, captured \(captured)")
        }
        return Measurement(
            load: load, processorSeconds: after - timeBefore, clientSeconds: own, residentMegabytes: figures.residentMegabytes,
            peakMegabytes: figures.peakMegabytes, captured: captured)
    }

    /// The processor time when the program has nothing left to do: work that it put off until after the replies counts.
    private func settled(_ figures: ProcessFigures, whole captures: Captures?, _ expected: Int) async throws -> Double {
        var last = figures.processorSeconds
        for _ in 0..<200 {
            try await Task.sleep(for: .milliseconds(150))
            let now = figures.processorSeconds
            let isWhole = captures.map { $0.isSettled(expected) } ?? true
            if isWhole, now - last < 0.015 { return now }
            last = now
        }
        return last
    }

    func close(keep: Bool) {
        let started = programs.withLock { started in
            defer { started = [] }
            return started
        }
        for program in started.reversed() { program.terminate() }
        for program in started.reversed() { program.end() }
        if keep { CaptureBenchmark.note("left: \(place.folder.path)") } else { place.remove() }
    }
}
