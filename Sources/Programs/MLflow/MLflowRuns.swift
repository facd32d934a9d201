package import Contract
import Kernel
package import Tracking

/// The routes of runs, but for metrics and searches.
package struct MLflowRuns: Sendable {
    let runs: TrackedRuns

    package init(runs: TrackedRuns) { self.runs = runs }

    package var routes: [MLflowRoute] {
        [
            MLflowRoute("POST", "/mlflow/runs/create", .edit) { try await self.create($0) },
            MLflowRoute("GET", "/mlflow/runs/get") { call in
                let run = try await self.runs.run(try call.fields.runID())
                return MLflowWriter.answer { writer in writer.object("run") { run.write(to: &$0) } }
            },
            MLflowRoute("POST", "/mlflow/runs/update", .edit) { try await self.update($0) },
            MLflowRoute("POST", "/mlflow/runs/delete", .edit) { call in
                try await self.runs.delete(try call.fields.runID(), by: call.principal)
                return MLflowWriter.empty
            },
            MLflowRoute("POST", "/mlflow/runs/restore", .edit) { call in
                try await self.runs.restore(try call.fields.runID(), by: call.principal)
                return MLflowWriter.empty
            },
            MLflowRoute("POST", "/mlflow/runs/log-parameter", .edit) { call in
                let run = try call.fields.runID()
                try await self.runs.log(parameter: try call.fields.keyValue(), to: run)
                return MLflowWriter.empty
            },
            MLflowRoute("POST", "/mlflow/runs/set-tag", .edit) { call in
                let run = try call.fields.runID()
                try await self.runs.set(tag: try call.fields.keyValue(), of: run)
                return MLflowWriter.empty
            },
            MLflowRoute("POST", "/mlflow/runs/delete-tag", .edit) { call in
                let (run, key) = try (call.fields.runID(), call.fields.required("key"))
                try await self.runs.deleteTag(key, of: run)
                return MLflowWriter.empty
            },
            MLflowRoute("POST", "/mlflow/runs/log-inputs", .edit) { try await self.logInputs($0) },
            MLflowRoute("POST", "/mlflow/runs/outputs", .edit) { try await self.logOutputs($0) },
            MLflowRoute("POST", "/mlflow/runs/log-model", .edit) { try await self.logModel($0) },
        ]
    }

    private func create(_ call: MLflowCall) async throws -> Answer {
        let fields = call.fields
        let experiment = try fields.string("experiment_id") ?? ""
        let draft = TrackedRunDraft(
            experiment: experiment.isEmpty ? Experiment.defaultID : try Experiments.id(experiment),
            name: try fields.string("run_name"), user: try fields.string("user_id") ?? "",
            startedAt: Timestamp(milliseconds: try fields.integer("start_time") ?? 0),
            tags: try fields.keyValues("tags"))
        let run = try await self.runs.create(draft, by: call.principal)
        return MLflowWriter.answer { writer in writer.object("run") { run.write(to: &$0, withOutputs: false) } }
    }

    private func update(_ call: MLflowCall) async throws -> Answer {
        let fields = call.fields
        let run = try await self.runs.update(
            try fields.runID(), status: try fields.status("status"),
            endedAt: try fields.integer("end_time").map { Timestamp(milliseconds: $0) },
            name: try fields.string("run_name"), by: call.principal)
        return MLflowWriter.answer { writer in writer.object("run_info") { run.writeInfo(to: &$0) } }
    }

    private func logInputs(_ call: MLflowCall) async throws -> Answer {
        let run = try call.fields.runID()
        let datasets = try call.fields.objects("datasets").map { input in
            let dataset = try input.object("dataset")
            return DatasetInput(
                dataset: TrackedDataset(
                    name: try dataset.string("name") ?? "", digest: try dataset.string("digest") ?? "",
                    sourceType: try dataset.string("source_type") ?? "", source: try dataset.string("source") ?? "",
                    schema: try dataset.string("schema"), profile: try dataset.string("profile")),
                tags: try input.keyValues("tags"))
        }
        let models = try call.fields.objects("models").map { try $0.string("model_id") ?? "" }
        try await self.runs.log(datasets: datasets, models: models, to: run)
        return MLflowWriter.empty
    }

    private func logOutputs(_ call: MLflowCall) async throws -> Answer {
        let run = try call.fields.runID()
        guard call.fields["models"] != nil else { throw MLflowError.missing("models") }
        let outputs = try call.fields.objects("models").map { model in
            ModelOutput(model: try model.string("model_id") ?? "", step: try model.integer("step") ?? 0)
        }
        try await self.runs.log(outputs: outputs, to: run)
        return MLflowWriter.empty
    }

    /// What clients of MLflow 2 say of a model that they log.
    private func logModel(_ call: MLflowCall) async throws -> Answer {
        let run = try call.fields.runID()
        let text = try call.fields.required("model_json")
        guard case .object(let model)? = try? JSONValue(utf8: Array(text.utf8)) else {
            throw MLflowError(
                .invalidParameterValue, "Malformed model info. \n \(text) \n is not a valid JSON.")
        }
        let missing = ["artifact_path", "flavors", "utc_time_created", "run_id"].filter { model[$0] == nil }
        guard missing.isEmpty else {
            let names = missing.map(PythonText.quoted).joined(separator: ", ")
            throw MLflowError(.invalidParameterValue, "Model json is missing mandatory fields: {\(names)}")
        }
        try await self.runs.record(model: Self.history(of: model), of: run)
        return MLflowWriter.empty
    }

    /// What a run's history keeps of a model: which it is, and its flavors without their configuration.
    private static func history(of model: [String: JSONValue]) -> JSONValue {
        var kept = model.filter { ["run_id", "utc_time_created", "artifact_path", "model_uuid"].contains($0.key) }
        if kept["model_uuid"] == nil { kept["model_uuid"] = .null }
        guard case .object(let flavors)? = model["flavors"] else { return .object(kept) }
        kept["flavors"] = .object(
            flavors.mapValues { flavor in
                guard case .object(let settings) = flavor else { return flavor }
                return .object(settings.filter { $0.key != "config" })
            })
        return .object(kept)
    }
}

extension MLflowFields {
    /// The run that is meant: `run_id`, or `run_uuid` as old clients say.
    package func runID() throws(MLflowError) -> String {
        if self["run_id"] == nil, let text = try self.string("run_uuid"), !text.isEmpty { return text }
        return try self.required("run_id")
    }

    /// A key and its value, which is empty when it is not there.
    package func keyValue() throws(MLflowError) -> KeyValue {
        KeyValue(key: try self.required("key"), value: try self.string("value") ?? "")
    }

    /// A list of keys and values.
    package func keyValues(_ name: String) throws(MLflowError) -> [KeyValue] {
        var found: [KeyValue] = []
        for item in try self.objects(name) {
            found.append(KeyValue(key: try item.string("key") ?? "", value: try item.string("value") ?? ""))
        }
        return found
    }

    /// A status by its name, or by its number in `service.proto`.
    func status(_ name: String) throws(MLflowError) -> TrackedRunStatus? {
        let byNumber: [TrackedRunStatus] = [.running, .scheduled, .finished, .failed, .killed]
        switch self[name] {
        case nil: return nil
        case .string(let text)?: if let status = TrackedRunStatus(rawValue: text) { return status }
        case .integer(let number)? where (1...5).contains(number): return byNumber[Int(number) - 1]
        default: break
        }
        throw .invalid(self[name] ?? .null, for: name)
    }
}
