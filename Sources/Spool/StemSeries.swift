import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Gives each exchange its ``Stem``, in order: of two, the later one sorts behind the earlier.
///
/// Where the clock is set back by a second or more, names go back with it; so they do in the hour that a change of clocks repeats.
public final class StemSeries: Sendable {
    private let now: @Sendable () -> timespec
    /// Ticks since 1970 UTC.
    private let last = Mutex(0)

    public convenience init() {
        self.init {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return time
        }
    }

    init(now: @escaping @Sendable () -> timespec) { self.now = now }

    /// Names the exchange that arrives now.
    public func next() -> Stem {
        let tick = last.withLock { last in
            let time = now()
            let tick = Int(time.tv_sec) * Stem.ticksPerSecond + Int(time.tv_nsec) * Stem.ticksPerSecond / 1_000_000_000
            // Within a tick of the one before, or the clock was put right a little.
            last = tick <= last && last - tick < Stem.ticksPerSecond ? last + 1 : tick
            return last
        }
        var random = SystemRandomNumberGenerator()
        return Stem(arrivedAt: tick / Stem.ticksPerSecond, tick: tick % Stem.ticksPerSecond, using: &random)
    }
}
