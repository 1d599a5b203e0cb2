import Archive
import Hummingbird
import Mustache

/// Puts facts into templates. Everything that goes into a page passes Mustache's escaping; `content`, the style and plots, made here, alone do not.
struct Pages: Sendable {
    private let library: MustacheLibrary
    private let token: String
    /// Tells the assets of this start from those of another version.
    private let version: String

    init(token: CrossSiteToken) throws {
        var library = MustacheLibrary()
        for (name, text) in Resources.templates { try library.register(String(decoding: text, as: UTF8.self), named: name) }
        self.library = library
        self.token = token.text
        version = String(token.text.prefix(8))
    }

    /// A whole page.
    ///
    /// - Parameters:
    ///   - facts: what the template shows.
    ///   - mark: what the page knows of; nil for a page that is not kept up.
    ///   - envoy: which Envoy it is about, where it is about one.
    func render(
        _ facts: Any, title: String, as name: String, scripts: [String] = [], mark: LiveMark? = nil, envoy: EnvoyChoice? = nil
    ) throws -> String {
        guard let content = library.render(TemplateFacts.dictionaries(of: facts) ?? [:], withTemplate: name) else {
            throw DashboardError("rendering", name, .other("there is no such template"))
        }
        let frame = Frame(
            title: title, token: token, version: version, content: content,
            links: Self.links.map {
                Frame.Link(
                    path: $0.path + (envoy?.query ?? ""), title: $0.title, isCurrent: $0.template == name || $0.others.contains(name))
            },
            scripts: scripts.map { Frame.Script(name: $0, version: version) },
            style: Resources.style, mark: mark?.text ?? "", isLive: mark != nil,
            choice: envoy.flatMap { $0.hasOthers ? $0 : nil })
        guard let page = library.render(TemplateFacts.dictionaries(of: frame) ?? [:], withTemplate: "frame") else {
            throw DashboardError("rendering", "frame", .other("there is no such template"))
        }
        return page
    }

    private static let links: [(path: String, title: String, template: String, others: [String])] = [
        ("/", "Now", "now", []), ("/history", "History", "history", []), ("/panels", "Panels", "panels", ["panel"]),
        ("/roof", "Roof", "roof", []), ("/events", "Events", "events", []), ("/captures", "Captures", "captures", ["capture"]),
    ]
}

/// What is around every page.
struct Frame {
    struct Link {
        let path: String
        let title: String
        let isCurrent: Bool
    }
    struct Script {
        let name: String
        let version: String
    }

    let title: String
    let token: String
    let version: String
    let content: String
    let links: [Link]
    let scripts: [Script]
    let style: String
    let mark: String
    let isLive: Bool
    let choice: EnvoyChoice?
}

/// Which Envoy a page is about, and the others.
struct EnvoyChoice {
    struct Option {
        let serial: String
        let href: String
        let isChosen: Bool
    }

    let serial: String
    let options: [Option]
    let hasOthers: Bool

    /// - Parameter page: where the same is told of the others.
    init(_ envoy: EnvoyStatus, among all: [EnvoyStatus], page: String) {
        serial = envoy.serialNumber
        // In an order that does not change with each report.
        options = all.sorted { $0.serialNumber < $1.serialNumber }.map {
            Option(serial: $0.serialNumber, href: "\(page)?envoy=\($0.serialNumber)", isChosen: $0.serialNumber == envoy.serialNumber)
        }
        hasOthers = all.count > 1
    }

    /// What a path needs behind it to be about the same Envoy; empty where there is but one.
    var query: String { hasOthers ? "?envoy=\(serial)" : "" }

    func path(toPanel equipment: String) -> String { "/panels/\(equipment)\(query)" }
}
