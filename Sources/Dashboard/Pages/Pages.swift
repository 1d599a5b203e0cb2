import Archive
import HTTPTypes
import Hummingbird
import Mustache
import NIOCore

/// Puts facts into templates. Everything that goes into a page passes Mustache's escaping; the style, the script and plots, made here, alone do not.
struct Pages: Sendable {
    private let library: MustacheLibrary
    private let token: String
    /// Tells the assets of this start from those of another version.
    private let version: String
    private let refusals: Refusals

    init(token: CrossSiteToken, refusals: Refusals) throws {
        var library = MustacheLibrary()
        for (name, text) in Resources.templates { try library.register(String(decoding: text, as: UTF8.self), named: name) }
        self.library = library
        self.token = token.text
        version = String(token.text.prefix(8))
        self.refusals = refusals
    }

    /// A page of facts that are asked for when its frame is under way: a browser shows that at once. A page that has begun can't be refused
    /// any more; it says in its content what went wrong. Who asks for the head alone gets that of the whole page.
    func page(_ request: Request, _ frame: PageFrame, facts: @escaping @Sendable () async throws -> Any) async throws -> Response {
        if request.method == .head { return try whole(frame, of: try await facts()) }
        let (top, bottom) = try self.frame(frame)
        let path = request.uri.path
        return Reply.html(
            ResponseBody { writer in
                try await writer.write(ByteBuffer(string: top))
                let content: String
                do { content = try render(try await facts(), frame.template) } catch {
                    content = try render(RefusalPage(try refusals.words(for: error, at: path)), "refusal")
                }
                try await writer.write(ByteBuffer(string: content + bottom))
                try await writer.finish(nil)
            })
    }

    /// A page in the place of another.
    func page(_ refused: Refused) throws -> Response {
        try whole(PageFrame("refusal", title: "Not here"), of: RefusalPage(refused), status: refused.status)
    }

    private func whole(_ frame: PageFrame, of facts: Any, status: HTTPResponse.Status = .ok) throws -> Response {
        let (top, bottom) = try self.frame(frame)
        let text = top + (try render(facts, frame.template)) + bottom
        return Reply.html(ResponseBody(byteBuffer: ByteBuffer(string: text)), status: status)
    }

    /// What stands before and behind a page's content.
    private func frame(_ page: PageFrame) throws -> (top: String, bottom: String) {
        let links = Self.links.map {
            Frame.Link(
                path: $0.path + (page.envoy?.query ?? ""), title: $0.title,
                isCurrent: $0.template == page.template || $0.others.contains(page.template))
        }
        let frame = Frame(
            title: page.title, token: token, version: version, links: links,
            scripts: page.scripts.map { Frame.Script(name: $0, version: version) },
            starter: page.scripts.isEmpty ? nil : Resources.starter, style: Resources.style,
            mark: page.mark?.text ?? "", isLive: page.mark != nil,
            choice: page.envoy.flatMap { $0.hasOthers ? $0 : nil })
        return (try render(frame, "top"), try render(frame, "bottom"))
    }

    private func render(_ facts: Any, _ template: String) throws -> String {
        guard let text = library.render(TemplateFacts.dictionaries(of: facts) ?? [:], withTemplate: template) else {
            throw DashboardError("rendering", template, .other("there is no such template"))
        }
        return text
    }

    private static let links: [(path: String, title: String, template: String, others: [String])] = [
        ("/", "Now", "now", ["waiting"]), ("/history", "History", "history", []), ("/panels", "Panels", "panels", ["panel"]),
        ("/roof", "Roof", "roof", []), ("/events", "Events", "events", []), ("/captures", "Captures", "captures", ["capture"]),
    ]
}

/// A page as far as it is known before its facts are.
struct PageFrame: Sendable {
    let template: String
    let title: String
    let scripts: [String]
    /// What the page knows of; nil for a page that is not kept up.
    let mark: LiveMark?
    /// Which Envoy it is about, where it is about one.
    let envoy: EnvoyChoice?

    init(_ template: String, title: String, scripts: [String] = [], mark: LiveMark? = nil, envoy: EnvoyChoice? = nil) {
        (self.template, self.title, self.scripts, self.mark, self.envoy) = (template, title, scripts, mark, envoy)
    }
}

/// What is around every page, for its templates.
private struct Frame {
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
    let links: [Link]
    let scripts: [Script]
    let starter: String?
    let style: String
    let mark: String
    let isLive: Bool
    let choice: EnvoyChoice?
}

/// Which Envoy a page is about, and the others.
struct EnvoyChoice: Sendable {
    struct Option: Sendable {
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
