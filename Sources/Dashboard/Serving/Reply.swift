import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Responses of the kinds that the dashboard gives.
enum Reply {
    /// JSON with its keys in order: the same facts give the same bytes.
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return bytes(Array(try encoder.encode(value)), as: "application/json", status: status)
    }

    static func html(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        bytes(Array(text.utf8), as: "text/html; charset=utf-8", status: status)
    }

    static func bytes(_ bytes: [UInt8], as type: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

/// What a refusal is as JSON.
struct RefusalJSON: Encodable {
    var error: String
    var hint: String?
}
