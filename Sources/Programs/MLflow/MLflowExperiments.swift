package import Contract
import Kernel
package import Tracking

/// The routes of experiments.
package struct MLflowExperiments: Sendable {
    /// Experiments whose datasets one request lists.
    static let maximumExperiments = 20

    private let experiments: Experiments
    private let runs: TrackedRuns

    package init(experiments: Experiments, runs: TrackedRuns) {
        self.experiments = experiments
        self.runs = runs
    }

    package var routes: [MLflowRoute] {
        [
            MLflowRoute("POST", "/mlflow/experiments/create", .edit) { try await self.create($0) },
            MLflowRoute("GET", "/mlflow/experiments/get") { call in
                let id = try Experiments.id(call.fields.required("experiment_id"))
                return Self.answer(try await self.experiments.experiment(id))
            },
            MLflowRoute("GET", "/mlflow/experiments/get-by-name") { call in
                Self.answer(try await self.experiments.experiment(named: call.fields.required("experiment_name")))
            },
            MLflowRoute("POST", "/mlflow/experiments/update", .edit) { call in
                let (id, name) = try (call.fields.required("experiment_id"), call.fields.required("new_name"))
                try await self.experiments.rename(try Experiments.id(id), to: name, by: call.principal)
                return MLflowWriter.empty
            },
            MLflowRoute("POST", "/mlflow/experiments/delete", .edit) { call in
                let id = try Experiments.id(call.fields.required("experiment_id"))
                try await self.experiments.delete(id, by: call.principal)
                return MLflowWriter.empty
            },
            MLflowRoute("POST", "/mlflow/experiments/restore", .edit) { call in
                let id = try Experiments.id(call.fields.required("experiment_id"))
                try await self.experiments.restore(id, by: call.principal)
                return MLflowWriter.empty
            },
            MLflowRoute("POST", "/mlflow/experiments/set-experiment-tag", .edit) { call in
                let id = try call.fields.required("experiment_id")
                let tag = KeyValue(
                    key: try call.fields.required("key"), value: try call.fields.string("value") ?? "")
                try await self.experiments.setTag(tag, of: try Experiments.id(id))
                return MLflowWriter.empty
            },
            MLflowRoute("POST", "/mlflow/experiments/delete-experiment-tag", .edit) { call in
                let (id, key) = try (call.fields.required("experiment_id"), call.fields.required("key"))
                try await self.experiments.deleteTag(key, of: try Experiments.id(id))
                return MLflowWriter.empty
            },
            MLflowRoute("POST", "/mlflow/experiments/search-datasets") { try await self.datasets($0) },
            MLflowRoute("GET", "/mlflow/experiments/search-datasets") { try await self.datasets($0) },
        ]
    }

    private func create(_ call: MLflowCall) async throws -> Answer {
        let name = try call.fields.required("name")
        let location = try call.fields.string("artifact_location") ?? ""
        let experiment = try await self.experiments.create(
            name, artifactLocation: location.isEmpty ? nil : location, tags: try call.fields.keyValues("tags"),
            by: call.principal)
        return MLflowWriter.answer { $0.field("experiment_id", String(experiment.id)) }
    }

    private func datasets(_ call: MLflowCall) async throws -> Answer {
        let experiments = try call.fields.strings("experiment_ids")
        guard !experiments.isEmpty else {
            throw MLflowError(
                .invalidParameterValue, "SearchDatasets request must specify at least one experiment_id.")
        }
        guard experiments.count <= Self.maximumExperiments else {
            throw MLflowError(
                .invalidParameterValue,
                "SearchDatasets request cannot specify more than \(Self.maximumExperiments) experiment_ids. "
                    + "Received \(experiments.count) experiment_ids.")
        }
        let summaries = try await self.runs.datasets(of: try experiments.map { try Experiments.id($0) })
        return MLflowWriter.answer { writer in
            writer.list("dataset_summaries", summaries) { writer, summary in
                writer.object {
                    $0.field("experiment_id", String(summary.experiment))
                    $0.field("name", summary.name)
                    $0.field("digest", summary.digest)
                    $0.field("context", summary.context)
                }
            }
        }
    }

    private static func answer(_ experiment: Experiment) -> Answer {
        MLflowWriter.answer { writer in writer.object("experiment") { experiment.write(to: &$0) } }
    }
}

extension Experiment {
    /// The fields of `mlflow.Experiment`.
    package func write(to writer: inout MLflowWriter) {
        writer.field("experiment_id", String(self.id))
        writer.field("name", self.name)
        writer.field("artifact_location", self.artifactLocation)
        writer.field("lifecycle_stage", self.lifecycle.rawValue)
        writer.field("last_update_time", self.updatedAt.milliseconds)
        writer.field("creation_time", self.createdAt.milliseconds)
        writer.list("tags", self.tags) { writer, tag in tag.write(to: &writer) }
        writer.field("workspace", "default")
    }
}

extension KeyValue {
    /// `mlflow.RunTag`, `mlflow.Param` and their like.
    package func write(to writer: inout MLflowWriter) {
        writer.object {
            $0.field("key", self.key)
            $0.field("value", self.value)
        }
    }
}
