/// The dashboard, a block of its own in the file.
extension SettingTable {
    static let dashboardListen = Setting(
        "dashboard.listen", .optional(.listenAddress, orWord: "off"), default: ListenAddress("127.0.0.1:4480"), example: "0.0.0.0:4480",
        help: """
            Where browsers find the dashboard and programs its API, by HTTP; `off` for nowhere. Other addresses than loopback need a \
            password (`heliograph password`), or `without-password`.
            """)
    static let dashboardPasswordFile = Setting(
        "dashboard.password-file", .optional(.path("a file")), default: nil, example: "/etc/heliograph.password",
        help: """
            The file that `heliograph password` writes; where there is one, browsers are asked for the password. Unset, it is \
            `dashboard-password` below `data`, or in /var/lib/heliograph.
            """)
    static let dashboardWithoutPassword = Setting(
        "dashboard.without-password", .choice, default: Settings.Dashboard.WithoutPassword.no, example: "yes",
        help: "`yes` lets everyone look, and move the panels of the roof, who can reach an address that is not loopback.")
    static let dashboardNames = Setting(
        "dashboard.names", .hostNames, default: [], example: "solar.home.arpa",
        help: "Names by which browsers reach the dashboard, besides addresses, `localhost`, and this machine's own name.")
}

extension SettingKind<[String]> {
    static let hostNames = SettingKind(
        accepts: "host names without ports",
        isList: true,
        parse: { texts in
            texts.allSatisfy {
                !$0.isEmpty && $0.utf8.count <= 253 && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }
            }
                ? texts : nil
        },
        print: \.self
    )
}
