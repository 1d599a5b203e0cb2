import NIOCore
import NIOPosix

/// Tells from the cloud's replies whether it takes reports. Who decodes them is handed in: nothing here can.
struct CloudJudge: Sendable {
    let isReport: @Sendable (_ target: String) -> Bool
    /// Of the bytes of a whole reply.
    let isTaken: @Sendable ([UInt8]) -> Bool

    init(_ configuration: CaptureConfiguration) { (isReport, isTaken) = (configuration.isReport, configuration.isTaken) }

    /// Whether the cloud has taken the report that passed through the outlet. Decoded once, off the event loop.
    func took(_ outlet: inout ReplyOutlet, on eventLoop: any EventLoop) async -> Bool {
        guard outlet.ending.isTaken else { return false }
        if let verdict = outlet.verdict { return verdict }
        let (isTaken, heard) = (isTaken, outlet.heard)
        // Where the threads have ended, so has the program.
        let verdict = (try? await NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) { isTaken(heard) }.get()) ?? false
        outlet.verdict = verdict
        return verdict
    }
}
