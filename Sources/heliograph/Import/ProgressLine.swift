import Foundation

/// One line on the terminal that says how far long work has come; nothing where standard error is no terminal.
struct ProgressLine {
    private let verb: String
    private let total: Int
    private let noun: String
    private let begin = ContinuousClock.now
    private var lastShown: ContinuousClock.Instant?
    static var isShown: Bool { isatty(STDERR_FILENO) == 1 }

    /// - Parameters:
    ///   - total: How many there are.
    ///   - noun: Of what.
    init(_ verb: String, total: Int, of noun: String = "files") {
        self.verb = verb
        self.noun = noun
        self.total = total
    }

    mutating func show(_ done: Int) {
        let now = ContinuousClock.now
        guard Self.isShown, lastShown.map({ now - $0 >= .milliseconds(200) }) ?? true else { return }
        lastShown = now
        write("\r\(Self.text(verb, done, of: total, noun, after: now - begin))\u{1b}[K")
    }

    func end() { if lastShown != nil { write("\r\u{1b}[K") } }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

    /// A bar, how many of how many, how many a second, and how long it will still take.
    static func text(_ verb: String, _ done: Int, of total: Int, _ noun: String = "files", after elapsed: Duration) -> String {
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        let share = total > 0 ? min(1, Double(done) / Double(total)) : 1
        let filled = Int(share * Double(barWidth))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: barWidth - filled)
        let rate = seconds > 0 ? Double(done) / seconds : 0
        let left = rate > 0 ? ", \(time(Double(max(0, total - done)) / rate)) left" : ""
        return "\(verb) [\(bar)] \(Int(share * 100))%, \(done.grouped) of \(total.grouped) \(noun), \(Int(min(rate, 1e9)).grouped)/s\(left)"
    }

    private static let barWidth = 20

    private static func time(_ seconds: Double) -> String {
        let whole = Int(min(seconds, 1e9).rounded(.up))
        if whole < 60 { return "\(whole) s" }
        return whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
    }
}
