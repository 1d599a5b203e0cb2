import Archive
import Hummingbird

/// The pages, made whole on the server: they show their numbers and a plot without a script.
struct PageRoutes {
    let house: House
    let pages: Pages

    func add(to router: Router<DashboardContext>) {
        router.get("/") { request, _ in try await now(Query(request)) }
        router.get("/history") { request, _ in try await history(Query(request)) }
        router.get("/panels") { request, _ in
            try await aboutNow(Query(request), "Panels", "panels") { now, envoys in PanelsPage(now, among: envoys) }
        }
        router.get("/panels/:device") { request, context in try await panel(try context.parameters.require("device"), Query(request)) }
        router.get("/roof") { request, _ in
            try await aboutNow(Query(request), "Roof", "roof", scripts: ["roof"]) { now, envoys in RoofPage(now, among: envoys) }
        }
        router.get("/events") { request, _ in try await events(Query(request)) }
        router.get("/captures") { request, _ in try await captures(Query(request)) }
        router.get("/captures/:capture") { _, context in
            let capture = try await house.capture(try context.parameters.require("capture"))
            return Reply.html(try pages.render(try await CapturePage(capture, house), title: "\(capture.stem)", as: "capture"))
        }
    }

    private func now(_ query: Query) async throws -> Response {
        // What a live page compares with what it hears is taken first, so that nothing falls between.
        let mark = try await house.mark()
        let envoys: [EnvoyStatus]
        do { envoys = try await house.envoys() } catch let error as ArchiveError where error.cause == .missing { envoys = [] }
        guard !envoys.isEmpty else {
            return Reply.html(try pages.render(Waiting(), title: "Waiting", as: "refusal", scripts: ["live"], mark: mark))
        }
        let envoy = try await house.envoy(query.text("envoy"))
        guard let now = try await house.now(of: envoy, isQuick: true) else { throw Refused(.notFound, "there is no such Envoy") }
        let curve = try await house.dayCurve(of: envoy, now.today.day).svg
        let page = NowPage(now, among: envoys, curve: curve)
        return Reply.html(
            try pages.render(page, title: "Now", as: "now", scripts: ["chart", "live"], mark: mark, envoy: page.envoy))
    }

    /// Before the first report.
    private struct Waiting {
        let message = "no report has come yet"
        let hint: String? = "this page changes by itself when the first one is in the archive"
    }

    private func aboutNow(
        _ query: Query, _ title: String, _ template: String, scripts: [String] = ["live"], _ page: (EnvoyNow, [EnvoyStatus]) -> Any
    ) async throws -> Response {
        let mark = try await house.mark()
        let envoy = try await house.envoy(query.text("envoy"))
        guard let now = try await house.now(of: envoy) else { throw Refused(.notFound, "there is no such Envoy") }
        let envoys = try await house.envoys()
        return Reply.html(
            try pages.render(
                page(now, envoys), title: title, as: template, scripts: scripts, mark: scripts.contains("live") ? mark : nil,
                envoy: EnvoyChoice(envoy, among: envoys, page: "/\(template)")))
    }

    private func history(_ query: Query) async throws -> Response {
        let mark = try await house.mark()
        let envoy = try await house.envoy(query.text("envoy"))
        let today = envoy.day(of: house.now)
        let view = try query.choice("view", HistorySpan.View.self) ?? .month
        let first = try await house.firstDay(of: envoy) ?? today
        let span = HistorySpan(view, at: try query.day("at") ?? today, known: min(first, today)...today)
        let page = try await HistoryPage(span, envoy, among: try await house.envoys(), house)
        return Reply.html(
            try pages.render(page, title: span.title, as: "history", scripts: ["chart", "live"], mark: mark, envoy: page.envoy))
    }

    private func panel(_ device: String, _ query: Query) async throws -> Response {
        let mark = try await house.mark()
        let (envoy, panel) = try await house.panel(device, of: query.text("envoy"))
        let page = try await PanelPage(panel, envoy, on: try query.day("day"), among: try await house.envoys(), house)
        return Reply.html(
            try pages.render(page, title: panel.title, as: "panel", scripts: ["chart", "live"], mark: mark, envoy: page.envoy))
    }

    private func events(_ query: Query) async throws -> Response {
        let mark = try await house.mark()
        let envoy = try await house.envoy(query.text("envoy"))
        let before = try query.eventPlace()
        let found = try await house.events(envoy: envoy.serialNumber, device: nil, before: before, limit: EventsPage.pageSize)
        let tiles = try await house.archive.open().roof(of: envoy.serialNumber)
        let names = EquipmentNames.of(tiles.compactMap { tile in tile.name.map { (tile.equipment, $0) } })
        let alerts = before == nil ? try await house.alerts(envoy: envoy.serialNumber, ended: EventsPage.pageSize) : []
        let page = EventsPage(
            found, alerts, envoy, among: try await house.envoys(), names: names, isFirst: before == nil)
        return Reply.html(try pages.render(page, title: "Events", as: "events", scripts: ["live"], mark: mark, envoy: page.envoy))
    }

    private func captures(_ query: Query) async throws -> Response {
        let mark = try await house.mark()
        let found = try await house.captures(before: query.text("before"), limit: CapturesPage.pageSize)
        let state = try await house.service()
        let page = CapturesPage(found, state, now: house.now)
        return Reply.html(try pages.render(page, title: "Captures", as: "captures", scripts: ["live"], mark: mark))
    }
}

extension House {
    /// The first day of which there is energy; nil if there is none.
    func firstDay(of envoy: EnvoyStatus) async throws -> CivilDate? {
        let known = CivilDate(year: 1990, month: 1, day: 1)...envoy.day(of: now)
        return try await archive.open().energy(of: envoy.serialNumber, by: .month, days: known).first?.day
    }
}
