import Foundation
import Reports
import Spool
import SystemPackage

/// The captures of a spool and the copies of what was imported, in order of time: `processed/`, then the root, and
/// each copy, and what was rejected, where its time belongs.
struct ReplayFiles: ReportFiles {
    private let spool: FilePath
    private let limit: Int
    private var walk: FileWalk
    private var root: FileNames
    private var nextInRoot = 0
    private var aside: ArraySlice<(time: Int, content: Aside)>
    private var upcoming: (time: Int, content: Upcoming)?

    private enum Upcoming: Sendable {
        case capture(Stem, FilePath)
        case failure(LookedAt)
    }
    private enum Aside: Sendable {
        case copy(FilePath)
        case rejected(Stem)
    }

    /// Lists what there is. Blocking.
    ///
    /// - Throws: `Errno` where the spool can't be read.
    init(_ spool: FilePath, limit: Int) throws {
        self.spool = spool
        self.limit = limit
        root = try FileNames(in: spool)
        let processed = spool.appending(Filing.processed)
        walk = FileWalk(root.contains { $0?.string == Filing.processed } ? [processed] : [])
        let copies = try Self.copies(in: spool).map { (time: $0.time, content: Aside.copy($0.path)) }
        let rejected = try Rejected(spool: spool).stems().map { (time: $0.arrivalTimestamp, content: Aside.rejected($0)) }
        aside = (copies + rejected).sorted { $0.time < $1.time }[...]
        upcoming = nextCapture()
    }

    mutating func next() -> LookedAt? {
        if let first = aside.first, first.time < upcoming?.time ?? .max {
            aside.removeFirst()
            switch first.content {
            case .copy(let path): return lookAt(copy: path)
            case .rejected(let stem): return lookAt(rejected: stem)
            }
        }
        guard let (_, content) = upcoming else { return nil }
        upcoming = nextCapture()
        switch content {
        case .failure(let file): return file
        case .capture(let stem, let path): return Self.lookAt(stem, path, limit: limit)
        }
    }

    /// How many files there are to replay. Blocking; opens none of them.
    static func count(_ spool: FilePath) throws -> Int {
        var files = try ReplayFiles(spool, limit: 0)
        var count = files.aside.count
        while files.upcoming != nil {
            count += 1
            files.upcoming = files.nextCapture()
        }
        return count
    }

    private mutating func nextCapture() -> (time: Int, content: Upcoming)? {
        while let found = walk.next() {
            switch found {
            case .file(let path, _):
                guard let stem = Self.stem(path.lastComponent, suffix: Filing.compressedSuffix) else { continue }
                return (stem.arrivalTimestamp, .capture(stem, path))
            case .unreadable(let path, let cause):
                return (0, .failure(LookedAt(path, .rejected("it can't be read: \("\(cause)".lowercased())"))))
            case .special: continue
            }
        }
        while nextInRoot < root.count {
            defer { nextInRoot += 1 }
            guard let name = root[nextInRoot], let stem = Self.stem(name, suffix: "") else { continue }
            return (stem.arrivalTimestamp, .capture(stem, spool.appending(name)))
        }
        return nil
    }

    private static func stem(_ name: FilePath.Component?, suffix: String) -> Stem? {
        guard let name = name?.string, let stem = Stem(fileName: name) else { return nil }
        return name == ExchangeFile.request.name(of: stem) + suffix ? stem : nil
    }
}

extension ReplayFiles {
    /// Whether a capture in `rejected` can be taken in by now. Blocking.
    static func isUnderstood(rejected stem: Stem, _ spool: FilePath, limit: Int) -> Bool {
        if case .rejected = lookAt(stem, path(rejected: stem, spool), limit: limit).content { false } else { true }
    }

    private static func path(rejected stem: Stem, _ spool: FilePath) -> FilePath {
        spool.appending(Filing.rejected).appending(ExchangeFile.request.name(of: stem))
    }

    private static func lookAt(_ stem: Stem, _ path: FilePath, limit: Int) -> LookedAt {
        do {
            let request = try read(path, limit: limit)
            func beside(_ file: ExchangeFile) -> FilePath {
                path.removingLastComponent().appending(file.name(of: stem) + (path.extension == "gz" ? Filing.compressedSuffix : ""))
            }
            // An exchange that was cut off has no reply, and its request stands all the same.
            let reply = (try? read(beside(.response), limit: limit)) ?? []
            let isWhole = access(beside(.incomplete).string, F_OK) != 0
            switch UnderstoodExchange(stem, request: request, reply: reply, isReplyWhole: isWhole, inflatedLimit: limit) {
            case .report(var arrival, let xml):
                let delivery = path.removingLastComponent().appending("\(stem).\(Undelivered.delivery)\(Filing.compressedSuffix)")
                if let late = try? read(delivery, limit: limit) {
                    arrival.findings += ReplyFindings.findings(in: late)
                }
                return LookedAt(path, .report(arrival, copy: nil), bytes: request.count + xml.count)
            case .other: return LookedAt(path, .other)
            case .undecodable(let reason): return LookedAt(path, .rejected(reason))
            }
        } catch { return LookedAt(path, .rejected("it can't be read: \("\(error)".lowercased())")) }
    }

    private func lookAt(rejected stem: Stem) -> LookedAt {
        var file = Self.lookAt(stem, Self.path(rejected: stem, spool), limit: limit)
        if case .rejected = file.content { file.content = .stillRejected }
        return file
    }

    private func lookAt(copy path: FilePath) -> LookedAt {
        var file = LookedAt(importing: path, length: 0, limit: limit)
        guard case .report(let arrival, let copy) = file.content else { return file }
        let isWhole = copy.map { path.lastComponent?.string.hasPrefix($0.digest) ?? false } ?? false
        file.content = isWhole ? .report(arrival, copy: nil) : .rejected("its content is not what its name says")
        return file
    }

    private static func read(_ path: FilePath, limit: Int) throws -> [UInt8] {
        let bytes = try WholeFile.read(path, limit: limit)
        return path.extension == "gz" ? try Gzip.decompress(bytes, limitBytes: limit) : bytes
    }

    private static func copies(in spool: FilePath) throws -> [(time: Int, path: FilePath)] {
        var walk = FileWalk([ImportedCopies.folder(in: spool)])
        var copies: [(time: Int, path: FilePath)] = []
        while let found = walk.next() {
            switch found {
            case .file(let path, _):
                guard let name = path.lastComponent?.string, name.hasSuffix(Filing.compressedSuffix), !name.hasPrefix(".") else { continue }
                copies.append((try WholeFile.changeTimestamp(path), path))
            case .unreadable(_, .noSuchFileOrDirectory), .special: continue
            case .unreadable(_, let cause): throw cause
            }
        }
        return copies
    }
}
