import Archive

/// A static chart as SVG, for a first look and for browsers without scripts.
///
/// Shapes lie in an inner picture that stretches with the page; words lie in the outer one at percentages, so that they keep their size,
/// and those of the scale left of it, where the style sheet leaves room.
/// Colours and strokes are classes of the style sheet, as the content policy admits no others.
struct Plot {
    struct Mark {
        /// From 0, the left edge, to 1.
        var place: Double
        var text: String
        /// Whether it may go where there is little room.
        var isMinor = false
    }
    enum Shape {
        /// Points from 0 to 1 and their values; an empty value breaks the line.
        case line(points: [(place: Double, value: Double?)], style: String)
        /// Bars with their edges from 0 to 1.
        case bars(bars: [(from: Double, to: Double, value: Double)], style: String)
    }

    var shapes: [Shape]
    var marks: [Mark]
    /// The unit behind the values of the grid's lines.
    var unit: String
    /// Says in a sentence what there is to see, for those who can't.
    var summary: String
    /// Where the values begin; nil for the smallest of them.
    var floor: Double? = 0

    private static let width = 1_000.0
    private static let height = 400.0

    var svg: String {
        let values = shapes.flatMap(\.values)
        let scale = Scale(lowest: floor ?? values.min() ?? 0, highest: values.max() ?? 0)
        var text = "<svg class=\"plot\" role=\"img\" aria-label=\"\(Self.escaped(summary))\">"
        for step in scale.steps {
            let y = Self.short(100 * (1 - scale.place(step)) * 0.88 + 2)
            text += "<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"\(y)%\" y2=\"\(y)%\"/>"
        }
        text +=
            "<svg x=\"0\" y=\"2%\" width=\"100%\" height=\"88%\" viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" preserveAspectRatio=\"none\">"
        for shape in shapes { text += Self.drawn(shape, scale) }
        text += "</svg>"
        for step in scale.steps.dropFirst() {
            let y = Self.short(100 * (1 - scale.place(step)) * 0.88 + 2)
            text += "<text class=\"scale\" x=\"-6\" y=\"\(y)%\" dy=\"4\" text-anchor=\"end\">\(scale.label(step))</text>"
        }
        text += "<text class=\"scale\" x=\"-6\" y=\"90%\" dy=\"4\" text-anchor=\"end\">\(Self.escaped(unit))</text>"
        for mark in marks {
            let anchor = mark.place < 0.02 ? "start" : mark.place > 0.98 ? "end" : "middle"
            let style = mark.isMinor ? "mark minor" : "mark"
            text +=
                "<text class=\"\(style)\" x=\"\(Self.short(mark.place * 100))%\" y=\"99%\" text-anchor=\"\(anchor)\">\(Self.escaped(mark.text))</text>"
        }
        return text + "</svg>"
    }

    private static func drawn(_ shape: Shape, _ scale: Scale) -> String {
        func x(_ place: Double) -> String { short(place * width) }
        func y(_ value: Double) -> String { short((1 - scale.place(value)) * height) }
        switch shape {
        case .line(let points, let style):
            var path = ""
            var isDown = false
            for (place, value) in points {
                guard let value else {
                    isDown = false
                    continue
                }
                path += "\(isDown ? "L" : "M")\(x(place)) \(y(value))"
                isDown = true
            }
            return "<path class=\"\(style)\" d=\"\(path)\"/>"
        case .bars(let bars, let style):
            let path = bars.map { "M\(x($0.from)) \(short(height))V\(y($0.value))H\(x($0.to))V\(short(height))Z" }.joined()
            return "<path class=\"\(style)\" d=\"\(path)\"/>"
        }
    }

    /// A number with one digit behind the point where it needs one: a page may hold thousands.
    private static func short(_ number: Double) -> String {
        guard number.isFinite, abs(number) < 1e9 else { return "0" }
        let tenths = Int((number * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }
}

extension Plot.Shape {
    fileprivate var values: [Double] {
        switch self {
        case .line(let points, _): points.compactMap(\.value)
        case .bars(let bars, _): bars.map(\.value)
        }
    }
}

/// Round numbers from the lowest to the highest value.
struct Scale {
    let lowest: Double
    let highest: Double
    let step: Double

    init(lowest: Double, highest: Double) {
        let low = lowest.isFinite ? lowest : 0
        let high = highest.isFinite && highest > low ? highest : low + 1
        let rough = (high - low) / 4
        var unit = 1e-6
        while unit * 10 <= rough, unit < 1e12 { unit *= 10 }
        step = [1, 2, 2.5, 5, 10].map { $0 * unit }.first { $0 >= rough } ?? unit * 10
        self.lowest = (low / step).rounded(.down) * step
        self.highest = (high / step).rounded(.up) * step
    }

    var steps: [Double] {
        let count = min(20, Int(((highest - lowest) / step).rounded()))
        return (0...max(1, count)).map { lowest + Double($0) * step }
    }

    /// From 0, the lowest value, to 1.
    func place(_ value: Double) -> Double { min(max((value - lowest) / (highest - lowest), 0), 1) }

    func label(_ value: Double) -> String {
        let digits = step >= 1 && step.truncatingRemainder(dividingBy: 1) == 0 ? 0 : step >= 0.1 ? 1 : 2
        return Shown.fixed(value, digits)
    }
}
