// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "heliograph",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "heliograph", targets: ["heliograph"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.3.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.10.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.0.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.90.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.34.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.4.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.6.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    ],
    targets: [
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .systemLibrary(name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        .target(name: "CXML", dependencies: ["CLibXML2"]),
        .target(name: "Reports", dependencies: ["CXML", "CZlib"]),

        .target(
            name: "Archive",
            dependencies: [
                "Reports",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),

        .target(
            name: "Spool",
            dependencies: ["CZlib", .product(name: "SystemPackage", package: "swift-system")]
        ),

        .target(
            name: "Capture",
            dependencies: [
                "Spool",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "X509", package: "swift-certificates"),
            ]
        ),

        .target(
            name: "Publishing",
            dependencies: [
                "Archive", "CMosquitto", "CZlib", "Reports",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),

        .target(
            name: "Dashboard",
            dependencies: [
                "Archive", "Reports", "Spool",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            resources: [.embedInCode("Resources")]
        ),

        .target(
            name: "Interception",
            dependencies: [
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),

        .target(
            name: "Simulator",
            dependencies: [
                "CZlib",
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ]
        ),

        .executableTarget(
            name: "heliograph",
            dependencies: [
                "Archive", "Capture", "Dashboard", "Interception", "Publishing", "Reports", "Simulator", "Spool",
                .target(name: "CMalloc", condition: .when(platforms: [.linux])),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),

        .target(name: "MadeUpFacts", dependencies: ["Reports"], path: "Tests/MadeUpFacts"),
        .executableTarget(
            name: "archive-crash-writer",
            dependencies: ["Archive", "MadeUpFacts"],
            path: "Tests/ArchiveCrashWriter"
        ),
        .testTarget(
            name: "ArchiveTests",
            dependencies: [
                "Archive", "MadeUpFacts", "Reports", "archive-crash-writer",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .testTarget(
            name: "CaptureTests",
            dependencies: [
                "Capture", "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "X509", package: "swift-certificates"),
            ]
        ),
        .testTarget(
            name: "DashboardTests",
            dependencies: [
                "Archive", "Dashboard", "Reports", "Spool", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["browser"]
        ),
        .testTarget(
            name: "heliographTests",
            dependencies: [
                "Archive", "Capture", "CZlib", "Interception", "MadeUpFacts", "Publishing", "Reports", "Simulator", "Spool", "TestSupport",
                "heliograph",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "InterceptionTests",
            dependencies: ["Interception", "Simulator", "TestSupport", "heliograph"]
        ),
        .testTarget(
            name: "PublishingTests",
            dependencies: [
                "Archive", "MadeUpFacts", "Publishing", "Reports", "TestSupport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["servers"]
        ),
        .testTarget(name: "ReportsTests", dependencies: ["CZlib", "Reports"], exclude: ["peer"]),
        .testTarget(
            name: "SimulatorTests",
            dependencies: [
                "Simulator", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ]
        ),

        .target(name: "BareSAX", dependencies: ["CLibXML2"], path: "Benchmarks/Decoding/BareSAX"),
        .executableTarget(
            name: "decoding-benchmark", dependencies: ["BareSAX", "Reports"], path: "Benchmarks/Decoding/Program"),
        .target(name: "BenchmarkRoof", dependencies: ["Reports"], path: "Benchmarks/Roof"),
        .executableTarget(
            name: "dashboard-benchmark",
            dependencies: [
                "Archive", "BenchmarkRoof", "Dashboard",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Benchmarks/Dashboard",
            exclude: ["paint.py"]
        ),
        .executableTarget(
            name: "archive-benchmark",
            dependencies: ["Archive", "BenchmarkRoof", "Reports", .product(name: "GRDBSQLite", package: "GRDB.swift")],
            path: "Benchmarks/Archive/Program"
        ),
        .executableTarget(
            name: "capture-benchmark",
            dependencies: [
                "Simulator",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            path: "Benchmarks/Capture",
            exclude: ["mitmproxy_capture.py"]
        ),

        .target(
            name: "TestSupport",
            dependencies: ["CZlib", .product(name: "SystemPackage", package: "swift-system")],
            path: "Tests/TestSupport"
        ),
        .executableTarget(
            name: "SpoolWriter",
            dependencies: ["Spool", .product(name: "SystemPackage", package: "swift-system")],
            path: "Tests/SpoolWriter"
        ),
        .testTarget(
            name: "SpoolTests",
            dependencies: [
                "Spool", "SpoolWriter", "TestSupport",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Archive", "heliograph", "Reports", "Simulator", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            exclude: ["clients"]
        ),
    ],
    swiftLanguageModes: [.v6]
)
