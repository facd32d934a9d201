import Contract
import Database
import Journal
import Kernel
import Testing
import Tracking

@Suite struct ExperimentsTests {
    private let ada = TrackingFixture.ada

    @Test("Default is there from the first start, once")
    func defaultExperiment() async throws {
        let fixture = try await TrackingFixture()
        try await fixture.experiments.prepareDefault()
        let found = try await fixture.experiments.experiment(Experiment.defaultID)
        #expect(found.name == "Default" && found.artifactLocation == "mlflow-artifacts:/0")
        let next = try await fixture.experiments.create("digits", by: self.ada)
        #expect(next.id == 1 && next.artifactLocation == "mlflow-artifacts:/1")
        #expect(try await fixture.experiments.experiment(named: "digits") == next)
    }

    @Test("a name is taken also by what was deleted")
    func names() async throws {
        let fixture = try await TrackingFixture()
        let first = try await fixture.experiments.create("digits", by: self.ada)
        try await fixture.experiments.delete(first.id, by: self.ada)
        await #expect(throws: TrackingError.experimentExists(name: "digits")) {
            _ = try await fixture.experiments.create("digits", by: self.ada)
        }
        await #expect(throws: TrackingError.experimentExists(name: "digits")) {
            try await fixture.experiments.rename(0, to: "digits", by: self.ada)
        }
        await #expect(throws: TrackingError.renamedWhileDeleted) {
            try await fixture.experiments.rename(first.id, to: "new", by: self.ada)
        }
        for bad in ["", String(repeating: "x", count: 501)] {
            await #expect(throws: TrackingError.self) { _ = try await fixture.experiments.create(bad, by: self.ada) }
        }
    }

    @Test(
        "a place for artifacts is a URI, or a path of the server's machine",
        arguments: [
            ("s3://b/p?x=1", "s3://b/p?x=1"), ("/abs/dir", "/abs/dir"), ("rel/dir", "/srv/rel/dir"),
            ("file:///a/", "file:///a/"),
        ])
    func places(given: String, kept: String) async throws {
        let fixture = try await TrackingFixture()
        let made = try await fixture.experiments.create("a", artifactLocation: given, by: self.ada)
        #expect(made.artifactLocation == kept)
    }

    @Test(
        "a place with a fragment, or with a query that goes up, is refused",
        arguments: ["s3://b/p#f", "s3://b/p;x=1", "s3://b/p?x=../y", "s3://b/p?x=%252e%252E/y", "runs:/1/a"])
    func badPlaces(given: String) async throws {
        let fixture = try await TrackingFixture()
        await #expect(throws: TrackingError.self) {
            _ = try await fixture.experiments.create("a", artifactLocation: given, by: self.ada)
        }
    }

    @Test("deleting an experiment deletes its runs, restoring it restores them")
    func cascade() async throws {
        let fixture = try await TrackingFixture()
        let run = try await fixture.start()
        try await fixture.experiments.delete(0, by: self.ada)
        #expect(try await fixture.runs.run(run.id.hexadecimal).lifecycle == .deleted)
        await #expect(throws: TrackingError.experimentNotActive(0)) { _ = try await fixture.start() }
        await #expect(throws: TrackingError.noExperiment("0")) { try await fixture.experiments.delete(0, by: self.ada) }
        try await fixture.experiments.restore(0, by: self.ada)
        #expect(try await fixture.runs.run(run.id.hexadecimal).lifecycle == .active)
        await #expect(throws: TrackingError.noExperiment("0")) {
            try await fixture.experiments.restore(0, by: self.ada)
        }
    }

    @Test("tags are set, replaced and deleted; custom views are few")
    func tags() async throws {
        let fixture = try await TrackingFixture()
        try await fixture.experiments.setTag(KeyValue(key: "team", value: "a"), of: 0)
        try await fixture.experiments.setTag(KeyValue(key: "team", value: "b"), of: 0)
        #expect(try await fixture.experiments.experiment(0).tags == [KeyValue(key: "team", value: "b")])
        try await fixture.experiments.deleteTag("team", of: 0)
        await #expect(throws: TrackingError.noExperimentTag(key: "team", experiment: 0)) {
            try await fixture.experiments.deleteTag("team", of: 0)
        }
        for number in 0..<50 {
            try await fixture.experiments.setTag(KeyValue(key: "mlflow.customView.view\(number)", value: "{}"), of: 0)
        }
        // One that is there may change, another one is too many.
        try await fixture.experiments.setTag(KeyValue(key: "mlflow.customView.view7", value: "[]"), of: 0)
        await #expect(throws: TrackingError.self) {
            try await fixture.experiments.setTag(KeyValue(key: "mlflow.customView.view99", value: "{}"), of: 0)
        }
    }

    @Test("what happens to experiments is in the journal, tags are not")
    func journal() async throws {
        let fixture = try await TrackingFixture()
        let made = try await fixture.experiments.create("a", by: self.ada)
        try await fixture.experiments.setTag(KeyValue(key: "k", value: "v"), of: made.id)
        try await fixture.experiments.rename(made.id, to: "b", by: self.ada)
        try await fixture.experiments.delete(made.id, by: self.ada)
        let kinds = try await fixture.database.read { try fixture.journal.lines(after: 1, limit: 100, in: $0) }
        #expect(kinds.map(\.kind) == ["experiment.created", "experiment.renamed", "experiment.deleted"])
    }

    @Test("an id that is no number is named", arguments: ["abc", "1.5", ""])
    func ids(text: String) {
        #expect(throws: TrackingError.invalidExperimentID(text)) { _ = try Experiments.id(text) }
    }
}
