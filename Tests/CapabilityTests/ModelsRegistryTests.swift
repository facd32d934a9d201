import Contract
import Database
import Kernel
import Logging
import Testing

@testable import Models

/// The registry as people use it: names, tags, stages, aliases.
@Suite("The registry on a real database")
struct ModelsRegistryTests {
    private let user = EngineFixture.developer

    private func draft(_ model: String, _ source: String = "s3://bucket/model", run: String? = nil) -> VersionDraft {
        VersionDraft(model: model, source: source, run: run)
    }

    @Test("a model has the name that people give it, once") func name() async throws {
        let engine = try await EngineFixture()
        let made = try await engine.models.create(
            "Fraud Model v2", description: "d", tags: ["team": "risk"], by: self.user)
        #expect(made.tags == ["team": "risk"] && made.versions == 0 && made.createdAt == made.updatedAt)
        await #expect(throws: ModelError.taken("Fraud Model v2", byPrompt: false, forPrompt: false)) {
            _ = try await engine.models.create("Fraud Model v2", by: self.user)
        }
        await #expect(throws: ModelError.taken("Fraud Model v2", byPrompt: false, forPrompt: true)) {
            _ = try await engine.models.create("Fraud Model v2", tags: [PromptTag.isPrompt: "true"], by: self.user)
        }
        #expect(try await engine.journalKinds(about: "Fraud Model v2") == ["model.created"])
    }

    @Test("numbers are never given twice, also when the newest version was deleted") func numbers() async throws {
        let engine = try await EngineFixture()
        _ = try await engine.models.create("m", by: self.user)
        for expected in 1...3 {
            #expect(try await engine.models.add(self.draft("m"), by: self.user).version == expected)
        }
        _ = try await engine.models.setAlias("champion", of: "m", to: 3, by: self.user)
        try await engine.models.delete("m", 3, by: self.user)
        #expect(try await engine.models.get("m").aliases.isEmpty)
        await #expect(throws: ModelError.noVersion(3, model: "m", latest: 3)) {
            _ = try await engine.models.get("m", 3)
        }
        #expect(try await engine.models.add(self.draft("m"), by: self.user).version == 4)
        try await engine.models.delete("m", by: self.user)
        _ = try await engine.models.create("m", by: self.user)
        #expect(try await engine.models.add(self.draft("m"), by: self.user).version == 1, "another model of that name")
    }

    @Test("a rename takes versions, aliases and tags along") func rename() async throws {
        let engine = try await EngineFixture()
        _ = try await engine.models.create("old", tags: ["a": "1"], by: self.user)
        _ = try await engine.models.create("taken", by: self.user)
        _ = try await engine.models.add(self.draft("old"), by: self.user)
        try await engine.models.setTag("k", "v", of: "old", 1, by: self.user)
        _ = try await engine.models.setAlias("champion", of: "old", to: 1, by: self.user)
        await #expect(throws: ModelError.taken("taken", byPrompt: false, forPrompt: false)) {
            _ = try await engine.models.rename("old", to: "taken", by: self.user)
        }
        let renamed = try await engine.models.rename("old", to: "new", by: self.user)
        #expect(renamed.model.aliases == ["champion": 1] && renamed.model.tags == ["a": "1"])
        #expect(try await engine.models.get("new", 1).tags == ["k": "v"])
        await #expect(throws: ModelError.noModel("old")) { _ = try await engine.models.get("old") }
    }

    @Test("a stage is moved to, and what was there is archived if that is asked") func stages() async throws {
        let engine = try await EngineFixture()
        _ = try await engine.models.create("m", by: self.user)
        for _ in 1...2 { _ = try await engine.models.add(self.draft("m"), by: self.user) }
        _ = try await engine.models.move("m", 1, to: "production", archiving: false, by: self.user)
        #expect(try await engine.models.latest(of: "m", in: []).map(\.version) == [1, 2])
        let moved = try await engine.models.move("m", 2, to: "Production", archiving: true, by: self.user)
        #expect(moved.stage == .production)
        #expect(try await engine.models.get("m", 1).stage == .archived)
        #expect(try await engine.models.latest(of: "m", in: ["production"]).map(\.version) == [2])
        await #expect(throws: ModelRuleError.noActiveStage("None")) {
            _ = try await engine.models.move("m", 2, to: "None", archiving: true, by: self.user)
        }
        await #expect(throws: ModelRuleError.noStage("prod")) {
            _ = try await engine.models.move("m", 2, to: "prod", archiving: false, by: self.user)
        }
    }

    @Test("an alias is moved in one transaction with its line; `latest` is everybody's") func aliases() async throws {
        let engine = try await EngineFixture()
        _ = try await engine.models.create("m", by: self.user)
        await #expect(throws: ModelError.noAlias("latest", model: "m", known: [])) {
            _ = try await engine.models.version("m", alias: "latest")
        }
        for _ in 1...2 { _ = try await engine.models.add(self.draft("m"), by: self.user) }
        _ = try await engine.models.setAlias("champion", of: "m", to: 1, by: self.user)
        _ = try await engine.models.setAlias("champion", of: "m", to: 1, by: self.user)
        _ = try await engine.models.setAlias("champion", of: "m", to: 2, by: self.user)
        #expect(try await engine.models.version("m", alias: "champion").version == 2)
        #expect(try await engine.models.version("m", alias: "Latest").version == 2)
        try await engine.models.deleteAlias("champion", of: "m", by: self.user)
        try await engine.models.deleteAlias("champion", of: "m", by: self.user)
        #expect(
            try await engine.journalKinds(about: "m").suffix(3) == [
                "model.alias-moved", "model.alias-moved", "model.alias-removed",
            ])
        for (alias, error) in [
            ("Latest", ModelRuleError.aliasLatest), ("v3", .aliasVersion("v3")), ("a b", .aliasCharacters("a b")),
            ("", .emptyAlias),
            (String(repeating: "a", count: 256), .tooLong(field: "Registered model alias name", limit: 255)),
        ] {
            await #expect(throws: error) {
                _ = try await engine.models.setAlias(alias, of: "m", to: 1, by: self.user)
            }
        }
    }

    @Test("a version that a pipeline made and one that a client made stand in one list") func oneRegistry() async throws
    {
        let engine = try await EngineFixture()
        let tree = ContentDigest(bytes: [UInt8](repeating: 7, count: 32))
        let request = RegistrationRequest(
            key: "k", pipelineRun: ID(raw: 9), project: "p", user: self.user,
            spec: RegisterSpec(
                model: "digits", from: ["train.model"], metric: "evaluate.accuracy", higherIsBetter: true,
                alias: "champion"),
            candidates: [
                ModelCandidate(
                    run: ID(raw: 255), tree: tree, residency: .only(["EU"]), cost: Money(nanodollars: 5_000_000))
            ],
            metric: "accuracy",
            metrics: [MetricPoint(name: "accuracy", value: 0.9, step: 0, at: Timestamp(milliseconds: 0))])
        _ = try await engine.database.write { try engine.models.register(request, in: $0) }
        let client = try await engine.models.add(
            self.draft("digits", run: "000000000000000000000000000000ff"), by: self.user)
        #expect(client.version == 2 && client.run == ID(raw: 255) && client.tree == nil)
        let ours = try await engine.models.get("digits", 1)
        #expect(ours.source == "martlet://trees/\(tree.hex)" && ours.runName == "000000000000000000000000000000ff")
        #expect(ours.tags["martlet.residency"] == "EU" && ours.tags["martlet.cost"] == "$0.005")
        // A copy of our version in another model has its files, so it can be served as well.
        _ = try await engine.models.create("prod", by: self.user)
        let copy = try await engine.models.add(self.draft("prod", "models:/digits@champion"), by: self.user)
        #expect(copy.source == "models:/digits/1" && copy.tree == tree && copy.residency == .only(["EU"]))
        #expect(try await engine.models.location(of: "prod", 1) == ours.source)
    }

    @Test("prompts are in the registry, and not among the models") func prompts() async throws {
        let engine = try await EngineFixture()
        _ = try await engine.models.create("greeting", tags: [PromptTag.isPrompt: "true"], by: self.user)
        _ = try await engine.models.create("m", by: self.user)
        #expect(try await engine.models.list(PageRequest()).items.map(\.name) == ["m"])
        let tags = [PromptTag.isPrompt: "true", PromptTag.text: "Hello {{name}}"]
        await #expect(throws: ModelError.badPromptSource("s3://b/x")) {
            _ = try await engine.models.add(
                VersionDraft(model: "greeting", source: "s3://b/x", tags: tags), by: self.user)
        }
        _ = try await engine.models.add(
            VersionDraft(model: "greeting", source: "dummy-source", tags: tags), by: self.user)
        await #expect(throws: ModelError.self) {
            _ = try await engine.models.add(self.draft("m", "models:/greeting/1"), by: self.user)
        }
    }

    @Test("a database of before has its models, with numbers that go on") func migration() async throws {
        let engine = try await EngineFixture()
        let folder = engine.folder + "/old.sqlite"
        let old = try Database(path: folder, logger: Logger(label: "test"))
        defer { old.close() }
        try await old.migrate(Array(ModelStore.migrations.prefix(1)))
        let tree = ContentDigest(bytes: [UInt8](repeating: 3, count: 32))
        try await old.write { transaction in
            try transaction.execute("INSERT INTO models (name, created_at) VALUES ('digits', 5)")
            try transaction.execute(
                """
                INSERT INTO model_versions (model, version, tree, residency, training_cost, created_by, created_at)
                VALUES ('digits', 4, \(tree), '[]', 7, 'dora', 5)
                """)
        }
        try await old.migrate(Models.migrations)
        let (model, version) = try await old.read { reader in
            (try ModelStore.model("digits", in: reader), try ModelStore.version("digits", 4, in: reader))
        }
        #expect(model?.versions == 4 && model?.updatedAt == Timestamp(milliseconds: 5))
        #expect(
            version?.tree == tree && version?.source == "martlet://trees/\(tree.hex)"
                && version?.stage == ModelStage.none)
    }
}
