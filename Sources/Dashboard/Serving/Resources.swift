/// The files below `Resources/`, which the build puts into the program.
enum Resources {
    static let openAPI = PackageResources.openapi_json

    /// How pages look. It stands in each of them: a browser that has to ask for it shows the first page 50 ms later.
    static let style = String(decoding: PackageResources.heliograph_css, as: UTF8.self)

    /// What brings a page's scripts; it stands in each page that has any.
    static let starter = String(decoding: PackageResources.starter_js, as: UTF8.self)

    /// A file that browsers load by its path.
    struct Asset: Sendable {
        var path: String
        var type: String
        var bytes: @Sendable () -> [UInt8]
        /// Whether the bytes are compressed by gzip, as every browser reads them.
        var isCompressed = false
    }

    static let assets = [
        Asset(path: "/assets/dygraph.css", type: "text/css; charset=utf-8", bytes: { PackageResources.dygraph_css }),
        Asset(path: "/assets/icon.svg", type: "image/svg+xml", bytes: { PackageResources.icon_svg }),
        Asset(path: "/assets/live.js", type: script, bytes: { PackageResources.live_js }),
        Asset(path: "/assets/clock.js", type: script, bytes: { PackageResources.clock_js }),
        Asset(path: "/assets/chart.js", type: script, bytes: { PackageResources.chart_js }),
        Asset(path: "/assets/roof.js", type: script, bytes: { PackageResources.roof_js }),
        Asset(path: "/assets/dygraph.js", type: script, bytes: { PackageResources.dygraph_js_gz }, isCompressed: true),
        Asset(path: "/assets/LICENSES.txt", type: "text/plain; charset=utf-8", bytes: { PackageResources.LICENSES_txt }),
    ]
    private static let script = "text/javascript; charset=utf-8"

    /// Mustache templates by name.
    static var templates: [(name: String, text: [UInt8])] {
        [
            ("top", PackageResources.top_mustache), ("bottom", PackageResources.bottom_mustache), ("now", PackageResources.now_mustache),
            ("history", PackageResources.history_mustache), ("panels", PackageResources.panels_mustache),
            ("panel", PackageResources.panel_mustache), ("roof", PackageResources.roof_mustache),
            ("plan", PackageResources.plan_mustache),
            ("events", PackageResources.events_mustache), ("captures", PackageResources.captures_mustache),
            ("capture", PackageResources.capture_mustache), ("refusal", PackageResources.refusal_mustache),
            ("waiting", PackageResources.waiting_mustache),
        ]
    }
}
