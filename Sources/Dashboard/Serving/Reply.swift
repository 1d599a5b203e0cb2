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

    static func html(_ body: ResponseBody, status: HTTPResponse.Status = .ok) -> Response {
        Self.body(body, as: "text/html; charset=utf-8", status: status)
    }

    static func bytes(_ bytes: [UInt8], as type: String, status: HTTPResponse.Status = .ok) -> Response {
        body(ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)), as: type, status: status)
    }

    private static func body(_ body: ResponseBody, as type: String, status: HTTPResponse.Status) -> Response {
        Response(status: status, headers: [.contentType: type, .cacheControl: "no-store"], body: body)
    }
}

/// What a refusal is as JSON.
struct RefusalJSON: Encodable {
    var error: String
    var hint: String?
}
