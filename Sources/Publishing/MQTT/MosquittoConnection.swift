import CMosquitto
import Dispatch
import Foundation
import Synchronization

/// One connection to a broker, by libmosquitto, from connecting to its end. What fails ends it; a new one is made then, so that
/// nothing gathers in the library.
///
/// The library's loop has a thread of its own, where its callbacks come; everything else that is asked of the library is done on a
/// queue of its own: neither event loops nor Swift's cooperative threads ever wait for it.
///
/// What makes it `Sendable`: `handle` never changes, and libmosquitto locks what is behind it (mosquitto_threaded_set); `queue`,
/// `state` (a mutex), `onMessage` and `patience` are `Sendable` themselves.
final class MosquittoConnection: @unchecked Sendable {  // proof: the handle is constant, and locked by its library; see above
    private let handle: OpaquePointer
    private let queue = DispatchQueue(label: "mqtt")
    private let state = Mutex(State())
    private let onMessage: @Sendable (_ topic: String, _ payload: String) -> Void
    private let patience: Double

    private struct State {
        var isConnected = false
        /// Why it is over.
        var failure: String?
        /// What the library last said of TLS.
        var complaint: String?
        /// Messages that the broker has not confirmed.
        var unconfirmed: Set<Int32> = []
        /// Confirmed before their number was known here.
        var early: Set<Int32> = []
        var isLoopOver = false
        var waiter: Waiter?
        var nextWaiter = 0
    }

    private struct Waiter {
        var number: Int
        var isMet: @Sendable (borrowing State) -> Bool
        var continuation: CheckedContinuation<Void, any Error>
    }

    /// Connects, and waits for the broker's consent.
    ///
    /// - Parameters:
    ///   - will: what the broker tells the others when we are gone without a word; nil for nothing.
    ///   - onEnd: called on the library's thread when the connection is over.
    ///   - onMessage: called on the library's thread; it must return at once.
    /// - Throws: `PublishError.retry`.
    static func open(
        _ settings: MQTTSettings, will: MQTTMessage?, onEnd: @escaping @Sendable () -> Void,
        onMessage: @escaping @Sendable (String, String) -> Void
    ) async throws -> MosquittoConnection {
        let connection = try MosquittoConnection(patience: settings.patienceSeconds, onMessage)
        do {
            try await connection.onQueue { try connection.begin(settings, will) }
            Thread.detachNewThread {
                connection.loop()
                onEnd()
            }
            try await connection.wait { $0.isConnected }
            return connection
        } catch {
            await connection.close()
            throw error
        }
    }

    private init(patience: Double, _ onMessage: @escaping @Sendable (String, String) -> Void) throws {
        MosquittoLibrary.start()
        guard let handle = mosquitto_new(nil, true, nil) else { throw PublishError.retry("no memory for an MQTT client") }
        self.handle = handle
        self.patience = patience
        self.onMessage = onMessage
    }

    // Nobody refers to it: its loop has ended, as the loop's thread does.
    deinit { mosquitto_destroy(handle) }

    /// Sends messages, and waits until the broker has confirmed all.
    ///
    /// - Throws: `PublishError.retry`; whether the broker has the messages is not known then.
    func publish(_ messages: [MQTTMessage]) async throws {
        try await onQueue { [self] in for message in messages { try send(message) } }
        try await wait { $0.unconfirmed.isEmpty }
    }

    func subscribe(_ topic: String) async throws {
        try await onQueue { [self] in try Self.check(mosquitto_subscribe(handle, nil, topic, 1), "subscribing") }
    }

    /// Whether it still stands, as far as is known.
    var isOpen: Bool { state.withLock { $0.isConnected && $0.failure == nil } }

    /// Ends it without a word, so that the broker makes the will known. The loop sees it within a second.
    func abandon() { change { if $0.failure == nil { $0.failure = "closed" } } }

    /// Says good-bye, where the broker still listens, and ends the loop.
    func close() async {
        // Closing what is not open is no failure.
        try? await onQueue { [self] in _ = mosquitto_disconnect(handle) }
        change { if $0.failure == nil { $0.failure = "closed" } }
    }
}

extension MosquittoConnection {
    private func begin(_ settings: MQTTSettings, _ will: MQTTMessage?) throws {
        mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
        mosquitto_threaded_set(handle, true)
        mosquitto_max_inflight_messages_set(handle, 200)
        setCallbacks()
        if let user = settings.user { try Self.check(mosquitto_username_pw_set(handle, user, settings.password), "naming the user") }
        if settings.usesTLS { try setTLS(settings) }
        if let will {
            try Self.check(
                mosquitto_will_set(handle, will.topic, Int32(will.payload.count), will.payload, 1, will.isRetained), "leaving a will")
        }
        do {
            try Self.check(mosquitto_connect_async(handle, settings.host, Int32(settings.port), 60), "connecting")
        } catch { throw state.withLock { $0.complaint }.map { PublishError.retry($0) } ?? error }
    }

    private func setTLS(_ settings: MQTTSettings) throws {
        if settings.authorities == nil { try Self.check(mosquitto_int_option(handle, MOSQ_OPT_TLS_USE_OS_CERTS, 1), "setting TLS up") }
        let folder = settings.authorities == nil ? "/etc/ssl/certs" : nil
        try Self.check(
            mosquitto_tls_set(handle, settings.authorities, folder, settings.certificate, settings.privateKey, nil),
            "reading the certificates")
    }

    private func setCallbacks() {
        mosquitto_connect_callback_set(handle) { _, context, code in
            MosquittoConnection.of(context)?.change {
                if code == 0 { $0.isConnected = true } else { $0.failure = "the broker refuses: \(MosquittoConnection.refusal(code))" }
            }
        }
        mosquitto_disconnect_callback_set(handle) { _, context, code in
            MosquittoConnection.of(context)?.change {
                if $0.failure == nil {
                    $0.failure = code == 0 ? "closed" : $0.complaint ?? ($0.isConnected ? "the connection broke" : "it can't be reached")
                }
            }
        }
        mosquitto_log_callback_set(handle) { _, context, level, text in
            guard level == MOSQ_LOG_ERR, let text else { return }
            // OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed
            let line = String(cString: text)
            guard line.hasPrefix("OpenSSL"), let reason = line.split(separator: ":").last else { return }
            MosquittoConnection.of(context)?.change { $0.complaint = "no TLS with it: \(reason)" }
        }
        mosquitto_publish_callback_set(handle) { _, context, number in
            MosquittoConnection.of(context)?.change { if $0.unconfirmed.remove(number) == nil { $0.early.insert(number) } }
        }
        mosquitto_message_callback_set(handle) { _, context, message in
            guard let message = message?.pointee, let topic = message.topic, message.payloadlen < 1_000 else { return }
            let bytes = UnsafeRawBufferPointer(start: message.payload, count: Int(message.payloadlen))
            MosquittoConnection.of(context)?.onMessage(String(cString: topic), String(decoding: bytes, as: UTF8.self))
        }
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> MosquittoConnection? {
        context.map { Unmanaged<MosquittoConnection>.fromOpaque($0).takeUnretainedValue() }
    }

    private func send(_ message: MQTTMessage) throws {
        if let failure = state.withLock({ $0.failure }) { throw PublishError.retry(failure) }
        var number: Int32 = 0
        let code = mosquitto_publish(
            handle, &number, message.topic, Int32(message.payload.count), message.payload, 1, message.isRetained)
        try Self.check(code, "publishing")
        change { if $0.early.remove(number) == nil { $0.unconfirmed.insert(number) } }
    }

    /// The library's work, until the connection is over.
    private func loop() {
        var code = MOSQ_ERR_SUCCESS.rawValue
        while code == MOSQ_ERR_SUCCESS.rawValue {
            code = mosquitto_loop(handle, 1_000, 1)
            if state.withLock({ $0.failure != nil }) { break }
        }
        let reason = Self.reason(code)
        change {
            if $0.failure == nil { $0.failure = $0.complaint ?? reason }
            $0.isLoopOver = true
        }
    }

    private static func refusal(_ code: Int32) -> String {
        guard let text = mosquitto_connack_string(code) else { return "\(code)" }
        return String(cString: text).lowercased().trimmingCharacters(in: .punctuationCharacters)
    }

    private static func check(_ code: Int32, _ operation: String) throws {
        guard code != MOSQ_ERR_SUCCESS.rawValue else { return }
        throw PublishError.retry("\(operation): \(reason(code))")
    }

    private static func reason(_ code: Int32) -> String {
        if code == MOSQ_ERR_ERRNO.rawValue { return "it can't be reached" }
        guard let text = mosquitto_strerror(code) else { return "error \(code)" }
        return String(cString: text).lowercased().trimmingCharacters(in: .punctuationCharacters)
    }
}

extension MosquittoConnection {
    private func onQueue(_ work: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            queue.async { continuation.resume(with: Result(catching: work)) }
        }
    }

    /// Changes the state, and lets go on who waits for that.
    private func change(_ body: (inout State) -> Void) {
        let (waiter, failure) = state.withLock { state -> (Waiter?, String?) in
            body(&state)
            guard let waiter = state.waiter else { return (nil, nil) }
            let isMet = waiter.isMet(state)
            guard isMet || state.failure != nil else { return (nil, nil) }
            state.waiter = nil
            return (waiter, isMet ? nil : state.failure)
        }
        guard let waiter else { return }
        if let failure { waiter.continuation.resume(throwing: PublishError.retry(failure)) } else { waiter.continuation.resume() }
    }

    /// Waits for what a callback brings; ends by failure, cancellation, or when patience is at its end.
    private func wait(until isMet: @escaping @Sendable (borrowing State) -> Bool) async throws {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                change { $0.waiter = Waiter(number: number, isMet: isMet, continuation: continuation) }
                // Not kept alive by this: its end closes the socket, which is what the broker waits for to make the will known.
                queue.asyncAfter(deadline: .now() + patience) { [weak self] in
                    self?.give(up: number, PublishError.retry("the broker does not answer"))
                }
                if Task.isCancelled { give(up: number, CancellationError()) }
            }
        } onCancel: {
            give(up: number, CancellationError())
        }
    }

    private func give(up number: Int, _ error: any Error) {
        let waiter = state.withLock { state -> Waiter? in
            guard let waiter = state.waiter, waiter.number == number else { return nil }
            state.waiter = nil
            return waiter
        }
        waiter?.continuation.resume(throwing: error)
    }
}

/// The library's own state, which is one for all connections.
enum MosquittoLibrary {
    private static let started: Bool = {
        // Its failure shows when a client is made.
        mosquitto_lib_init() == MOSQ_ERR_SUCCESS.rawValue
    }()

    static func start() { _ = started }
}
