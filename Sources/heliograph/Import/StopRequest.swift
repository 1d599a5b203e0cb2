import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

private let stopIsAsked = Atomic(false)

/// Notes ctrl-c and SIGTERM, so that long work ends between two steps. A second one ends the program at once.
enum StopRequest {
    static var isMade: Bool { stopIsAsked.load(ordering: .relaxed) }

    static func listen() {
        _ = isMade  // A handler must not be the first to touch it.
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                stopIsAsked.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }
}
