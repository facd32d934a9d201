// swift-tools-version: 6.2
import PackageDescription

/// One set of Swift settings for every target of the house.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    // Rows, ids and SQL are generic and cross targets: without this each column read is a call through a witness table.
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

extension Target.Dependency {
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let asyncHTTPClient = product(name: "AsyncHTTPClient", package: "async-http-client")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let grdb = product(name: "GRDB", package: "GRDB.swift")
    static let sqlite = product(name: "GRDBSQLite", package: "GRDB.swift")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdCore = product(name: "HummingbirdCore", package: "hummingbird")
    static let hummingbirdTesting = product(name: "HummingbirdTesting", package: "hummingbird")
    static let logging = product(name: "Logging", package: "swift-log")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let serviceLifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let protobuf = product(name: "SwiftProtobuf", package: "swift-protobuf")
    static let subprocess = product(name: "Subprocess", package: "swift-subprocess")
    static let system = product(name: "SystemPackage", package: "swift-system")
}

/// What every capability may know: the ground floor and the machinery. HTTP is the control plane's business.
let ground: [Target.Dependency] = ["Kernel", "Contract"]
let machinery: [Target.Dependency] = ground + ["Digest", "Database", "Journal", "CloudPorts"]

func kernel(_ name: String) -> Target {
    .target(name: name, path: "Sources/\(name)", swiftSettings: house)
}
func contract(_ name: String) -> Target {
    .target(name: name, dependencies: ["Kernel"], path: "Sources/\(name)", swiftSettings: house)
}
func machinery(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .target(
        name: name, dependencies: ["Kernel"] + dependencies, path: "Sources/Machinery/\(name)", swiftSettings: house)
}
func cloud(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .target(
        name: name, dependencies: ["Kernel"] + dependencies, path: "Sources/Clouds/\(name)", swiftSettings: house)
}
func capability(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .target(
        name: name,
        dependencies: machinery + [.logging, .serviceLifecycle] + dependencies,
        path: "Sources/Capabilities/\(name)", swiftSettings: house)
}
func pure(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .target(
        name: name, dependencies: ground + dependencies, path: "Sources/Capabilities/\(name)", swiftSettings: house)
}
func program(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .target(
        name: name, dependencies: ground + dependencies, path: "Sources/Programs/\(name)", swiftSettings: house)
}
func executable(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .executableTarget(
        name: name, dependencies: ground + dependencies, path: "Sources/Programs/\(name)", swiftSettings: house)
}
func benchmark(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .executableTarget(
        name: name, dependencies: ground + dependencies, path: "Benchmarks/\(name)", swiftSettings: house)
}
func tests(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .testTarget(name: name, dependencies: ground + dependencies, path: "Tests/\(name)", swiftSettings: house)
}

let everyCapability: [Target.Dependency] = [
    "Access", "Catalog", "Placement", "Fleet", "Runs", "Pipelines", "Data", "Search", "Tracking", "Models", "Serving",
    "Costs",
]

let package = Package(
    name: "martlet",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "martletd", targets: ["martletd"]),
        .executable(name: "martlet", targets: ["martlet"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        // Ground floor
        kernel("Kernel"),
        contract("Contract"),
        // Machinery
        machinery("Digest", .crypto),
        machinery("Database", .grdb, .sqlite, .logging),
        machinery("Transport", "Contract", .asyncHTTPClient, .nioCore, .nioHTTP1, .nioPosix),
        machinery("Journal", "Contract", "Database", "Digest"),
        machinery("Client", "Contract", "Transport", "Digest"),
        // Clouds
        cloud("CloudPorts", "Contract"),
        cloud("LocalCloud", "Contract", "CloudPorts", "Transport", "Digest", .nioCore, .subprocess, .system),
        cloud("AWS", "Contract", "CloudPorts", "Transport"),
        cloud("GoogleCloud", "Contract", "CloudPorts", "Transport"),
        cloud("Azure", "Contract", "CloudPorts", "Transport"),
        // Capabilities
        capability("Access"),
        .target(name: "CCatalog", path: "Sources/Capabilities/CCatalog", exclude: ["catalog.pack"]),
        pure("Catalog", "CCatalog"),
        pure("Placement"),
        capability("Fleet", "Catalog", "Placement"),
        capability("Data"),
        capability("Runs", "Catalog", "Placement", "Fleet", "Data"),
        capability("Pipelines", "Catalog", "Placement", "Fleet", "Data", "Runs"),
        pure("Search"),
        capability("Tracking", "Search"),
        capability("Models", "Search"),
        capability("Serving", "Runs", "Models"),
        capability("Costs"),
        // Programs
        .target(
            name: "ControlPlane",
            dependencies: machinery + [
                "Access", .hummingbirdCore, .httpTypes, .nioCore, .nioPosix, .logging, .serviceLifecycle,
            ],
            path: "Sources/Programs/ControlPlane", swiftSettings: house),
        program("Console"),
        .systemLibrary(
            name: "CZlib", path: "Sources/Programs/CZlib", pkgConfig: nil, providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "MLflow",
            dependencies: machinery + [
                "Access", "Data", "Models", "Runs", "Search", "Tracking", "Transport", "CZlib", .logging, .protobuf,
                .serviceLifecycle,
            ],
            path: "Sources/Programs/MLflow", swiftSettings: house),
        .systemLibrary(name: "CProcess", path: "Sources/Programs/CProcess"),
        program("Worker", "Client", "Transport", "Digest", "CProcess", .logging, .nioCore, .subprocess, .system),
        program(
            "Gateway", "Client", "Transport", "Digest", .logging, .asyncHTTPClient, .nioCore, .nioHTTP1, .nioPosix),
        .systemLibrary(
            name: "CYAML", path: "Sources/Programs/CYAML", pkgConfig: nil, providers: [.apt(["libyaml-dev"])]),
        .target(
            name: "Commands",
            dependencies: ground + [
                "Client", "Transport", "Digest", "Worker", "Gateway", "CYAML", .argumentParser, .logging, .nioCore,
                .nioPosix,
            ],
            path: "Sources/Programs/Commands", swiftSettings: house,
            linkerSettings: [
                // Static, so that the program runs where no libyaml is installed.
                .linkedLibrary(":libyaml.a", .when(platforms: [.linux])),
                .linkedLibrary("yaml", .when(platforms: [.macOS])),
                // Likewise libstdc++, libgcc and zlib: linker scripts of their names are found first and name the archives.
                // And without symbols, which are two thirds of the program.
                .unsafeFlags(
                    ["-L\(Context.packageDirectory)/scripts/linker", "-Xlinker", "--strip-all"],
                    .when(platforms: [.linux], configuration: .release)),
            ]),
        executable("martlet", "Commands", .argumentParser),
        .executableTarget(
            name: "martletd",
            dependencies: machinery + everyCapability + [
                "ControlPlane", "Console", "MLflow", "LocalCloud", "AWS", "GoogleCloud", "Azure", "Transport",
                .argumentParser,
                .logging,
                .serviceLifecycle,
                .unixSignals,
            ],
            path: "Sources/Programs/martletd", swiftSettings: house),
        benchmark("MartletBench", "Client", "Transport", "Catalog", "Placement", "Runs", .argumentParser),
        // Tests
        .target(
            name: "Conformance", dependencies: ground + ["CloudPorts", "Digest"], path: "Tests/Conformance",
            swiftSettings: house),
        tests("KernelTests"),
        tests("ContractTests"),
        tests("DigestTests", "Digest"),
        tests("DatabaseTests", "Database"),
        tests("JournalTests", "Journal", "Database", "Digest"),
        tests("TransportTests", "Transport", "Client", "Digest", .hummingbird, .logging, .nioCore),
        tests("LocalCloudTests", "LocalCloud", "CloudPorts", "Conformance", "Digest", .nioCore),
        tests(
            "CloudPriceTests", "AWS", "GoogleCloud", "Azure", "CloudPorts", "Conformance", "Transport", .hummingbird,
            .logging, .nioCore),
        .testTarget(
            name: "PlacementTests", dependencies: ground + ["Placement", "Catalog"], path: "Tests/PlacementTests",
            exclude: ["ilp"], swiftSettings: house),
        tests(
            "CapabilityTests", "Database", "Journal", "Digest", "CloudPorts", "LocalCloud", "Access", "Catalog",
            "Placement", "Fleet", "Runs", "Pipelines", "Data", "Search", "Tracking", "Models", "Serving", "Costs",
            .logging),
        tests("SearchTests", "Search"),
        tests(
            "MLflowTests", "MLflow", "Access", "Data", "Database", "Digest", "Journal", "LocalCloud", "CloudPorts",
            "Models", "Runs", "Search", "Tracking", .logging),
        tests("WorkerTests", "Worker", "Client", "Transport", "Digest", .hummingbird, .nioCore),
        tests("GatewayTests", "Gateway", "Digest", .asyncHTTPClient, .logging, .nioCore, .nioHTTP1, .nioPosix),
        .testTarget(
            name: "CommandsTests",
            dependencies: ground + [
                "Commands", "Client", "Transport", .argumentParser, .hummingbird, .logging, .nioCore,
            ],
            path: "Tests/CommandsTests", exclude: ["Golden"], swiftSettings: house),
        tests(
            "ControlPlaneTests", "ControlPlane", "Console", "Access", "Tracking", "CloudPorts", "LocalCloud", "Client",
            "Transport", "Database", "Journal", "Digest", .asyncHTTPClient, .nioCore, .nioHTTP1, .nioPosix, .logging,
            .serviceLifecycle),
        tests("Simulation", "Fleet", "Runs", "Pipelines", "Placement"),
        .testTarget(
            name: "EndToEnd", dependencies: ground + ["Client", "Transport", "Digest"], path: "Tests/EndToEnd",
            exclude: ["mlflow"], swiftSettings: house),
        tests("Architecture"),
    ]
)
