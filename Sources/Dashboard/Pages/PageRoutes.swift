import Archive
import Hummingbird

/// The pages, made on the server: they show their numbers and a plot without a script. What decides whether there is such a page, and its
/// title, is asked before it begins; all else while a browser shows its frame already.
struct PageRoutes {
    let house: House
    let pages: Pages

    func add(to router: Router<DashboardContext>) {
        router.get("/") { request, _ in try await now(request) }
        router.get("/history") { request, _ in try await history(request) }
        router.get("/panels") { request, _ in try await panels(request) }
        router.get("/panels/:device") { request, context in try await panel(try context.parameters.require("device"), request) }
        router.get("/roof") { request, _ in try await roof(request) }
        router.get("/events") { request, _ in try await events(request) }
        router.get("/captures") { request, _ in try await captures(request) }
        router.get("/captures/:capture") { request, context in try await capture(try context.parameters.require("capture"), request) }
    }

    private func now(_ request: Request) async throws -> Response {
        let query = Query(request)
        let mark = try await house.mark()
        let envoys: [EnvoyStatus]
        do { envoys = try await house.envoys() } catch let error as ArchiveError where error.cause == .missing { envoys = [] }
        guard !envoys.isEmpty else {
            return try await pages.page(request, PageFrame("waiting", title: "Waiting", scripts: ["live"], mark: mark)) { Waiting() }
        }
        let envoy = try House.envoy(query.text("envoy"), among: envoys)
        let choice = EnvoyChoice(envoy, among: envoys, page: "/")
        return try await pages.page(request, PageFrame("now", title: "Now", scripts: ["chart", "live"], mark: mark, envoy: choice)) {
            let now = try await house.presence(of: envoy, isQuick: true)
            return NowPage(now, choice, curve: try await house.dayCurve(of: envoy, now.today.day).svg)
        }
    }

    /// Before the first report.
    private struct Waiting {}

    private func history(_ request: Request) async throws -> Response {
        let query = Query(request)
        let (mark, envoy, choice) = try await subject(query, page: "/history")
        let today = envoy.day(of: house.now)
        let view = try query.choice("view", HistorySpan.View.self) ?? .month
        let day = try query.day("at") ?? today
        let first = view == .all ? try await house.firstDay(of: envoy) ?? today : today
        let span = HistorySpan(view, at: day, known: min(first, today)...today)
        return try await pages.page(
            request, PageFrame("history", title: span.title, scripts: ["chart", "live"], mark: mark, envoy: choice)
        ) {
            try await HistoryPage(span, envoy, choice, house)
        }
    }

    private func panels(_ request: Request) async throws -> Response {
        let (mark, envoy, choice) = try await subject(Query(request), page: "/panels")
        return try await pages.page(request, PageFrame("panels", title: "Panels", scripts: ["live"], mark: mark, envoy: choice)) {
            PanelsPage(try await house.presence(of: envoy), choice)
        }
    }

    private func panel(_ device: String, _ request: Request) async throws -> Response {
        let query = Query(request)
        let mark = try await house.mark()
        let (envoy, panel, envoys) = try await house.panel(device, of: query.text("envoy"))
        let choice = EnvoyChoice(envoy, among: envoys, page: "/panels")
        let day = try query.day("day")
        return try await pages.page(request, PageFrame("panel", title: panel.title, scripts: ["chart", "live"], mark: mark, envoy: choice))
        {
            try await PanelPage(panel, envoy, choice, on: day, house)
        }
    }

    private func roof(_ request: Request) async throws -> Response {
        let (_, envoy, choice) = try await subject(Query(request), page: "/roof")
        return try await pages.page(request, PageFrame("roof", title: "Roof", scripts: ["roof"], envoy: choice)) {
            RoofPage(try await house.presence(of: envoy), choice)
        }
    }

    private func events(_ request: Request) async throws -> Response {
        let query = Query(request)
        let (mark, envoy, choice) = try await subject(query, page: "/events")
        let before = try query.eventPlace()
        return try await pages.page(request, PageFrame("events", title: "Events", scripts: ["live"], mark: mark, envoy: choice)) {
            let found = try await house.events(envoy: envoy.serialNumber, device: nil, before: before, limit: EventsPage.pageSize)
            let tiles = try await house.archive.open().roof(of: envoy.serialNumber)
            let names = EquipmentNames.of(tiles.compactMap { tile in tile.name.map { (tile.equipment, $0) } })
            let alerts = before == nil ? try await house.alerts(envoy: envoy.serialNumber, ended: EventsPage.pageSize) : []
            return EventsPage(found, alerts, envoy, choice, names: names, isFirst: before == nil)
        }
    }

    private func captures(_ request: Request) async throws -> Response {
        let mark = try await house.mark()
        let before = try Query(request).text("before").map(House.stem)
        return try await pages.page(request, PageFrame("captures", title: "Captures", scripts: ["live"], mark: mark)) {
            let found = try await house.captures(before: before, limit: CapturesPage.pageSize)
            return CapturesPage(found, try await house.service(), now: house.now)
        }
    }

    private func capture(_ name: String, _ request: Request) async throws -> Response {
        let capture = try await house.capture(name)
        return try await pages.page(request, PageFrame("capture", title: "\(capture.stem)")) { try await CapturePage(capture, house) }
    }

    /// Which Envoy a page is about. What a live page compares with what it hears is taken before all else, so that nothing falls between.
    private func subject(_ query: Query, page: String) async throws -> (mark: LiveMark, envoy: EnvoyStatus, choice: EnvoyChoice) {
        let mark = try await house.mark()
        let envoys = try await house.envoys()
        let envoy = try House.envoy(query.text("envoy"), among: envoys)
        return (mark, envoy, EnvoyChoice(envoy, among: envoys, page: page))
    }
}

extension House {
    /// The first day of which there is energy; nil if there is none.
    fileprivate func firstDay(of envoy: EnvoyStatus) async throws -> CivilDate? {
        let known = CivilDate(year: 1990, month: 1, day: 1)...envoy.day(of: now)
        return try await archive.open().energy(of: envoy.serialNumber, by: .month, days: known).first?.day
    }

    /// The roof at this moment, of an Envoy that there is.
    fileprivate func presence(of envoy: EnvoyStatus, isQuick: Bool = false) async throws -> EnvoyNow {
        guard let now = try await now(of: envoy, isQuick: isQuick) else { throw Refused(.notFound, "there is no such Envoy") }
        return now
    }
}
