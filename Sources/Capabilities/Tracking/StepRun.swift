package import Contract
package import Database
package import Kernel

/// Who knows the runs that Martlet executes. Fulfilled by Runs.
package protocol StepRuns: Sendable {
    /// A run by its id; nil when there is none.
    func run(_ id: ID<Run>, in reader: any Reading) throws -> Run?
}

/// What tracking says of a run that Martlet executes: its status in MLflow's words, its parameters, and as tags where it
/// ran, from which code and at what price.
struct StepRun: Sendable {
    /// What Martlet's own tags begin with.
    static let ownPrefix = "martlet."
    static let userTag = "mlflow.user"
    static let nameTag = "mlflow.runName"

    let run: Run

    var status: TrackedRunStatus {
        switch self.run.status {
        case .queued, .placed: .scheduled
        case .starting, .running: .running
        case .succeeded: .finished
        case .failed: .failed
        case .cancelled: .killed
        }
    }

    var startedAt: Timestamp { self.run.startedAt ?? self.run.submittedAt }

    /// Its values as MLflow's clients write them: text as it is, everything else as JSON.
    var parameters: [KeyValue] {
        self.run.parameters.sorted { $0.key < $1.key }.map { KeyValue(key: $0.key, value: $0.value.plain) }
    }

    /// Tags that say what it is; they change as it goes.
    var tags: [KeyValue] {
        var tags = [
            (Self.nameTag, self.run.name), (Self.userTag, self.run.user), ("martlet.step", self.run.name),
            ("martlet.project", self.run.project), ("martlet.run", self.run.id.description),
            ("martlet.attempt", String(self.run.attempt)), ("martlet.cost", self.run.cost.decimal),
            ("mlflow.source.type", "JOB"), ("mlflow.source.name", "\(self.run.project)/\(self.run.name)"),
        ]
        if let environment = self.run.environment { tags.append(("martlet.environment", environment)) }
        if let source = self.run.source { tags.append(("martlet.source", source.hex)) }
        if let outputs = self.run.outputs { tags.append(("martlet.outputs", outputs.hex)) }
        if let pipeline = self.run.pipelineRun { tags.append(("martlet.pipeline", pipeline.description)) }
        if let node = self.run.node { tags.append(("martlet.node", node)) }
        if let image = self.run.step.image { tags.append(("martlet.image", image)) }
        return tags.map { KeyValue(key: $0.0, value: $0.1) }
    }
}
