import Contract
import Kernel
package import Tracking

/// The routes of logged models.
package struct MLflowLoggedModels: Sendable {
    private let models: LoggedModels

    package init(models: LoggedModels) { self.models = models }

    package var routes: [MLflowRoute] {
        [
            MLflowRoute("POST", "/mlflow/logged-models", .edit, handle: self.create),
            MLflowRoute("POST", "/mlflow/logged-models/search", handle: self.search),
            MLflowRoute("GET", "/mlflow/logged-models/{model_id}", handle: self.get),
            MLflowRoute("PATCH", "/mlflow/logged-models/{model_id}", .edit, handle: self.finalize),
            MLflowRoute("DELETE", "/mlflow/logged-models/{model_id}", .edit) { call in
                try await self.models.delete(call.id, by: call.principal)
                return MLflowWriter.empty
            },
            MLflowRoute("PATCH", "/mlflow/logged-models/{model_id}/tags", .edit) { call in
                try await self.models.set(try call.fields.attributes("tags"), of: call.id)
                return MLflowWriter.empty
            },
            MLflowRoute("DELETE", "/mlflow/logged-models/{model_id}/tags/{tag_key}", .edit) { call in
                try await self.models.deleteTag(call.path["tag_key"] ?? "", of: call.id)
                return MLflowWriter.empty
            },
            MLflowRoute("POST", "/mlflow/logged-models/{model_id}/params", .edit) { call in
                try await self.models.log(try call.fields.attributes("params"), of: call.id)
                return MLflowWriter.empty
            },
        ]
    }

    private func create(_ call: MLflowCall) async throws -> Answer {
        let fields = call.fields
        let name = try fields.string("name")
        let draft = LoggedModelDraft(
            experiment: try fields.required("experiment_id"), name: name == "" ? nil : name,
            modelType: try fields.string("model_type") ?? "", sourceRun: try fields.string("source_run_id") ?? "",
            tags: try fields.attributes("tags"), params: try fields.attributes("params"))
        return Self.answer(try await self.models.create(draft, by: call.principal))
    }

    private func get(_ call: MLflowCall) async throws -> Answer {
        let isDeletedToo = try call.fields.string("allow_deleted")?.lowercased() == "true"
        return Self.answer(try await self.models.model(call.id, includingDeleted: isDeletedToo))
    }

    private func finalize(_ call: MLflowCall) async throws -> Answer {
        _ = try call.fields.required("model_id")
        let status = try Self.status(call.fields)
        return Self.answer(try await self.models.finalize(call.id, as: status, by: call.principal))
    }

    private func search(_ call: MLflowCall) async throws -> Answer {
        let fields = call.fields
        guard fields["experiment_ids"] != nil else { throw MLflowError.missing("experiment_ids") }
        let query = LoggedModelQuery(
            experiments: try fields.strings("experiment_ids"), filter: try fields.string("filter"),
            datasets: try fields.objects("datasets").map { dataset in
                LoggedModelQuery.DatasetScope(
                    name: try dataset.string("dataset_name") ?? "", digest: try dataset.string("dataset_digest"))
            },
            order: try fields.objects("order_by").map(Self.order),
            limit: Int(clamping: try fields.integer("max_results") ?? 0), pageToken: try fields.string("page_token"))
        let page = try await self.models.search(query)
        return MLflowWriter.answer { writer in
            writer.list("models", page.items) { $0.write($1) }
            writer.field("next_page_token", page.next)
        }
    }

    private static func order(_ fields: MLflowFields) throws(MLflowError) -> LoggedModelQuery.Order {
        var order = LoggedModelQuery.Order(
            field: try fields.string("field_name") ?? "", isAscending: try fields.bool("ascending") ?? true)
        if let name = try fields.string("dataset_name"), !name.isEmpty {
            order.dataset = LoggedModelQuery.DatasetScope(name: name, digest: try fields.string("dataset_digest"))
        }
        return order
    }

    /// A status by its name in the proto, or by its number there.
    private static func status(_ fields: MLflowFields) throws(MLflowError) -> LoggedModel.Status {
        switch fields["status"] {
        case nil, .string(""): throw .missing("status")
        case .string(let name):
            if let status = LoggedModel.Status.allCases.first(where: { $0.wireName == name }) { return status }
        case .integer(let number):
            if (0..<4).contains(number) { return LoggedModel.Status.allCases[Int(number)] }
        default: break
        }
        throw .invalid(fields["status"] ?? .null, for: "status")
    }

    private static func answer(_ model: LoggedModel) -> Answer {
        MLflowWriter.answer { $0.object("model") { $0.content(of: model) } }
    }
}

extension MLflowCall {
    fileprivate var id: String { self.path["model_id"] ?? "" }
}

extension LoggedModel.Status {
    /// The name in the proto. The cases stand in the order of its numbers.
    fileprivate var wireName: String {
        switch self {
        case .unspecified: "LOGGED_MODEL_STATUS_UNSPECIFIED"
        case .pending: "LOGGED_MODEL_PENDING"
        case .ready: "LOGGED_MODEL_READY"
        case .failed: "LOGGED_MODEL_UPLOAD_FAILED"
        }
    }
}

extension MLflowFields {
    /// A list of objects with a key and a value.
    fileprivate func attributes(_ name: String) throws(MLflowError) -> [KeyValue] {
        var attributes: [KeyValue] = []
        for object in try self.objects(name) {
            attributes.append(
                KeyValue(key: try object.string("key") ?? "", value: try object.string("value") ?? ""))
        }
        return attributes
    }
}

extension MLflowWriter {
    /// A logged model as an element of a list.
    fileprivate mutating func write(_ model: LoggedModel) { self.object { $0.content(of: model) } }

    fileprivate mutating func content(of model: LoggedModel) {
        self.object("info") { writer in
            writer.field("model_id", model.id)
            writer.field("experiment_id", String(model.experiment))
            writer.field("name", model.name)
            writer.field("creation_timestamp_ms", model.createdAt.milliseconds)
            writer.field("last_updated_timestamp_ms", model.updatedAt.milliseconds)
            writer.field("artifact_uri", model.artifactURI)
            writer.field("status", model.status.wireName)
            writer.field("model_type", model.modelType)
            writer.field("source_run_id", model.sourceRun)
            writer.field("status_message", model.statusMessage)
            writer.list("tags", model.tags) { $0.write($1) }
        }
        self.object("data") { writer in
            writer.list("params", model.params) { $0.write($1) }
            writer.list("metrics", model.metrics) { $0.write($1) }
        }
    }

    private mutating func write(_ attribute: KeyValue) {
        self.object {
            $0.field("key", attribute.key)
            $0.field("value", attribute.value)
        }
    }

    private mutating func write(_ metric: LoggedModelMetric) {
        self.object {
            $0.field("key", metric.key)
            $0.field("value", metric.value)
            $0.field("timestamp", metric.at.milliseconds)
            $0.field("step", metric.step)
            $0.field("dataset_name", metric.datasetName)
            $0.field("dataset_digest", metric.datasetDigest)
            $0.field("model_id", metric.model)
            $0.field("run_id", metric.run)
        }
    }
}
