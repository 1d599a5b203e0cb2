import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One thread for work that blocks, and that gives way to all other work of this machine.
struct BackgroundThread {
    private let pool = NIOThreadPool(numberOfThreads: 1)
    /// Results come back through an event loop. Were the thread itself to wake who waits, it might have to start one of the threads
    /// that all tasks share, and a thread inherits its maker's priority, which only root may raise again.
    private let loop = MultiThreadedEventLoopGroup.singleton.any()
    /// The lowest priority that still gets its turn on a machine that is always busy (setpriority(2)).
    private static let niceness: CInt = 19

    init() async throws {
        pool.start()
        // In Linux a priority belongs to a thread, and 0 is the calling one. Where it can't be lowered, this thread competes as an equal.
        try await run { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness) }
    }

    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await pool.runIfActive(eventLoop: loop, work).get()
    }

    func end() async throws { try await pool.shutdownGracefully() }
}
