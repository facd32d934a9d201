import Contract
import Kernel
package import Tracking

/// The routes of scorers.
package struct MLflowScorers: Sendable {
    private let scorers: Scorers

    package init(scorers: Scorers) { self.scorers = scorers }

    package var routes: [MLflowRoute] {
        [
            MLflowRoute("POST", "/mlflow/scorers/register", in: .version3, .edit, handle: self.register),
            MLflowRoute("GET", "/mlflow/scorers/list", in: .version3, handle: self.list),
            MLflowRoute("GET", "/mlflow/scorers/versions", in: .version3) { call in
                let versions = try await self.scorers.versions(
                    of: try call.fields.required("name"), in: try call.fields.required("experiment_id"))
                return Self.answer(versions)
            },
            MLflowRoute("GET", "/mlflow/scorers/get", in: .version3) { call in
                let scorer = try await self.scorers.scorer(
                    try call.fields.required("name"), version: try call.fields.integer("version"),
                    in: try call.fields.required("experiment_id"))
                return MLflowWriter.answer { writer in writer.object("scorer") { $0.content(of: scorer) } }
            },
            MLflowRoute("DELETE", "/mlflow/scorers/delete", in: .version3, .edit) { call in
                try await self.scorers.delete(
                    try call.fields.required("name"), version: try call.fields.integer("version"),
                    in: try call.fields.required("experiment_id"), by: call.principal)
                return MLflowWriter.empty
            },
            // Listing scorers asks which of them the server runs by itself: none.
            MLflowRoute("GET", "/mlflow/scorers/online-configs", in: .version3) { call in
                guard try !call.fields.strings("scorer_ids").isEmpty else { throw MLflowError.missing("scorer_ids") }
                return Answer(contentType: "application/json", body: .bytes(Array(#"{"configs": []}"#.utf8)))
            },
        ]
    }

    private func register(_ call: MLflowCall) async throws -> Answer {
        let fields = call.fields
        let experiment = try fields.required("experiment_id")
        let scorer = try await self.scorers.register(
            try fields.required("name"), in: experiment, serialized: try fields.required("serialized_scorer"),
            by: call.principal)
        return MLflowWriter.answer {
            $0.field("version", scorer.version)
            $0.field("scorer_id", scorer.id)
            $0.field("experiment_id", String(scorer.experiment))
            $0.field("name", scorer.name)
            $0.field("serialized_scorer", scorer.serialized)
            $0.field("creation_time", scorer.createdAt.milliseconds)
        }
    }

    private func list(_ call: MLflowCall) async throws -> Answer {
        let one = try call.fields.string("experiment_id").flatMap { $0.isEmpty ? nil : $0 }
        let hasSeveral = call.fields["experiment_ids"] != nil
        guard one == nil || !hasSeveral else {
            throw MLflowError(
                .invalidParameterValue,
                "Cannot specify both 'experiment_id' and 'experiment_ids'. Use 'experiment_ids' to scope the query to "
                    + "multiple experiments, or 'experiment_id' to scope it to a single experiment.")
        }
        let several = hasSeveral ? try call.fields.strings("experiment_ids") : nil
        return Self.answer(try await self.scorers.latest(of: several ?? one.map { [$0] }))
    }

    private static func answer(_ scorers: [Scorer]) -> Answer {
        MLflowWriter.answer { writer in
            writer.list("scorers", scorers) { writer, scorer in writer.object { $0.content(of: scorer) } }
        }
    }
}

extension MLflowWriter {
    fileprivate mutating func content(of scorer: Scorer) {
        self.field("experiment_id", String(scorer.experiment))
        self.field("scorer_name", scorer.name)
        self.field("scorer_version", scorer.version)
        self.field("serialized_scorer", scorer.serialized)
        self.field("creation_time", scorer.createdAt.milliseconds)
        self.field("scorer_id", scorer.id)
    }
}
