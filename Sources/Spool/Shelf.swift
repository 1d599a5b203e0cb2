import CZlib
import Foundation
import SystemPackage

/// The captures in a spool folder for whoever looks at them, beside the program that writes there. Takes nothing, changes nothing.
///
/// All functions block. Names come from outside: only what reads as a `Stem` and one of our files is ever looked for, so no name
/// leads out of the folder.
public struct Shelf: Sendable {
    public let path: FilePath

    public init(_ path: FilePath) { self.path = path }

    /// Where an exchange lies.
    public enum Place: String, Sendable, CaseIterable {
        /// In the folder itself: not in the archive yet.
        case waiting
        case processed, rejected
    }

    /// One exchange with its files.
    public struct Exchange: Sendable, Equatable {
        public var stem: Stem
        public var place: Place
        public var files: [File]
    }

    /// One of its files.
    public struct File: Sendable, Equatable {
        /// `request`, `response`, `incomplete`, `answer`, `xml`, `delivery` for what the cloud said to a delivery later on, or `reason` for
        /// what was rejected.
        public var kind: String
        public var isCompressed: Bool
        /// Its size on the disk, bytes.
        public var storedBytes: Int
    }

    /// The newest exchanges, newest first, from those before `stem` in the order of their names if one is given.
    ///
    /// - Parameter limit: at most so many; a folder of a day is read whole.
    public func newest(before stem: Stem? = nil, limit: Int) -> [Exchange] {
        var found: [(stem: Stem, place: Place)] = []
        func take(_ folder: FilePath, _ place: Place) {
            for name in names(in: folder) where name.hasSuffix(".request") || name.hasSuffix(".request.gz") {
                guard let one = Stem(fileName: name), stem.map({ one.description < $0.description }) ?? true else { continue }
                found.append((one, place))
            }
            // What is too old to be shown need not be remembered.
            if found.count > 4 * limit { found = Self.sorted(found, limit) }
        }
        take(path, .waiting)
        take(path.appending(Filing.rejected), .rejected)
        let days = names(in: path.appending(Filing.processed)).filter { day in
            Stem(fileName: "\(day)T00:00:00-000000.request")?.day == day && stem.map { day <= $0.day } ?? true
        }
        for day in days.sorted(by: >) {
            let newer = found.filter { $0.stem.day > day }
            if newer.count >= limit { break }
            take(path.appending(Filing.processed).appending(day), .processed)
        }
        return Self.sorted(found, limit).map { Exchange(stem: $0.stem, place: $0.place, files: files(of: $0.stem, in: $0.place)) }
    }

    /// An exchange by its name; nil if it is not here.
    public func exchange(_ stem: Stem) -> Exchange? {
        for place in [Place.processed, .rejected, .waiting] {
            let files = files(of: stem, in: place)
            if files.contains(where: { $0.kind == ExchangeFile.request.rawValue }) {
                return Exchange(stem: stem, place: place, files: files)
            }
        }
        return nil
    }

    /// A piece of a file as it was before it was compressed; empty at its end.
    public func piece(of exchange: Exchange, _ file: File, from offset: Int, limit: Int) throws(SpoolError) -> [UInt8] {
        let path = folder(of: exchange.stem, exchange.place).appending(name(exchange.stem, file.kind, file.isCompressed))
        guard file.isCompressed else { return try Files.read(path, from: offset, upTo: limit) }
        guard let stream = gzopen(path.string, "rb") else { throw SpoolError(.read, path, Errno(rawValue: errno == 0 ? ENOMEM : errno)) }
        defer { gzclose(stream) }
        guard gzseek(stream, offset, SEEK_SET) == offset else { return [] }
        var outcome: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            outcome = gzread(stream, buffer.baseAddress, UInt32(clamping: limit))
            count = Int(max(0, outcome))
        }
        guard outcome >= 0 else { throw SpoolError(.read, path, .ioError) }
        return bytes
    }

    private static let kinds = ExchangeFile.allCases.map(\.rawValue) + ["delivery", "reason"]

    private static func sorted(_ found: [(stem: Stem, place: Place)], _ limit: Int) -> [(stem: Stem, place: Place)] {
        Array(found.sorted { $0.stem.description > $1.stem.description }.prefix(limit))
    }

    private func files(of stem: Stem, in place: Place) -> [File] {
        let folder = folder(of: stem, place)
        return Self.kinds.flatMap { kind in
            [false, true].compactMap { isCompressed in
                var info = stat()
                // The file itself, not what a link of that name may point to.
                guard lstat(folder.appending(name(stem, kind, isCompressed)).string, &info) == 0, info.st_mode & S_IFMT == S_IFREG
                else { return nil }
                return File(kind: kind, isCompressed: isCompressed, storedBytes: Int(info.st_size))
            }
        }
    }

    private func folder(of stem: Stem, _ place: Place) -> FilePath {
        switch place {
        case .waiting: path
        case .rejected: path.appending(Filing.rejected)
        case .processed: path.appending(Filing.processed).appending(stem.day)
        }
    }

    private func name(_ stem: Stem, _ kind: String, _ isCompressed: Bool) -> String {
        "\(stem).\(kind)" + (isCompressed ? Filing.compressedSuffix : "")
    }

    private func names(in folder: FilePath) -> [String] {
        // A folder that is not there, or can't be listed, shows as an empty one.
        (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []
    }
}
