package import Contract
import Database
import Kernel

// What runs read and made.
extension TrackedRuns {
    /// The tag in which MLflow before version 3 keeps the models that a run logged, as a JSON list.
    static let modelHistoryTag = "mlflow.log-model.history"

    /// Notes datasets and logged models that a run read. What is noted already stays as it is.
    ///
    /// - Throws: `invalidValue`, `runNotFound`, `runNotActive`.
    package func log(datasets: [DatasetInput], models: [String], to text: String) async throws {
        for input in datasets { try TrackingRules.check(input) }
        try await self.database.write { transaction in
            let row = try self.active(text, in: transaction)
            var seen: Set<[String]> = []
            for input in datasets where seen.insert([input.dataset.name, input.dataset.digest]).inserted {
                let number = try TrackedRunStore.number(of: input.dataset, in: row.run.experiment, transaction)
                try TrackedRunStore.insert(dataset: number, tags: input.tags, of: row.number, in: transaction)
            }
            for model in models { try TrackedRunStore.insert(modelInput: model, of: row.number, in: transaction) }
        }
    }

    /// Notes logged models that a run made; one that is noted already gets the new step.
    ///
    /// - Throws: `runNotFound`, `runNotActive`.
    package func log(outputs: [ModelOutput], to text: String) async throws {
        try await self.database.write { transaction in
            let row = try self.active(text, in: transaction)
            for output in outputs { try TrackedRunStore.insert(modelOutput: output, of: row.number, in: transaction) }
        }
    }

    /// Adds a model to the run's history of models.
    ///
    /// - Parameter model: what the history keeps of it.
    /// - Throws: `runNotFound`, `runNotActive`, `invalidValue` when the history is no list.
    package func record(model: JSONValue, of text: String) async throws {
        try await self.database.write { transaction in
            let row = try self.active(text, in: transaction)
            var history: [JSONValue] = []
            if let before = try TrackedRunStore.tag(Self.modelHistoryTag, of: row.number, in: transaction) {
                guard case .array(let models)? = try? JSONValue(utf8: Array(before.utf8)) else {
                    throw TrackingError.invalidValue(
                        "The tag '\(Self.modelHistoryTag)' of the run is not a JSON list. Delete it and log again.")
                }
                history = models
            }
            let value = JSONValue.array(history + [model]).text
            try TrackedRunStore.set(
                tag: KeyValue(key: Self.modelHistoryTag, value: value), of: row.number, in: transaction)
        }
    }
}

extension TrackingRules {
    /// - Source: MLflow 3.17.2, `utils/validation.py`.
    static func check(_ input: DatasetInput) throws(TrackingError) {
        let dataset = input.dataset
        try self.checkLength(dataset.name, of: "name", limit: 500)
        try self.checkLength(dataset.digest, of: "digest", limit: 36)
        try self.checkLength(dataset.source, of: "source", limit: 65_535)
        if let schema = dataset.schema { try self.checkLength(schema, of: "schema", limit: 1_048_575) }
        if let profile = dataset.profile { try self.checkLength(profile, of: "profile", limit: 16_777_215) }
        for tag in input.tags {
            try self.checkLength(tag.key, of: "key", limit: 255)
            try self.checkLength(tag.value, of: "value", limit: 500)
        }
    }
}
