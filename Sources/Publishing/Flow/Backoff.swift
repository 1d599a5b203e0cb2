/// How long to wait after failures: each time twice as long, up to a ceiling, and never quite as long as others wait.
struct Backoff {
    let shortest: Duration
    let longest: Duration
    private var failures = 0

    init(shortest: Duration, longest: Duration) {
        self.shortest = shortest
        self.longest = longest
    }

    mutating func succeed() { failures = 0 }

    /// The pause after one more failure.
    ///
    /// - Parameters:
    ///   - wish: how long the other side asked to be left alone; a day at most is granted.
    ///   - random: 0 to 1; makes the pause up to a quarter shorter, so that many who failed together do not come back together.
    mutating func fail(wish: Duration?, random: Double) -> Duration {
        let doubled = shortest * (1 << min(failures, 30))
        failures += 1
        let own = min(doubled, longest)
        let pause = own - own * (random * 0.25)
        return max(pause, min(wish ?? .zero, .seconds(86_400)))
    }
}
