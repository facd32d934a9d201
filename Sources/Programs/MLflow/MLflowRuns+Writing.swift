package import Contract
import Kernel

extension TrackedRun {
    /// The fields of `mlflow.Run`.
    package func write(to writer: inout MLflowWriter, withOutputs: Bool = true) {
        writer.object("info") { self.writeInfo(to: &$0) }
        writer.object("data") { writer in
            writer.list("metrics", self.metrics) { writer, point in
                writer.object {
                    $0.field("key", point.name)
                    $0.field("value", point.value.asMLflowSays)
                    $0.field("timestamp", point.at.milliseconds)
                    $0.field("step", point.step)
                }
            }
            writer.list("params", self.parameters) { writer, parameter in parameter.write(to: &writer) }
            writer.list("tags", self.tags) { writer, tag in tag.write(to: &writer) }
        }
        writer.object("inputs") { writer in
            writer.list("dataset_inputs", self.datasetInputs) { writer, input in input.write(to: &writer) }
            writer.list("model_inputs", self.modelInputs) { writer, model in
                writer.object { $0.field("model_id", model) }
            }
        }
        guard withOutputs else { return }
        writer.object("outputs") { writer in
            writer.list("model_outputs", self.modelOutputs) { writer, output in
                writer.object {
                    $0.field("model_id", output.model)
                    $0.field("step", output.step)
                }
            }
        }
    }

    /// The fields of `mlflow.RunInfo`.
    package func writeInfo(to writer: inout MLflowWriter) {
        let id = self.id.hexadecimal
        writer.field("run_uuid", id)
        writer.field("experiment_id", String(self.experiment))
        writer.field("run_name", self.name)
        writer.field("user_id", self.user)
        writer.field("status", self.status.rawValue)
        writer.field("start_time", self.startedAt.milliseconds)
        writer.field("end_time", self.endedAt?.milliseconds)
        writer.field("artifact_uri", self.artifactURI)
        writer.field("lifecycle_stage", self.lifecycle.rawValue)
        writer.field("run_id", id)
    }
}

extension DatasetInput {
    fileprivate func write(to writer: inout MLflowWriter) {
        writer.object { writer in
            writer.list("tags", self.tags) { writer, tag in tag.write(to: &writer) }
            writer.object("dataset") {
                $0.field("name", self.dataset.name)
                $0.field("digest", self.dataset.digest)
                $0.field("source_type", self.dataset.sourceType)
                $0.field("source", self.dataset.source)
                $0.field("schema", self.dataset.schema)
                $0.field("profile", self.dataset.profile)
            }
        }
    }
}
