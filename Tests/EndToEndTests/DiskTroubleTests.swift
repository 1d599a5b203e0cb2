import Foundation
import Simulator
import TestSupport
import Testing

@Suite("A disk that takes nothing: 503, and nothing is forwarded", .timeLimit(.minutes(10)))
struct DiskTroubleTests {
    /// A request that no memory buffer hides the disk from.
    private static let large = NumberedRequest.bytes(body: Array(repeating: 3, count: 3 << 20))

    private static func post(_ house: House, _ bytes: [UInt8]) async throws -> EnvoyReply {
        try await house.post(bytes)
    }

    private static func expectRefusal(_ reply: EnvoyReply, _ house: House) {
        #expect(reply.status == 503)
        let head = String(decoding: reply.head, as: UTF8.self)
        #expect(head.contains("\r\nRetry-After: 60\r\n") && head.contains("\r\nConnection: close\r\n"))
        #expect(house.cloud.requestCount == 0)
        #expect(house.proxy.finalNames.filter { $0.hasSuffix(".request") } == [])
    }

    @Test(
        "A disk that is full: the log says what to do, and when there is room again all is well",
        .enabled(if: SmallDisk.isPossible, "a tmpfs can't be mounted: not root"))
    func full() async throws {
        let disk = try await SmallDisk.mounted(mebibytes: 1)
        try await withHouse(.normal, ["--spool", disk.path]) { house async throws in
            Self.expectRefusal(try await Self.post(house, Self.large), house)
            #expect(house.proxy.partialNames == [], "what did not fit is gone again")
            let line = try #require(house.proxy.lines(containing: "could not keep a report").first)
            #expect(line.contains("No space left on device") && line.contains("hint=\"free space on the disk"))

            // Now the last byte is taken, so that a small report does not fit either.
            let filler = URL(filePath: disk.path).appending(path: "filler")
            _ = try await Program.run("dd", ["if=/dev/zero", "of=\(filler.path(percentEncoded: false))", "bs=4k"])
            let open = try house.proxy.openFiles(in: disk.path)
            for _ in 1...5 {
                for request in [PostedReport.any.request, Self.large] { Self.expectRefusal(try await Self.post(house, request), house) }
            }
            #expect(house.proxy.partialNames == [])
            #expect(try await eventually { try house.proxy.openFiles(in: disk.path) == open }, "and no file is left open there")

            try FileManager.default.removeItem(at: filler)
            #expect(try await Self.post(house, PostedReport.any.request).isSuccess)
            #expect(try await house.proxy.awaited("request") == PostedReport.any.request)
            #expect(await house.proxy.stop() == 0)
            #expect(house.proxy.lines(containing: " stopped ").first?.contains("disk_failures=11") == true)
        }
        await disk.unmount()
    }

    @Test(
        "A disk that is full at the start, with a request that was cut off before: it starts all the same, and makes room where it may",
        .enabled(if: SmallDisk.isPossible, "a tmpfs can't be mounted: not root"), arguments: [true, false])
    func fullAtStart(mayMakeRoom: Bool) async throws {
        let disk = try await SmallDisk.mounted(mebibytes: 4)
        let (root, stem) = (URL(filePath: disk.path), "2012-02-22T09:03:01-0j1FFs")
        for day in ["2012-02-20", "2012-02-21"] {
            let folder = root.appending(path: "processed/\(day)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(count: 3 << 19).write(to: folder.appending(path: "\(day)T09:03:01-0j1FFs.request.gz"))
        }
        try Data(PostedReport.any.request).write(to: root.appending(path: "\(stem).request"))
        try Data().write(to: root.appending(path: ".lock"))
        _ = try await Program.run("chmod", ["-R", "a+rwX", disk.path])
        let filler = root.appending(path: "filler")
        _ = try await Program.run("dd", ["if=/dev/zero", "of=\(filler.path(percentEncoded: false))", "bs=4k"])
        try await withHouse(.normal, ["--spool", disk.path] + (mayMakeRoom ? ["--leave-free", "1MiB"] : [])) { house async throws in
            #expect(await house.proxy.logs("cut-off exchanges could not be noted as such; it is tried again"))
            let line = try #require(house.proxy.lines(containing: "could not be noted").first)
            #expect(line.contains("No space left on device") && line.contains("hint=\"free space on the disk"))
            if mayMakeRoom {
                #expect(await house.proxy.logs("removed old captures"))
                #expect(names(in: root.appending(path: "processed")).first != "2012-02-20")
            } else {
                #expect(try await Self.post(house, PostedReport.any.request).status == 503 && house.cloud.requestCount == 0)
                try FileManager.default.removeItem(at: filler)
            }
            #expect(try await Self.post(house, PostedReport.any.request).isSuccess)
            let note = String(decoding: try await house.proxy.awaited("response", of: stem), as: UTF8.self)
            #expect(note == "no reply: heliograph was stopped before the reply came\n")
            #expect(try await eventually { house.proxy.processedStems.contains(stem) })
        }
        await disk.unmount()
    }

    @Test(
        "A connection whose request did not fit ends with the 503, also where its client would go on",
        .enabled(if: SmallDisk.isPossible, "a tmpfs can't be mounted: not root"))
    func connectionEnds() async throws {
        let disk = try await SmallDisk.mounted(mebibytes: 1)
        try await withHouse(.normal, ["--spool", disk.path]) { house async throws in
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            await connection.sendAsMuchAsIsTaken(NumberedRequest.bytes(body: Array(repeating: 3, count: 3 << 20), close: false))
            await connection.sendAsMuchAsIsTaken(NumberedRequest.bytes(body: [1], close: false))
            let got = await connection.rest(within: .seconds(60))
            #expect(got.isClosed && got.status == 503, "\(got.text)")
            #expect(house.cloud.requestCount == 0)
        }
        await disk.unmount()
    }

    @Test("A disk that became read-only", .enabled(if: SmallDisk.isPossible, "a tmpfs can't be mounted: not root"))
    func readOnly() async throws {
        let disk = try await SmallDisk.mounted(mebibytes: 8)
        try await withHouse(.normal, ["--spool", disk.path]) { house async throws in
            try await disk.cover()
            for request in [PostedReport.any.request, Self.large] { Self.expectRefusal(try await Self.post(house, request), house) }
            let line = try #require(house.proxy.lines(containing: "could not keep a report").first)
            #expect(line.contains("Read-only file system") && line.contains("hint=\"mount "))
            try await disk.uncover()
            #expect(try await Self.post(house, PostedReport.any.request).isSuccess)
        }
        await disk.unmount()
    }

    @Test("A spool that was taken away while it runs")
    func removed() async throws {
        try await withHouse { house async throws in
            try FileManager.default.removeItem(at: house.proxy.spool)
            for request in [PostedReport.any.request, Self.large] { Self.expectRefusal(try await Self.post(house, request), house) }
            #expect(await house.proxy.logs("could not keep a report"))
        }
    }

    @Test(
        "With when-disk-fails: forward the report goes on uncaptured",
        .enabled(if: SmallDisk.isPossible, "a tmpfs can't be mounted: not root"))
    func forward() async throws {
        let disk = try await SmallDisk.mounted(mebibytes: 1)
        try await withHouse(.normal, ["--spool", disk.path, "--when-disk-fails", "forward"]) { house async throws in
            try await disk.cover()
            #expect(try await Self.post(house, PostedReport.any.request).isSuccess)
            #expect(house.cloud.requests.map(\.bytes) == [PostedReport.any.request])
            #expect(house.proxy.finalNames == [])
            #expect(await house.proxy.logs("could not keep a report"))
        }
        await disk.unmount()
    }

    @Test(
        "With when-disk-fails: forward one that is larger than what is held in memory is refused: there is nowhere to put it",
        .enabled(if: SmallDisk.isPossible, "a tmpfs can't be mounted: not root"))
    func forwardLarge() async throws {
        let disk = try await SmallDisk.mounted(mebibytes: 1)
        try await withHouse(.normal, ["--spool", disk.path, "--when-disk-fails", "forward"]) { house async throws in
            Self.expectRefusal(try await Self.post(house, Self.large), house)
            #expect(house.proxy.finalNames == [] && house.proxy.partialNames == [])
        }
        await disk.unmount()
    }

    @Test("A spool that can't be used is told at the start, with a hint and status 1 or more")
    func unusable() async throws {
        let folder = try TemporaryFolder()
        try folder.write([1], to: "file")
        let result = try await Program.run(
            Program.built("heliograph"),
            ["run", "--data", folder.file("data").path(percentEncoded: false), "--spool", folder.file("file").path(percentEncoded: false)])
        #expect(result.status != 0 && result.status != nil && (result.status ?? 0) < 128)
        #expect(result.errors.contains("error: ") && result.errors.contains("hint: "))
    }

    @Test("A second one on the same spool is turned away at the start")
    func second() async throws {
        try await withHouse { house async throws in
            let result = try await Program.run(
                Program.built("heliograph"),
                [
                    "run", "--data", house.folder.file("other").path(percentEncoded: false), "--spool",
                    house.proxy.spool.path(percentEncoded: false), "--listen", "127.0.0.1:0",
                ])
            #expect(result.status != 0 && result.errors.contains("hint: stop the other heliograph"))
        }
    }
}

/// A file system of a few MiB in memory, for filling up.
struct SmallDisk: Sendable {
    let folder: TemporaryFolder
    var path: String { folder.path }

    static let isPossible = geteuid() == 0 && Program.isInstalled("mount") && canMount()

    static func mounted(mebibytes: Int) async throws -> SmallDisk { try await mounted(kibibytes: mebibytes << 10) }

    static func mounted(kibibytes: Int) async throws -> SmallDisk {
        let disk = SmallDisk(folder: try TemporaryFolder())
        let result = try await Program.run("mount", ["-t", "tmpfs", "-o", "size=\(kibibytes)k", "none", disk.path])
        guard result.status == 0 else { throw Failed(reason: result.errors) }
        return disk
    }

    /// Puts a read-only file system over it, as a disk with errors turns into one. (The system would not remount this one
    /// read-only while a file of it is open for writing.)
    func cover() async throws {
        let result = try await Program.run("mount", ["-t", "tmpfs", "-o", "ro,size=64k", "none", path])
        guard result.status == 0 else { throw Failed(reason: result.errors) }
    }

    func uncover() async throws {
        let result = try await Program.run("umount", [path])
        guard result.status == 0 else { throw Failed(reason: result.errors) }
    }

    /// Also where somebody still has a file open there.
    func unmount() async {
        // What can't be unmounted stays until the machine restarts; the test has had its say. Twice, for one that is covered.
        for _ in 1...2 { _ = try? await Program.run("umount", ["-l", path]) }
    }

    struct Failed: Error { var reason: String }

    /// Root in a container may still not mount.
    private static func canMount() -> Bool {
        guard let folder = try? TemporaryFolder() else { return false }
        return withExtendedLifetime(folder) {
            Program.succeeds("/bin/sh", ["-c", "mount -t tmpfs -o size=64k none \(folder.path) && umount \(folder.path)"])
        }
    }
}
