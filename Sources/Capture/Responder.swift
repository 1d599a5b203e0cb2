import NIOCore
import Spool

/// A request that has arrived whole, and is on its way to the disk.
struct ArrivedRequest: Sendable {
    var head: RequestHead
    var peer: Peer
    /// Its length, head and body, bytes.
    var count: Int
}

/// Where the bytes of a request are read from when it goes out.
enum RequestBytes: Sendable {
    case stored(StoredFile)
    /// Not kept: the disk failed, and the owner chose to forward all the same.
    case held([UInt8])

    private static let chunk = 256 * 1024

    /// All of them. Blocking, and as large as a request may be: for a thread that does one after another.
    func all() throws(SpoolError) -> [UInt8] {
        switch self {
        case .stored(let file): try file.bytes()
        case .held(let bytes): bytes
        }
    }

    func chunk(from offset: Int) async throws(SpoolError) -> [UInt8] {
        switch self {
        case .stored(let file): try await file.bytes(from: offset, limit: Self.chunk)
        case .held(let bytes): Array(bytes.dropFirst(offset))
        }
    }
}

/// Who answers a request. While the request is on its way to the disk a responder may prepare; its bytes it gets from the
/// outlet, which gives them out when they are safe. It sends what it has through the outlet, and leaves in it how the
/// exchange ended.
protocol Responder: Sendable {
    func answer(_ request: ArrivedRequest, through outlet: inout ReplyOutlet, on eventLoop: any EventLoop) async
}
