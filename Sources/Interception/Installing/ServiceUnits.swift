/// The units that systemd runs Heliograph by (systemd.service(5), systemd.exec(5)).
public struct ServiceUnits: Sendable, Equatable {
    public static let service = "heliograph.service"
    public static let gateway = "heliograph-gateway.service"

    /// The program's path.
    public var program: String
    /// The user that captures; never root.
    public var user: String
    /// Folders that the service writes to.
    public var folders: [String]
    /// Whether it listens on a port below 1024, which needs a privilege.
    public var listensBelow1024: Bool
    /// The settings file, by its whole path; nil for the usual one.
    public var settingsFile: String?

    public init(program: String, user: String, folders: [String], listensBelow1024: Bool) {
        (self.program, self.user, self.folders, self.listensBelow1024) = (program, user, folders, listensBelow1024)
    }

    private var settingsFlag: String { settingsFile.map { " --config \"\($0)\"" } ?? "" }

    /// The capture service. It tells when it is ready, and by the watchdog that it still works. It is tried again for ever: its disk
    /// may be plugged in late, and its port be held by another program for a while.
    public var serviceText: String {
        let capability = listensBelow1024 ? "CAP_NET_BIND_SERVICE" : ""
        return """
            [Unit]
            Description=Heliograph, a copy of every report of an Enphase Envoy
            Wants=network-online.target
            After=network-online.target
            StartLimitIntervalSec=0

            [Service]
            Type=notify
            NotifyAccess=main
            ExecStart=\(program) run\(settingsFlag)
            ExecReload=/bin/kill -HUP $MAINPID
            User=\(user)
            Group=\(user)
            Restart=always
            RestartSec=5
            WatchdogSec=60
            TimeoutStopSec=30
            LimitNOFILE=8192
            UMask=0027
            ReadWritePaths=\(folders.map { "-\($0)" }.joined(separator: " "))
            AmbientCapabilities=\(capability)
            CapabilityBoundingSet=\(capability)
            PrivateUsers=\(listensBelow1024 ? "no" : "yes")
            \(Self.sandbox)
            ProtectKernelTunables=yes
            RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
            SystemCallFilter=@system-service
            SystemCallFilter=~@privileged @resources
            # Archiving lowers its own priority. What is not allowed fails; it does not kill the capture.
            SystemCallFilter=setpriority
            SystemCallErrorNumber=EPERM

            [Install]
            WantedBy=multi-user.target

            """
    }

    /// The redirection: up before the service, and off after it, so that the Envoy's traffic passes straight on (`down` reads in the
    /// settings whether it is to stay closed). It waits for the firewalls that would flush all rules when they start. Where the network is
    /// not there yet, as after a power cut, when the router is often the last to be, it says so and goes on trying, and keeps nobody waiting.
    public var gatewayText: String {
        """
        [Unit]
        Description=Redirection of the Envoy's connections to Heliograph
        Wants=network-online.target
        After=network-online.target nftables.service ufw.service firewalld.service docker.service
        Before=\(Self.service)
        BindsTo=\(Self.service)

        [Service]
        Type=notify
        NotifyAccess=main
        RemainAfterExit=yes
        ExecStart=\(program) gateway up --until-up\(settingsFlag)
        ExecStopPost=\(program) gateway down --when-stopped\(settingsFlag)
        ReadWritePaths=/run
        CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW
        \(Self.sandbox)
        RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
        SystemCallFilter=@system-service

        [Install]
        WantedBy=\(Self.service)

        """
    }

    /// What these units ask beyond others, as the text of a drop-in for each (systemd.unit(5)): for a package, whose own units stay as
    /// they come. What is the same is left out, and so is a unit that differs in nothing. Folders come to the others; all else begins anew.
    public func dropIns(over shipped: ServiceUnits) -> [(unit: String, text: String)] {
        [
            (Self.service, Self.difference(serviceText, shipped.serviceText)),
            (Self.gateway, Self.difference(gatewayText, shipped.gatewayText)),
        ].compactMap { unit, text in text.map { (unit, $0) } }
    }

    private static func difference(_ wanted: String, _ shipped: String) -> String? {
        let known = Set(shipped.split(separator: "\n"))
        let lists = ["ExecStart", "ExecStopPost", "AmbientCapabilities", "CapabilityBoundingSet"]
        var sections: [(head: Substring, lines: [String])] = []
        for line in wanted.split(separator: "\n") {
            if line.hasPrefix("[") {
                sections.append((line, []))
            } else if !known.contains(line), !sections.isEmpty {
                let key = String(line.prefix { $0 != "=" })
                sections[sections.count - 1].lines += (lists.contains(key) ? ["\(key)="] : []) + [String(line)]
            }
        }
        let text = sections.filter { !$0.lines.isEmpty }.map { "\n\($0.head)\n\($0.lines.joined(separator: "\n"))\n" }.joined()
        return text.isEmpty ? nil : "# What the settings ask beyond the package's unit; heliograph install writes it.\n\(text)"
    }

    private static let sandbox = """
        NoNewPrivileges=yes
        ProtectSystem=strict
        ProtectHome=yes
        PrivateTmp=yes
        PrivateDevices=yes
        ProtectClock=yes
        ProtectControlGroups=yes
        ProtectHostname=yes
        ProtectKernelLogs=yes
        ProtectKernelModules=yes
        ProtectProc=invisible
        RestrictNamespaces=yes
        RestrictRealtime=yes
        RestrictSUIDSGID=yes
        LockPersonality=yes
        MemoryDenyWriteExecute=yes
        RemoveIPC=yes
        KeyringMode=private
        SystemCallArchitectures=native
        """
}
