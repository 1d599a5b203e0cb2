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
    /// Whether the redirection stays when the service ends: then the Envoy does not reach its cloud without us.
    public var staysClosed: Bool
    /// The settings file, by its whole path; nil for the usual one.
    public var settingsFile: String?

    public init(program: String, user: String, folders: [String], listensBelow1024: Bool, staysClosed: Bool) {
        (self.program, self.user, self.folders) = (program, user, folders)
        (self.listensBelow1024, self.staysClosed) = (listensBelow1024, staysClosed)
    }

    private var settingsFlag: String { settingsFile.map { " --config \"\($0)\"" } ?? "" }

    /// The capture service. It tells when it is ready, and by the watchdog that it still works.
    public var serviceText: String {
        let capability = listensBelow1024 ? "CAP_NET_BIND_SERVICE" : ""
        return """
            [Unit]
            Description=Heliograph, a copy of every report of an Enphase Envoy
            Wants=network-online.target
            After=network-online.target

            [Service]
            Type=notify
            NotifyAccess=main
            ExecStart=\(program) run\(settingsFlag)
            ExecReload=/bin/kill -HUP $MAINPID
            User=\(user)
            Group=\(user)
            Restart=always
            RestartSec=2
            WatchdogSec=60
            TimeoutStopSec=30
            LimitNOFILE=8192
            UMask=0027
            ReadWritePaths=\(folders.joined(separator: " "))
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

    /// The redirection: up before the service, and off after it unless it is to stay closed; the Envoy's traffic then passes
    /// straight on. It waits for the firewalls that would flush all rules when they start.
    public var gatewayText: String {
        """
        [Unit]
        Description=Redirection of the Envoy's connections to Heliograph
        Wants=network-online.target
        After=network-online.target nftables.service ufw.service firewalld.service docker.service
        Before=\(Self.service)
        \(staysClosed ? "# The rules stay when the service ends: nothing of the Envoy's passes without us." : "BindsTo=\(Self.service)")

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=\(program) gateway up\(settingsFlag)
        ExecStop=\(program) gateway down --pass
        ReadWritePaths=/run
        CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW
        \(Self.sandbox)
        RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
        SystemCallFilter=@system-service

        [Install]
        WantedBy=\(Self.service)

        """
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
