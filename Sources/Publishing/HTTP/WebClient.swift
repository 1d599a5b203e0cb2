import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Sends HTTP requests to a publisher's other side: one at a time, no redirects, no retries of its own, an end to every wait.
struct WebClient: Sendable {
    private let client: HTTPClient
    private let timeout: TimeAmount
    /// The most of an answer that is read, bytes.
    private static let answerLimit = 1 << 16

    /// - Parameters:
    ///   - authorities: a PEM file of who may vouch for the other side; nil for the system's.
    ///   - timeout: for a whole exchange.
    init(authorities: String? = nil, timeout: TimeAmount = .seconds(30)) {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.timeout = .init(connect: .seconds(10), read: timeout, write: timeout)
        configuration.connectionPool.idleTimeout = .seconds(60)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        if let authorities {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(authorities)
            configuration.tlsConfiguration = tls
        }
        client = HTTPClient(eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), configuration: configuration)
        self.timeout = timeout
    }

    /// - Throws: `PublishError.retry` where no answer came.
    func post(_ url: String, headers: [(String, String)], body: [UInt8]) async throws -> WebAnswer {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers = HTTPHeaders(headers)
        request.body = .bytes(ByteBuffer(bytes: body))
        return try await send(request)
    }

    /// - Throws: as `post`.
    func get(_ url: String, headers: [(String, String)]) async throws -> WebAnswer {
        var request = HTTPClientRequest(url: url)
        request.headers = HTTPHeaders(headers)
        return try await send(request)
    }

    private func send(_ asked: HTTPClientRequest) async throws -> WebAnswer {
        var request = asked
        request.headers.add(name: "User-Agent", value: "heliograph")
        do {
            let response = try await client.execute(request, timeout: timeout)
            var text: [UInt8] = []
            // The rest of a long answer is left unread: the connection is not used again, then.
            for try await part in response.body {
                text += part.readableBytesView
                if text.count >= Self.answerLimit { break }
            }
            return WebAnswer(status: Int(response.status.code), headers: response.headers, body: text)
        } catch {
            try Task.checkCancellation()
            throw PublishError.retry(WebFailure.reason(error))
        }
    }

    /// Closes its connections.
    func close() async {
        // Nothing is under way, and the program or its publisher is about to end.
        try? await client.shutdown()
    }
}

/// What the other side answered.
struct WebAnswer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: [UInt8]

    var isSuccess: Bool { (200..<300).contains(status) }

    /// Status and the beginning of the text, on one line, without control characters.
    var summary: String {
        let text = String(decoding: body.prefix(300), as: UTF8.self)
        let line = String(text.map { $0.isNewline || $0.asciiValue.map { $0 < 0x20 || $0 == 0x7f } == true ? " " : $0 }.prefix(200))
        let shown = line.split(separator: " ").joined(separator: " ")
        return shown.isEmpty ? "it answered \(status)" : "it answered \(status): \(shown)"
    }

    /// How long it asks to be left alone, where it says so in seconds (RFC 9110, 10.2.3).
    var retryAfter: Duration? {
        headers.first(name: "Retry-After").flatMap { Int($0) }.flatMap { (0...86_400).contains($0) ? .seconds($0) : nil }
    }

    /// What an answer means to those who only know HTTP. What the body is to blame for is rejected; all else may get better.
    func check() throws(PublishError) {
        switch status {
        case 200..<300: return
        case 400, 413, 415, 422: throw .reject(summary)
        default: throw .retry(summary, after: retryAfter)
        }
    }
}

/// Words for what goes wrong on the way.
enum WebFailure {
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .connectTimeout: "it does not answer"
        case let error as HTTPClientError where [.readTimeout, .writeTimeout, .deadlineExceeded].contains(error): "it is too slow"
        case let error as HTTPClientError where error == .remoteConnectionClosed: "it hung up"
        case is NIOConnectionError: "it can't be reached"
        case let error as NIOSSLError: "no TLS with it: \(error)"
        case let error as IOError: "it can't be reached: \(String(cString: strerror(error.errnoCode)).lowercased())"
        default: "\(error)"
        }
    }
}
