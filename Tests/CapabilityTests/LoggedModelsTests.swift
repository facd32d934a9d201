import Database
import Contract
import Journal
import Kernel
import Testing
import Tracking

@Suite struct LoggedModelsTests {
    private let ada = TrackingFixture.ada

    private func make() async throws -> (TrackingFixture, LoggedModels) {
        let fixture = try await TrackingFixture()
        try await fixture.database.migrate(LoggedModelStore.migrations)
        return (fixture, LoggedModels(database: fixture.database, journal: fixture.journal, time: fixture.time))
    }

    private func draft(_ name: String?, params: [KeyValue] = [], tags: [KeyValue] = []) -> LoggedModelDraft {
        LoggedModelDraft(experiment: "0", name: name, tags: tags, params: params)
    }

    @Test("a model is made pending, below its experiment's artifacts, and finalized when its files are there")
    func life() async throws {
        let (fixture, models) = try await self.make()
        defer { withExtendedLifetime(fixture) {} }
        let made = try await models.create(
            self.draft("tree", params: [KeyValue(key: "depth", value: "3")], tags: [KeyValue(key: "a", value: "1")]),
            by: self.ada)
        #expect(made.id.hasPrefix("m-") && made.id.utf8.count == 34)
        #expect(made.artifactURI == "mlflow-artifacts:/0/models/\(made.id)/artifacts")
        #expect(made.status == .pending)
        fixture.time.advance(by: TimeSpan(milliseconds: 5))
        let ready = try await models.finalize(made.id, as: .ready, by: self.ada)
        #expect(ready.status == .ready && ready.updatedAt == made.createdAt + TimeSpan(milliseconds: 5))
        #expect(try await models.model(made.id) == ready)
        try await models.delete(made.id, by: self.ada)
        #expect(
            await TrackingFixture.refusal { _ = try await models.model(made.id) }
                == "Logged model with ID '\(made.id)' not found.")
        #expect(try await models.model(made.id, includingDeleted: true).id == made.id)
        let kinds = try await fixture.database.read { reader in
            try fixture.journal.lines(after: 0, kindPrefix: "logged-model.", limit: 10, in: reader).map(\.kind)
        }
        #expect(kinds == ["logged-model.created", "logged-model.finalized", "logged-model.deleted"])
    }

    @Test(
        "a name that would break a path is refused, and one is made up when none is given",
        arguments: ["", "a/b", "a:b", "a.b", "a%b", "a'b"])
    func names(name: String) async throws {
        let (fixture, models) = try await self.make()
        defer { withExtendedLifetime(fixture) {} }
        let refusal = await TrackingFixture.refusal { _ = try await models.create(self.draft(name), by: self.ada) }
        #expect(refusal?.hasPrefix("Invalid model name (") == true, "\(refusal ?? "taken")")
        #expect(try await !models.create(self.draft(nil), by: self.ada).name.isEmpty)
    }

    @Test("tags change, params are written once")
    func attributes() async throws {
        let (fixture, models) = try await self.make()
        defer { withExtendedLifetime(fixture) {} }
        let id = try await models.create(self.draft("tree"), by: self.ada).id
        try await models.set([KeyValue(key: "a", value: "1"), KeyValue(key: "a", value: "2")], of: id)
        #expect(try await models.model(id).tags == [KeyValue(key: "a", value: "2")])
        try await models.deleteTag("a", of: id)
        #expect(
            await TrackingFixture.refusal { try await models.deleteTag("a", of: id) }
                == "No tag with key 'a' found for model with ID '\(id)'.")
        try await models.log([KeyValue(key: "depth", value: "3")], of: id)
        try await models.log([KeyValue(key: "depth", value: "3")], of: id)
        #expect(
            await TrackingFixture.refusal { try await models.log([KeyValue(key: "depth", value: "4")], of: id) } != nil)
        #expect(try await models.model(id).params == [KeyValue(key: "depth", value: "3")])
    }

    @Test(
        "a filter finds models by name, param, tag and by a metric on a dataset; an order by the latest value of a metric"
    )
    func search() async throws {
        let (fixture, models) = try await self.make()
        defer { withExtendedLifetime(fixture) {} }
        var ids: [String] = []
        for (index, name) in ["ash", "birch", "cedar"].enumerated() {
            fixture.time.advance(by: TimeSpan(milliseconds: 1))
            let draft = self.draft(
                name, params: [KeyValue(key: "depth", value: "\(index)")], tags: [KeyValue(key: "kind", value: "tree")])
            let id = try await models.create(draft, by: self.ada).id
            ids.append(id)
            func point(_ value: Double, _ step: Int64, _ dataset: String) -> LoggedModelMetric {
                LoggedModelMetric(
                    model: id, key: "loss", value: value, at: Timestamp(milliseconds: step), step: step,
                    run: String(repeating: "a", count: 32), datasetName: dataset, datasetDigest: "1")
            }
            try await models.record([point(9, 1, "old"), point(Double(3 - index), 2, "new")])
        }
        func found(_ filter: String?, _ change: (inout LoggedModelQuery) -> Void = { _ in }) async throws -> [String] {
            var query = LoggedModelQuery(experiments: ["0"], filter: filter)
            change(&query)
            return try await models.search(query).items.map(\.name)
        }
        #expect(try await found(nil) == ["cedar", "birch", "ash"])
        #expect(try await found("name = 'ash'") == ["ash"])
        #expect(try await found("name LIKE '%R%'") == [])
        #expect(try await found("name ILIKE '%R%' AND params.depth != '2'") == ["birch"])
        #expect(try await found("tags.kind = 'tree' AND metrics.loss < 1.5") == ["cedar"])
        #expect(try await found("metrics.loss > 8") { $0.datasets = [.init(name: "new")] } == [])
        #expect(try await found(nil) { $0.datasets = [.init(name: "none")] } == [])
        #expect(try await found(nil) { $0.order = [.init(field: "metrics.loss")] } == ["cedar", "birch", "ash"])
        #expect(try await found(nil) { $0.order = [.init(field: "metrics.loss", isAscending: false)] }.first == "ash")
    }

    @Test("a page token leads on, and only within its search")
    func pages() async throws {
        let (fixture, models) = try await self.make()
        defer { withExtendedLifetime(fixture) {} }
        for name in ["ash", "birch", "cedar"] { _ = try await models.create(self.draft(name), by: self.ada) }
        var query = LoggedModelQuery(experiments: ["0"], order: [.init(field: "name")], limit: 2)
        let first = try await models.search(query)
        query.pageToken = first.next
        let second = try await models.search(query)
        #expect((first.items + second.items).map(\.name) == ["ash", "birch", "cedar"] && second.next == nil)
        query.filter = "name = 'ash'"
        let refusal = await TrackingFixture.refusal { [query] in _ = try await models.search(query) }
        #expect(
            refusal?.hasPrefix("Filter string in the page token does not match the requested filter string.") == true)
    }
}
