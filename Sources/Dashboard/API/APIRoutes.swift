import Archive
import Hummingbird

/// The JSON API, version 1. `Resources/openapi.json` describes it, and is tested against it.
struct APIRoutes {
    let house: House
    let token: CrossSiteToken
    let feed: LiveFeed

    func add(to router: Router<DashboardContext>) {
        let api = router.group("/api/v1")
        api.get("now") { _, _ in try Reply.json(try await now()) }
        api.get("power") { request, _ in try Reply.json(try await power(Query(request))) }
        api.get("energy") { request, _ in try Reply.json(try await energy(Query(request))) }
        api.get("devices") { request, _ in try Reply.json(try await devices(Query(request))) }
        api.get("devices/:device/readings") { request, context in
            try Reply.json(try await readings(of: try context.parameters.require("device"), Query(request)))
        }
        api.get("devices/:device/energy") { request, context in
            try Reply.json(try await panelEnergy(of: try context.parameters.require("device"), Query(request)))
        }
        api.get("events") { request, _ in try Reply.json(try await events(Query(request))) }
        api.get("alerts") { request, _ in try Reply.json(try await alerts(Query(request))) }
        api.get("captures") { request, _ in try Reply.json(try await captures(Query(request))) }
        api.get("captures/:capture") { _, context in
            try Reply.json(CaptureJSON(try await house.capture(try context.parameters.require("capture"))))
        }
        api.get("captures/:capture/:file") { _, context in
            try await download(try context.parameters.require("capture"), try context.parameters.require("file"))
        }
        api.get("service") { _, _ in try Reply.json(ServiceJSON(try await house.service(), house)) }
        api.get("roof") { request, _ in try Reply.json(try await roof(Query(request))) }
        api.put("roof") { request, _ in
            try token.check(request)
            return try Reply.json(try await layRoof(request))
        }
        api.get("token") { _, _ in try Reply.json(["token": token.text]) }
        api.get("live") { request, _ in try await feed.response(to: request) }
        router.get("/api/openapi.json") { _, _ in Reply.bytes(Resources.openAPI, as: "application/json") }
    }

    /// The days that a question is about, today where it names none, and at most forty years of them.
    func days(_ query: Query, of envoy: EnvoyStatus) throws -> ClosedRange<CivilDate> {
        let last = try query.day("to") ?? envoy.day(of: house.now)
        let first = try query.day("from") ?? last
        guard first <= last, last.daysSince1970 - first.daysSince1970 < 40 * 366 else {
            throw Refused(.badRequest, "from is after to, or more than forty years before it")
        }
        return first...last
    }
}
