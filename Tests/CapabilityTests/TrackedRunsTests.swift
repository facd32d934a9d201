import Contract
import Database
import Kernel
import Logging
import Testing
import Tracking

@Suite struct TrackedRunsTests {
    private let ada = TrackingFixture.ada

    @Test("a run has the name it was given, or its tag's, or one that is made up")
    func names() async throws {
        let fixture = try await TrackingFixture()
        let tag = KeyValue(key: "mlflow.runName", value: "tagged")
        #expect(try await fixture.start(name: "given").name == "given")
        #expect(try await fixture.start(tags: [tag]).name == "tagged")
        let made = try await fixture.start()
        #expect(made.name.split(separator: "-").count == 3)
        #expect(made.tags == [KeyValue(key: "mlflow.runName", value: made.name)])
        #expect(made.artifactURI == "mlflow-artifacts:/0/\(made.id.hexadecimal)/artifacts")
        await #expect(throws: TrackingError.twoRunNames(argument: "given", tag: "tagged")) {
            _ = try await fixture.start(name: "given", tags: [tag])
        }
    }

    @Test("the name and the tag mlflow.runName are one")
    func renaming() async throws {
        let fixture = try await TrackingFixture()
        let id = try await fixture.start(name: "a").id.hexadecimal
        _ = try await fixture.runs.update(id, name: "b", by: self.ada)
        #expect(try await fixture.runs.run(id).tags == [KeyValue(key: "mlflow.runName", value: "b")])
        try await fixture.runs.set(tag: KeyValue(key: "mlflow.runName", value: "c"), of: id)
        #expect(try await fixture.runs.run(id).name == "c")
        try await fixture.runs.set(tag: KeyValue(key: "mlflow.runName", value: ""), of: id)
        #expect(try await fixture.runs.run(id).name == "c")
    }

    @Test("a parameter is written once; the same value again is no change")
    func parameters() async throws {
        let fixture = try await TrackingFixture()
        let run = try await fixture.start()
        let id = run.id.hexadecimal
        try await fixture.runs.log(parameter: KeyValue(key: "a", value: "1"), to: id)
        try await fixture.runs.log(parameter: KeyValue(key: "a", value: "1"), to: id)
        let change = ParameterChange(key: "a", old: "1", new: "2")
        await #expect(throws: TrackingError.parameterChanged(change, run: run.id)) {
            try await fixture.runs.log(parameter: KeyValue(key: "a", value: "2"), to: id)
        }
        await #expect(throws: TrackingError.parametersChanged([change], run: run.id)) {
            try await fixture.runs.log(
                parameters: [KeyValue(key: "b", value: "1"), KeyValue(key: "a", value: "2")],
                tags: [KeyValue(key: "t", value: "1")], to: id)
        }
        let found = try await fixture.runs.run(id)
        #expect(found.parameters == [KeyValue(key: "a", value: "1")] && found.tags.count == 1)
        #expect(
            TrackingError.parametersChanged([change], run: run.id).message
                == "Changing param values is not allowed. Params were already logged="
                + "'[{'key': 'a', 'old_value': '1', 'new_value': '2'}]' for run ID='\(id)'.")
    }

    @Test("a batch is written whole, or what it adds is not written either")
    func batches() async throws {
        let fixture = try await TrackingFixture()
        let id = try await fixture.start().id.hexadecimal
        await #expect(throws: PlainFault.self) {
            try await fixture.runs.log(parameters: [KeyValue(key: "a", value: "1")], tags: [], to: id) { _, _ in
                throw PlainFault(.exhausted, "too many points")
            }
        }
        #expect(try await fixture.runs.run(id).parameters.isEmpty)
        let long = String(repeating: "v", count: 600)
        try await fixture.runs.log(
            parameters: [KeyValue(key: "a", value: "1")],
            tags: [KeyValue(key: "t", value: "1"), KeyValue(key: "t", value: long)], to: id)
        #expect(try await fixture.runs.run(id).tags.contains(KeyValue(key: "t", value: long)))
    }

    @Test("a deleted run takes nothing until it is restored")
    func deleted() async throws {
        let fixture = try await TrackingFixture()
        let run = try await fixture.start()
        let id = run.id.hexadecimal
        try await fixture.runs.delete(id, by: self.ada)
        try await fixture.runs.delete(id, by: self.ada)
        let refused = TrackingError.runNotActive(run.id)
        await #expect(throws: refused) { try await fixture.runs.log(parameter: KeyValue(key: "a", value: "1"), to: id) }
        await #expect(throws: refused) { try await fixture.runs.set(tag: KeyValue(key: "a", value: "1"), of: id) }
        await #expect(throws: refused) { try await fixture.runs.deleteTag("a", of: id) }
        await #expect(throws: refused) { try await fixture.runs.log(datasets: [], models: [], to: id) }
        await #expect(throws: refused) { _ = try await fixture.runs.update(id, status: .failed, by: self.ada) }
        try await fixture.runs.restore(id, by: self.ada)
        try await fixture.runs.log(parameter: KeyValue(key: "a", value: "1"), to: id)
    }

    @Test("an unknown run is named as it was asked for", arguments: ["", "abc", String(repeating: "0", count: 32)])
    func unknown(id: String) async throws {
        let fixture = try await TrackingFixture()
        await #expect(throws: TrackingError.runNotFound(id)) { _ = try await fixture.runs.run(id) }
        await #expect(throws: TrackingError.runNotFound(id)) { try await fixture.runs.delete(id, by: self.ada) }
    }

    @Test("what a run read and made is noted once")
    func inputs() async throws {
        let fixture = try await TrackingFixture()
        let id = try await fixture.start().id.hexadecimal
        let dataset = TrackedDataset(name: "d", digest: "1", sourceType: "local", source: "{}")
        let context = KeyValue(key: DatasetSummary.contextKey, value: "training")
        let input = DatasetInput(dataset: dataset, tags: [context])
        try await fixture.runs.log(datasets: [input, input], models: ["m-1", "m-1"], to: id)
        try await fixture.runs.log(datasets: [DatasetInput(dataset: dataset)], models: [], to: id)
        try await fixture.runs.log(outputs: [ModelOutput(model: "m-2", step: 3)], to: id)
        let run = try await fixture.runs.run(id)
        #expect(run.datasetInputs == [input] && run.modelInputs == ["m-1"])
        #expect(run.modelOutputs == [ModelOutput(model: "m-2", step: 3)])
        #expect(
            try await fixture.runs.datasets(of: [0])
                == [DatasetSummary(experiment: 0, name: "d", digest: "1", context: "training")])
    }

    @Test("the history of models grows")
    func models() async throws {
        let fixture = try await TrackingFixture()
        let id = try await fixture.start().id.hexadecimal
        for number in 1...2 { try await fixture.runs.record(model: .object(["n": .integer(Int64(number))]), of: id) }
        let history = KeyValue(key: "mlflow.log-model.history", value: #"[{"n":1},{"n":2}]"#)
        #expect(try await fixture.runs.run(id).tags.contains(history))
    }

    // MARK: Steps

    @Test("a step's run is tracked when it is first spoken of, in its project's experiment")
    func lazily() async throws {
        let fixture = try await TrackingFixture()
        let run = try await fixture.step(77, .running)
        try await fixture.runs.log(parameter: KeyValue(key: "rate", value: "0.5"), to: run.id.hexadecimal)
        let tracked = try await fixture.runs.run(run.id.hexadecimal)
        #expect(tracked.name == "train" && tracked.user == "ada" && tracked.status == .running)
        #expect(Set(tracked.parameters.map(\.key)) == ["depth", "kind", "rate"])
        #expect(try await fixture.experiments.experiment(tracked.experiment).name == "digits")
        #expect(tracked.tags.contains(KeyValue(key: "martlet.environment", value: "onprem")))
    }

    @Test("status and end of a step's run follow the journal, and what its code logged stays")
    func follows() async throws {
        let fixture = try await TrackingFixture()
        let reconciler = StepRunReconciler(runs: fixture.runs, logger: Logger(label: "test"))
        let run = try await fixture.step(78, .queued)
        let id = run.id.hexadecimal
        let first = await reconciler.tick()
        #expect(try await fixture.runs.run(id).status == .scheduled)
        try await fixture.runs.set(tag: KeyValue(key: "colour", value: "green"), of: id)
        _ = try await fixture.runs.update(id, status: .finished, name: "mine", by: self.ada)
        fixture.time.advance(by: .seconds(5))
        _ = try await fixture.step(78, .failed)
        await reconciler.tick(after: first)
        let tracked = try await fixture.runs.run(id)
        #expect(tracked.status == .failed && tracked.endedAt == fixture.time.now && tracked.name == "mine")
        #expect(tracked.tags.contains(KeyValue(key: "colour", value: "green")))
    }

    @Test("a restart goes on where it was, and replicas are no experiments")
    func restart() async throws {
        let fixture = try await TrackingFixture()
        let reconciler = StepRunReconciler(runs: fixture.runs, logger: Logger(label: "test"))
        let first = try await fixture.step(79, .succeeded)
        _ = try await fixture.step(80, .running, kind: .replica)
        let reached = try #require(await reconciler.tick())
        let again = try #require(await StepRunReconciler(runs: fixture.runs, logger: Logger(label: "test")).tick())
        #expect(again >= reached)
        let rows = try await fixture.database.read { try $0.rows("SELECT id FROM tracked_runs") }
        #expect(try rows.map { try $0.get(0) as String } == [first.id.hexadecimal])
    }
}
