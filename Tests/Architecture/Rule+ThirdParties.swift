/// Other people's code enters the house in named places only (design §3).
enum ThirdParties {
    /// What comes with the toolchain and needs no permission.
    static let standard: Set<String> = [
        "Swift", "Synchronization", "Glibc", "Musl", "Darwin", "Dispatch", "FoundationEssentials", "Foundation",
    ]
    static let nio: Set<String> = [
        "NIOCore", "NIOHTTP1", "NIOPosix", "NIOFoundationCompat", "NIOConcurrencyHelpers", "NIOEmbedded",
    ]

    static let allowed: [String: Set<String>] = [
        "Kernel": [],
        "Contract": [],
        "Digest": ["Crypto", "_CryptoExtras"],
        "Database": ["GRDB", "SQLite3", "GRDBSQLite", "Logging"],
        "Transport": nio.union(["AsyncHTTPClient"]),
        "Journal": [],
        "Client": [],
        "CloudPorts": [],
        "LocalCloud": nio.union(["Subprocess", "SystemPackage"]),
        "AWS": [],
        "GoogleCloud": [],
        "Azure": [],
        "Catalog": [],
        "Placement": [],
        "Search": [],
        "ControlPlane": nio.union(["Hummingbird", "HummingbirdCore", "HTTPTypes", "Logging", "ServiceLifecycle"]),
        "Console": ["Hummingbird", "NIOCore"],
        "MLflow": ["Logging", "ServiceLifecycle", "SwiftProtobuf"],
        "Worker": nio.union(["Subprocess", "SystemPackage", "Logging"]),
        "Gateway": nio.union(["AsyncHTTPClient", "Logging"]),
        "Commands": ["ArgumentParser", "Logging", "NIOCore"],
        "martlet": ["ArgumentParser"],
        "martletd": ["ArgumentParser", "Logging", "ServiceLifecycle", "UnixSignals"],
    ]
    static let capability: Set<String> = ["Logging", "ServiceLifecycle"]

    /// What `martlet` links: no ICU may come in, so no Foundation beyond FoundationEssentials.
    static let small: Set<String> = [
        "Kernel", "Contract", "Digest", "Transport", "Client", "Worker", "Gateway", "Commands", "martlet",
    ]
}

extension Rule {
    static let thirdParties: [Rule] = [
        Rule(
            "third-party modules stay in their places",
            catches: [
                SourceFile(path: "Sources/Capabilities/Runs/RunRoutes.swift", text: "import Hummingbird"),
                SourceFile(path: "Sources/Capabilities/Runs/RunStore.swift", text: "import GRDB"),
                SourceFile(path: "Sources/Contract/Tree.swift", text: "import Crypto"),
                SourceFile(path: "Sources/Programs/Worker/Worker.swift", text: "import AsyncHTTPClient"),
                SourceFile(path: "Sources/Capabilities/Placement/Planner.swift", text: "import Logging"),
            ],
            allows: [
                SourceFile(path: "Sources/Machinery/Digest/Digest.swift", text: "import Crypto\nimport Synchronization")
            ]
        ) { file in
            guard !file.isTest else { return [] }
            let places = ThirdParties.allowed[file.target] ?? ThirdParties.capability
            return file.imports(
                outside: Arrows.own.union(ThirdParties.standard).union(places), "not one of its third parties")
        },
        Rule(
            "the small program links no ICU",
            catches: [
                SourceFile(path: "Sources/Contract/Wire.swift", text: "import Foundation"),
                SourceFile(path: "Sources/Programs/Worker/Cache.swift", text: "package import Foundation"),
            ],
            allows: [
                SourceFile(
                    path: "Sources/Contract/Wire.swift",
                    text:
                        "#if canImport(FoundationEssentials)\nimport FoundationEssentials\n#else\nimport Foundation\n#endif"
                ),
                SourceFile(path: "Sources/Programs/Console/Page.swift", text: "import Foundation"),
            ]
        ) { file in
            guard ThirdParties.small.contains(file.target) else { return [] }
            let lines = file.codeLines.map { $0.drop { $0 == " " } }
            return file.imports.filter { $0.module == "Foundation" }.compactMap { found in
                let before = lines[..<(found.line - 1)].last {
                    $0.hasPrefix("#if") || $0.hasPrefix("#else") || $0.hasPrefix("#endif")
                }
                return before?.hasPrefix("#else") == true
                    ? nil
                    : Breach(line: found.line, what: "\(file.target) imports Foundation: use FoundationEssentials")
            }
        },
    ]
}
