import HTTPTypes
import Hummingbird
import NIOCore
import Spool

/// An exchange in the spool.
struct CaptureJSON: Encodable {
    struct File: Encodable {
        /// `request`, `response`, `incomplete`, `answer`, `xml`, `delivery` or `reason`.
        var file: String
        /// Its size on the disk, perhaps compressed.
        var storedBytes: Int
        var isCompressed: Bool
    }

    var capture: String
    /// `waiting`, `processed` or `rejected`.
    var place: String
    /// By this machine's clock, seconds since 1970 UTC.
    var arrivalTimestamp: Int
    var files: [File]

    init(_ exchange: Shelf.Exchange) {
        (capture, place) = (exchange.stem.description, exchange.place.rawValue)
        arrivalTimestamp = exchange.stem.arrivalTimestamp
        files = exchange.files.map { File(file: $0.kind, storedBytes: $0.storedBytes, isCompressed: $0.isCompressed) }
    }
}

/// `/api/v1/captures`: newest first.
struct CapturesJSON: Encodable {
    var captures: [CaptureJSON]
    /// Ask for captures before this one to go on; missing at the end.
    var nextBefore: String?
}

extension House {
    func captures(before stem: Stem?, limit: Int) async throws -> [Shelf.Exchange] {
        let shelf = shelf
        return try await files.runIfActive { shelf.newest(before: stem, limit: limit) }
    }

    /// An exchange by its name, which comes from outside.
    func capture(_ name: String) async throws -> Shelf.Exchange {
        let stem = try Self.stem(name)
        let shelf = shelf
        guard let exchange = try await files.runIfActive({ shelf.exchange(stem) }) else {
            throw Refused(.notFound, "there is no such capture")
        }
        return exchange
    }

    func piece(of exchange: Shelf.Exchange, _ file: Shelf.File, from offset: Int, limit: Int) async throws -> [UInt8] {
        let shelf = shelf
        return try await files.runIfActive { try shelf.piece(of: exchange, file, from: offset, limit: limit) }
    }

    /// A name that is a stem and nothing more.
    static func stem(_ name: String) throws -> Stem {
        guard let stem = Stem(fileName: name), stem.description == name else { throw Refused(.notFound, "there is no such capture") }
        return stem
    }
}

extension APIRoutes {
    /// How much of a file is held in memory at a time.
    private static let pieceBytes = 1 << 20

    func captures(_ query: Query) async throws -> CapturesJSON {
        let limit = try query.number("limit", in: 1...500) ?? 50
        let found = try await house.captures(before: try query.text("before").map(House.stem), limit: limit)
        return CapturesJSON(
            captures: found.map(CaptureJSON.init), nextBefore: found.count == limit ? found.last?.stem.description : nil)
    }

    /// A file's bytes as they were captured. Whatever is in them, a browser saves them and shows nothing.
    func download(_ name: String, _ kind: String) async throws -> Response {
        let exchange = try await house.capture(name)
        guard let file = exchange.files.first(where: { $0.kind == kind }) else { throw Refused(.notFound, "this capture has no such file") }
        let first = try await house.piece(of: exchange, file, from: 0, limit: Self.pieceBytes)
        let house = house
        return Response(
            status: .ok,
            headers: [
                .contentType: kind == "request" || kind == "response" ? "application/octet-stream" : "text/plain; charset=utf-8",
                .contentDisposition: "attachment; filename=\"\(exchange.stem).\(file.kind)\"", .cacheControl: "no-store",
            ],
            body: ResponseBody { writer in
                var piece = first
                var offset = 0
                while !piece.isEmpty {
                    try await writer.write(ByteBuffer(bytes: piece))
                    offset += piece.count
                    piece =
                        piece.count < Self.pieceBytes ? [] : try await house.piece(of: exchange, file, from: offset, limit: Self.pieceBytes)
                }
                try await writer.finish(nil)
            })
    }
}
