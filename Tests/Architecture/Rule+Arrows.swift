/// Who may know whom (design §3): down only, and inside a floor only along the lines drawn here.
enum Arrows {
    static let ground: Set<String> = ["Kernel", "Contract"]
    static let capabilityPorts: Set<String> = ["Digest", "Database", "Journal", "CloudPorts"]
    static let capabilities: Set<String> = [
        "Access", "Catalog", "Placement", "Fleet", "Runs", "Pipelines", "Data", "Search", "Tracking", "Models",
        "Serving", "Costs",
    ]

    /// What everything about one provider may know.
    static let cloud: Set<String> = ground.union(["CloudPorts", "Transport", "Digest"])

    /// The targets of our own that each target may import, besides itself.
    static let allowed: [String: Set<String>] = [
        "Kernel": [],
        "Contract": ["Kernel"],
        "Digest": ["Kernel"],
        "Database": ["Kernel"],
        "Transport": ground,
        "Journal": ground.union(["Database", "Digest"]),
        "Client": ground.union(["Transport", "Digest"]),
        "CloudPorts": ground,
        "LocalCloud": cloud,
        "AWS": cloud,
        "GoogleCloud": cloud,
        "Azure": cloud,
        "Catalog": ground.union(["CCatalog"]),
        "Placement": ground,
        "Access": capability(),
        "Costs": capability(),
        "Data": capability(),
        "Fleet": capability("Catalog", "Placement"),
        "Models": capability("Search"),
        "Pipelines": capability("Catalog", "Placement", "Fleet", "Data", "Runs"),
        "Runs": capability("Catalog", "Placement", "Fleet", "Data"),
        "Serving": capability("Runs", "Models"),
        "Search": ground,
        "Tracking": capability("Search"),
        "ControlPlane": ground.union(capabilityPorts).union(capabilities),
        "Console": ground,
        "MLflow": ground.union(capabilityPorts).union(["Access", "Data", "Models", "Runs", "Search", "Tracking"])
            .union(["Transport", "CZlib"]),
        "Worker": ground.union(["Client", "Transport", "Digest", "CProcess"]),
        "Gateway": ground.union(["Client", "Transport", "Digest"]),
        "Commands": ground.union(["Client", "Transport", "Digest", "Worker", "Gateway", "CYAML"]),
        "martlet": ground.union(["Commands"]),
        "martletd": ground.union(capabilityPorts).union(capabilities)
            .union(["ControlPlane", "Console", "MLflow", "LocalCloud", "AWS", "GoogleCloud", "Azure", "Transport"]),
    ]

    private static func capability(_ others: String...) -> Set<String> { ground.union(capabilityPorts).union(others) }

    /// Names of our own targets, known from the table: anything else is somebody else's module.
    static let own = Set(allowed.keys).union(["CCatalog", "CYAML", "CProcess", "CZlib", "Conformance"])
}

extension Rule {
    static let arrows: [Rule] = [
        Rule(
            "arrows point down",
            catches: [
                SourceFile(path: "Sources/Kernel/Money.swift", text: "import Contract"),
                SourceFile(path: "Sources/Capabilities/Placement/Planner.swift", text: "package import Fleet"),
                SourceFile(path: "Sources/Capabilities/Fleet/Fleet.swift", text: "import Runs"),
                SourceFile(path: "Sources/Capabilities/Runs/Runs.swift", text: "import LocalCloud"),
                SourceFile(path: "Sources/Programs/Worker/Executor.swift", text: "import Runs"),
                SourceFile(path: "Sources/Programs/ControlPlane/Server.swift", text: "import LocalCloud"),
                SourceFile(path: "Sources/Clouds/LocalCloud/FileStoreDriver.swift", text: "internal import Database"),
                SourceFile(path: "Sources/Clouds/Azure/AzurePriceSource.swift", text: "import Catalog"),
                SourceFile(path: "Sources/Clouds/AWS/AWSPriceSource.swift", text: "import GoogleCloud"),
            ],
            allows: [
                SourceFile(
                    path: "Sources/Capabilities/Serving/Serving.swift", text: "package import Models\nimport Runs"),
                SourceFile(path: "Sources/Programs/martletd/Wiring.swift", text: "import LocalCloud"),
            ]
        ) { file in
            guard !file.isTest, let allowed = Arrows.allowed[file.target] else { return [] }
            return file.imports.filter {
                Arrows.own.contains($0.module) && $0.module != file.target && !allowed.contains($0.module)
            }
            .map { Breach(line: $0.line, what: "\(file.target) may not know \($0.module)") }
        },
        Rule(
            "every target has its arrows drawn",
            catches: [SourceFile(path: "Sources/Capabilities/Blockchain/Coins.swift", text: "")],
            allows: [SourceFile(path: "Sources/Capabilities/Runs/Runs.swift", text: "")]
        ) { file in
            file.isTest || Arrows.allowed[file.target] != nil
                ? []
                : [Breach(line: 1, what: "draw the arrows of \(file.target) in Tests/Architecture/Rule+Arrows.swift")]
        },
    ]
}
