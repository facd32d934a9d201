extension SourceFile {
    var isCapability: Bool { self.floor == "Capabilities" }

    /// What a suffix permits; a name without one of these holds values and pure decisions only.
    var isStore: Bool { self.noun.hasSuffix("Store") && self.noun != "Store" }
    var isRoutes: Bool { self.noun.hasSuffix("Routes") }
    var isReconciler: Bool { self.noun.hasSuffix("Reconciler") }
    var isMachine: Bool { self.noun.hasSuffix("Machine") }
}

extension Rule {
    static let suffixes: [Rule] = [
        Rule(
            "SQL is written in stores only",
            catches: [
                SourceFile(
                    path: "Sources/Capabilities/Runs/Runs.swift",
                    text: #"try tx.execute("UPDATE run SET status = 'x'")"#),
                SourceFile(path: "Sources/Programs/ControlPlane/Server.swift", text: #"rows("SELECT 1 FROM run")"#),
                SourceFile(
                    path: "Sources/Capabilities/Runs/RunRoutes.swift",
                    text: "let a = \"\"\"\n    SELECT id FROM run\n    \"\"\""),
            ],
            allows: [
                SourceFile(path: "Sources/Capabilities/Runs/RunStore.swift", text: #"rows("SELECT 1 FROM run")"#),
                SourceFile(
                    path: "Sources/Machinery/Database/Migrator.swift", text: #"rows("SELECT 1 FROM migration")"#),
                SourceFile(path: "Sources/Programs/Console/Page.swift", text: #"text("Select a run to see its log.")"#),
            ]
        ) { file in
            guard !file.isTest, !file.isStore, !["Database", "Journal"].contains(file.target) else { return [] }
            return file.lines.enumerated().compactMap { offset, line in
                let found =
                    line.contains(
                        #/"\s*(?:SELECT|INSERT|UPDATE|DELETE|CREATE TABLE|CREATE INDEX|CREATE UNIQUE|ALTER TABLE|DROP|WITH)\s/#
                    )
                    || line.contains(
                        #/^\s*(?:SELECT .* FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE (?:TABLE|INDEX))\b/#)
                return found ? Breach(line: offset + 1, what: "SQL outside a *Store.swift") : nil
            }
        },
        Rule(
            "machines, plans and values have no clock and no I/O",
            catches: [
                SourceFile(path: "Sources/Capabilities/Runs/RunMachine.swift", text: "let now = SystemTime().now"),
                SourceFile(path: "Sources/Capabilities/Fleet/LeaseMachine.swift", text: "import Database"),
                SourceFile(path: "Sources/Capabilities/Placement/Planner.swift", text: "let time: any TimeSource"),
                SourceFile(path: "Sources/Capabilities/Runs/RunMachine.swift", text: "mutating func handle() async {}"),
                SourceFile(
                    path: "Sources/Capabilities/Runs/RunMachine.swift", text: "var g = SystemRandomNumberGenerator()"),
            ],
            allows: [
                SourceFile(
                    path: "Sources/Capabilities/Runs/RunMachine.swift",
                    text: "mutating func handle(_ event: Event, at now: Timestamp) {}")
            ]
        ) { file in
            guard file.isMachine && !file.isTest || ["Placement", "Catalog", "Search"].contains(file.target) else {
                return []
            }
            return file.imports(
                outside: Arrows.ground.union(Arrows.capabilities).union([
                    "FoundationEssentials", "Foundation", "Synchronization", "CCatalog",
                ]), "a pure file")
                + file.lines(
                    matching:
                        #"\b(SystemTime|TimeSource|ContinuousClock|SystemRandomNumberGenerator|FileManager|URLSession|await|async|Mutex|Task)\b"#,
                    "a pure file reaches for a clock, chance or the world")
        },
        Rule(
            "stores hold SQL and nothing that waits",
            catches: [
                SourceFile(path: "Sources/Capabilities/Runs/RunStore.swift", text: "func load() async throws {}"),
                SourceFile(path: "Sources/Capabilities/Runs/RunStore.swift", text: "import Journal"),
            ],
            allows: [
                SourceFile(
                    path: "Sources/Capabilities/Runs/RunStore.swift", text: "package import Database\nimport Kernel")
            ]
        ) { file in
            guard file.isCapability, file.isStore else { return [] }
            return file.imports(
                outside: Arrows.ground.union(["Database", "FoundationEssentials", "Foundation"]).union(
                    Arrows.capabilities), "a store")
                + file.lines(matching: #"\b(async|await)\b"#, "a store waits")
        },
        Rule(
            "background work lives in reconcilers",
            catches: [
                SourceFile(path: "Sources/Capabilities/Runs/Runs.swift", text: "package struct Runs: Service {}")
            ],
            allows: [
                SourceFile(
                    path: "Sources/Capabilities/Runs/RunReconciler.swift",
                    text: "package struct RunReconciler: Service {}"),
                SourceFile(path: "Sources/Capabilities/Runs/Runs.swift", text: "package struct Runs: Sendable {}"),
            ]
        ) { file in
            guard file.isCapability, !file.isReconciler else { return [] }
            return file.lines(
                matching: #"\b(struct|class|extension)\s[^{]*:[^{]*\bService\b"#,
                "a service outside a *Reconciler.swift")
        },
        Rule(
            "routes are bound in routes",
            catches: [
                SourceFile(
                    path: "Sources/Capabilities/Runs/Runs.swift", text: "Routes.submitRun.bind { call, body in }")
            ],
            allows: [
                SourceFile(
                    path: "Sources/Capabilities/Runs/RunRoutes.swift", text: "Routes.submitRun.bind { call, body in }")
            ]
        ) { file in
            guard file.isCapability, !file.isRoutes else { return [] }
            return file.lines(matching: #"\bRoutes\.\w+\.bind"#, "a route bound outside a *Routes.swift")
        },
    ]
}
