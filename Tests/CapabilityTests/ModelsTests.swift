import Contract
import Database
import Journal
import Kernel
import Testing

@testable import Models

@Suite("Models on a real database")
struct ModelsTests {
    private func candidate(_ variant: String, seed: UInt8, cost: Int64, residency: Residency = .any) -> ModelCandidate {
        ModelCandidate(
            run: ID(raw: UInt128(seed)), variant: variant,
            tree: ContentDigest(bytes: [UInt8](repeating: seed, count: 32)),
            residency: residency, cost: Money(nanodollars: cost))
    }

    private func request(
        _ key: String, _ candidates: [ModelCandidate], _ values: [String: Double], alias: String = "champion"
    ) -> RegistrationRequest {
        RegistrationRequest(
            key: key, pipelineRun: ID(raw: 9), project: "digits", user: EngineFixture.developer,
            spec: RegisterSpec(
                model: "digits", from: ["train.model"], metric: "evaluate.accuracy", higherIsBetter: true, alias: alias),
            candidates: candidates, metric: "accuracy",
            metrics: values.map { MetricPoint(name: $0.key, value: $0.value, step: 0, at: Timestamp(milliseconds: 0)) })
    }

    private func register(_ request: RegistrationRequest, in engine: EngineFixture) async throws -> String {
        try await engine.database.write { try engine.models.register(request, in: $0) }
    }

    private let clear: [String: Double] = [
        "accuracy/forest": 0.972, "accuracy_low/forest": 0.961, "accuracy_high/forest": 0.982,
        "accuracy/logistic": 0.958, "accuracy_low/logistic": 0.945, "accuracy_high/logistic": 0.97,
        "accuracy_difference/forest/logistic": 0.014, "accuracy_difference_low/forest/logistic": 0.003,
        "accuracy_difference_high/forest/logistic": 0.025,
    ]

    @Test("two candidates become two versions, the better one champion, and the sentence gives the numbers")
    func better() async throws {
        let engine = try await EngineFixture()
        let candidates = [
            self.candidate("forest", seed: 1, cost: 900), self.candidate("logistic", seed: 2, cost: 123_000),
        ]
        let sentence = try await self.register(self.request("k", candidates, self.clear), in: engine)
        #expect(
            sentence == "digits v1 (forest) is champion: accuracy 0.972 [0.961, 0.982] against 0.958 [0.945, 0.970] of "
                + "digits v2 (logistic), difference 0.014 [0.003, 0.025].")
        let versions = try await engine.models.versions(of: "digits", PageRequest()).items
        #expect(versions.map(\.version) == [2, 1])
        #expect(versions.map(\.aliases) == [["challenger"], ["champion"]])
        #expect(versions.last?.metric == MetricSummary(name: "accuracy", value: 0.972, low: 0.961, high: 0.982))
        #expect(versions.last?.trainingCost == Money(nanodollars: 900))
        #expect(
            try await engine.journalKinds(about: "digits") == [
                "model.created", "model.registered", "model.registered", "model.alias-moved", "model.alias-moved",
            ])
        #expect(
            try await self.register(self.request("k", [], [:]), in: engine) == sentence, "a key that was seen before")
    }

    @Test("without enough evidence the cheaper one is kept, and the sentence says so")
    func cheaper() async throws {
        let engine = try await EngineFixture()
        var values = self.clear
        values["accuracy_difference/forest/logistic"] = 0.003
        values["accuracy_difference_low/forest/logistic"] = -0.008
        values["accuracy_difference_high/forest/logistic"] = 0.014
        let candidates = [
            self.candidate("forest", seed: 1, cost: 900_000), self.candidate("logistic", seed: 2, cost: 123_000),
        ]
        let sentence = try await self.register(self.request("k", candidates, values), in: engine)
        #expect(
            sentence == "Not enough evidence between digits v2 (logistic) and digits v1 (forest) "
                + "(difference 0.003 [-0.008, 0.014]): kept the cheaper, digits v2 (logistic, $0.000123), as champion.")
        let champion = try await engine.database.read { try engine.models.version("digits", alias: "champion", in: $0) }
        #expect(champion.version == 2)
    }

    @Test("the same tree again is the same version, and obeys both residencies")
    func sameTree() async throws {
        let engine = try await EngineFixture()
        let first = [self.candidate("forest", seed: 1, cost: 900)]
        _ = try await self.register(self.request("k1", first, self.clear), in: engine)
        let again = [
            self.candidate("forest", seed: 1, cost: 900, residency: .only(["onprem"])),
            self.candidate("logistic", seed: 2, cost: 5),
            self.candidate("forest", seed: 1, cost: 901),
        ]
        _ = try await self.register(self.request("k2", again, self.clear), in: engine)
        let versions = try await engine.models.versions(of: "digits", PageRequest()).items
        #expect(versions.map(\.version) == [2, 1])
        #expect(versions.last?.residency == .only(["onprem"]))
        let listed = try await engine.models.list(PageRequest()).items
        #expect(listed.map(\.name) == ["digits"])
        #expect(listed.first?.versions == 2)
        #expect(listed.first?.aliases == ["champion": 1, "challenger": 2])
    }

    @Test("a metric that was not written is named with those that were, and nothing is registered")
    func noMetric() async throws {
        let engine = try await EngineFixture()
        let request = self.request("k", [self.candidate("tree", seed: 1, cost: 1)], ["f1": 0.5, "accuracy/tree": .nan])
        await #expect(throws: ModelError.noMetric("accuracy/tree", model: "digits", known: ["f1"])) {
            try await self.register(request, in: engine)
        }
        #expect(try await engine.models.list(PageRequest()).items.isEmpty)
        await #expect(throws: ModelError.noCandidates(model: "digits")) {
            try await self.register(self.request("k", [], [:]), in: engine)
        }
    }

    @Test("an alias is moved by hand, once, to a version that is there")
    func alias() async throws {
        let engine = try await EngineFixture()
        let candidates = [self.candidate("forest", seed: 1, cost: 900), self.candidate("logistic", seed: 2, cost: 5)]
        _ = try await self.register(self.request("k", candidates, self.clear), in: engine)
        for _ in 0..<2 {
            let model = try await engine.models.setAlias("champion", of: "digits", to: 2, by: EngineFixture.developer)
            #expect(model.aliases == ["champion": 2, "challenger": 2])
        }
        #expect(try await engine.journalKinds(about: "digits").filter { $0 == "model.alias-moved" }.count == 3)
        await #expect(throws: ModelError.noVersion(7, model: "digits", latest: 2)) {
            try await engine.models.setAlias("champion", of: "digits", to: 7, by: EngineFixture.developer)
        }
        await #expect(throws: ModelError.noModel("other")) {
            try await engine.models.setAlias("champion", of: "other", to: 1, by: EngineFixture.developer)
        }
    }

    @Test("pages of versions and models go on where the page before ended")
    func pages() async throws {
        let engine = try await EngineFixture()
        for seed in 1...5 as ClosedRange<UInt8> {
            _ = try await self.register(
                self.request("k\(seed)", [self.candidate("forest", seed: seed, cost: 1)], self.clear), in: engine)
        }
        let first = try await engine.models.versions(of: "digits", PageRequest(limit: 2))
        #expect(first.items.map(\.version) == [5, 4])
        let second = try await engine.models.versions(of: "digits", PageRequest(cursor: first.next, limit: 3))
        #expect(second.items.map(\.version) == [3, 2, 1])
        #expect(second.next == nil)
        await #expect(throws: PlainFault.self) {
            try await engine.models.versions(of: "digits", PageRequest(cursor: "x"))
        }
    }
}
