import Database
import Contract
import Kernel
import Testing
import Tracking

@Suite struct EvaluationTests {
    private let ada = TrackingFixture.ada

    private func make() async throws -> (TrackingFixture, EvaluationDatasets, Scorers) {
        let fixture = try await TrackingFixture()
        try await fixture.database.migrate(EvaluationDatasetStore.migrations + ScorerStore.migrations)
        let (database, journal, time) = (fixture.database, fixture.journal, fixture.time)
        return (
            fixture, EvaluationDatasets(database: database, journal: journal, time: time),
            Scorers(database: database, journal: journal, time: time)
        )
    }

    private func record(_ json: String) throws -> SpanValue { try SpanValue(json: json) }

    @Test("a record with the same inputs, in whatever order, changes the one that is there")
    func records() async throws {
        let (fixture, datasets, _) = try await self.make()
        defer { withExtendedLifetime(fixture) {} }
        let id = try await datasets.create("questions", tags: [], experiments: ["0"], by: self.ada).id
        let first = try await datasets.upsert(
            [
                try self.record(#"{"inputs": {"a": 1, "b": 2}, "expectations": {"x": 1}}"#),
                try self.record(#"{"inputs": {"a": 2}}"#),
            ],
            in: id)
        #expect(first.inserted == 2 && first.updated == 0)
        let again = try await datasets.upsert(
            [
                try self.record(
                    #"{"inputs": {"b": 2, "a": 1}, "outputs": "o", "expectations": {"y": 2}, "tags": {"mlflow.user": "bo"}}"#
                )
            ],
            in: id)
        #expect(again.inserted == 0 && again.updated == 1)
        let page = try await datasets.records(of: id, limit: 10, pageToken: nil)
        let changed = try #require(page.records.first { $0.inputs["b"] != nil })
        #expect(
            changed.expectations?.json == #"{"x": 1, "y": 2}"# && changed.outputs == .text("o")
                && changed.updatedBy == "bo")
        let dataset = try await datasets.dataset(id)
        #expect(dataset.profile == #"{"num_records": 2}"# && dataset.updatedBy == "bo")
        #expect(
            dataset.schema
                == #"{"inputs": {"a": "integer", "b": "integer"}, "outputs": "string", "expectations": {"x": "integer", "y": "integer"}, "version": "1.0"}"#
        )
        #expect(try await datasets.deleteRecords([changed.id], of: id) == 1)
        #expect(try await datasets.dataset(id).profile == #"{"num_records": 1}"#)
    }

    @Test("datasets are found by experiment, name and tag, a page at a time")
    func search() async throws {
        let (fixture, datasets, _) = try await self.make()
        defer { withExtendedLifetime(fixture) {} }
        for name in ["a", "b", "c"] {
            _ = try await datasets.create(
                name, tags: [KeyValue(key: "kind", value: name)], experiments: name == "c" ? [] : ["0"], by: self.ada)
        }
        func found(_ filter: String? = nil, experiments: [String] = []) async throws -> [String] {
            try await datasets.search(
                experiments: experiments, filter: filter, order: ["name"], limit: nil, pageToken: nil
            ).items.map(\.name)
        }
        #expect(try await found() == ["a", "b", "c"])
        #expect(try await found(experiments: ["0"]) == ["a", "b"])
        #expect(try await found("name LIKE 'b%'") == ["b"])
        #expect(try await found("tags.kind = 'c'") == ["c"])
        let first = try await datasets.search(experiments: [], filter: nil, order: ["name"], limit: 2, pageToken: nil)
        let rest = try await datasets.search(
            experiments: [], filter: nil, order: ["name"], limit: 2, pageToken: first.next)
        #expect((first.items + rest.items).map(\.name) == ["a", "b", "c"])
    }

    @Test("versions of a scorer count from one; the latest is found, and a deleted one is gone")
    func scorers() async throws {
        let (fixture, _, scorers) = try await self.make()
        defer { withExtendedLifetime(fixture) {} }
        for version in 1...2 {
            let made = try await scorers.register("tone", in: "0", serialized: #"{"v": \#(version)}"#, by: self.ada)
            #expect(made.version == Int64(version))
        }
        #expect(try await scorers.latest(of: ["0"]).map(\.version) == [2])
        #expect(try await scorers.scorer("tone", version: 1, in: "0").serialized == #"{"v": 1}"#)
        try await scorers.delete("tone", version: 2, in: "0", by: self.ada)
        #expect(try await scorers.scorer("tone", version: nil, in: "0").version == 1)
        #expect(
            await TrackingFixture.refusal { _ = try await scorers.scorer("tone", version: 2, in: "0") }
                == "Scorer with name 'tone' and version 2 not found for experiment 0.")
        #expect(
            await TrackingFixture.refusal {
                _ = try await scorers.register(" ", in: "0", serialized: "{}", by: self.ada)
            } != nil)
    }
}
