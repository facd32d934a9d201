import Contract
import Kernel
package import Tracking

/// The routes of evaluation datasets. Their tags and records are JSON within strings, as the proto has them.
package struct MLflowEvaluationDatasets: Sendable {
    private let datasets: EvaluationDatasets

    package init(datasets: EvaluationDatasets) { self.datasets = datasets }

    package var routes: [MLflowRoute] {
        [
            MLflowRoute("POST", "/mlflow/datasets/create", in: .version3, .edit, handle: self.create),
            MLflowRoute("POST", "/mlflow/datasets/search", in: .version3, handle: self.search),
            MLflowRoute("GET", "/mlflow/datasets/search", in: .version3, handle: self.search),
            MLflowRoute("GET", "/mlflow/datasets/{dataset_id}", in: .version3) { call in
                Self.answer(try await self.datasets.dataset(call.id))
            },
            MLflowRoute("DELETE", "/mlflow/datasets/{dataset_id}", in: .version3, .edit) { call in
                try await self.datasets.delete(call.id, by: call.principal)
                return MLflowWriter.empty
            },
            MLflowRoute("PATCH", "/mlflow/datasets/{dataset_id}/tags", in: .version3, .edit) { call in
                try await self.datasets.set(try call.fields.tags(required: true), of: call.id)
                return MLflowWriter.empty
            },
            MLflowRoute("DELETE", "/mlflow/datasets/{dataset_id}/tags/{key}", in: .version3, .edit) { call in
                try await self.datasets.deleteTag(call.path["key"] ?? "", of: call.id)
                return MLflowWriter.empty
            },
            MLflowRoute("GET", "/mlflow/datasets/{dataset_id}/experiment-ids", in: .version3) { call in
                let experiments = try await self.datasets.experiments(of: call.id)
                return MLflowWriter.answer { $0.list("experiment_ids", experiments) { $0.element($1) } }
            },
            MLflowRoute("POST", "/mlflow/datasets/{dataset_id}/add-experiments", in: .version3, .edit) { call in
                Self.answer(try await self.datasets.add(try call.fields.strings("experiment_ids"), to: call.id))
            },
            MLflowRoute("POST", "/mlflow/datasets/{dataset_id}/remove-experiments", in: .version3, .edit) { call in
                Self.answer(try await self.datasets.remove(try call.fields.strings("experiment_ids"), from: call.id))
            },
        ] + self.recordRoutes
    }

    private var recordRoutes: [MLflowRoute] {
        [
            MLflowRoute("POST", "/mlflow/datasets/{dataset_id}/records", in: .version3, .edit) { call in
                let text = try call.fields.required("records")
                guard case .array(let records)? = try? SpanValue(json: text) else {
                    throw MLflowError(.invalidParameterValue, "'records' is not a JSON list of records.")
                }
                let counts = try await self.datasets.upsert(records, in: call.id)
                return MLflowWriter.answer {
                    $0.field("inserted_count", Int64(counts.inserted))
                    $0.field("updated_count", Int64(counts.updated))
                }
            },
            MLflowRoute("GET", "/mlflow/datasets/{dataset_id}/records", in: .version3) { call in
                let (id, fields) = (call.id, call.fields)
                let limit = try fields.integer("max_results") ?? 0
                let page = try await self.datasets.records(
                    of: id, limit: limit > 0 ? limit : Int64(EvaluationDatasets.recordsPerPage),
                    pageToken: try fields.string("page_token"))
                let records = SpanValue.array(page.records.map { Self.value(of: $0, in: id) })
                return MLflowWriter.answer {
                    $0.field("records", records.json)
                    $0.field("next_page_token", page.next)
                }
            },
            MLflowRoute("DELETE", "/mlflow/datasets/{dataset_id}/records", in: .version3, .edit) { call in
                let count = try await self.datasets.deleteRecords(
                    try call.fields.strings("dataset_record_ids"), of: call.id)
                return MLflowWriter.answer { $0.field("deleted_count", Int64(count)) }
            },
        ]
    }

    private func create(_ call: MLflowCall) async throws -> Answer {
        let experiments = try call.fields.strings("experiment_ids")
        let dataset = try await self.datasets.create(
            try call.fields.required("name"), tags: try call.fields.tags(), experiments: experiments,
            by: call.principal)
        return Self.answer(dataset, experiments: experiments)
    }

    private func search(_ call: MLflowCall) async throws -> Answer {
        let fields = call.fields
        let limit = try fields.integer("max_results")
        let page = try await self.datasets.search(
            experiments: try fields.strings("experiment_ids"), filter: try fields.string("filter_string"),
            order: try fields.strings("order_by"), limit: limit == 0 ? nil : limit,
            pageToken: try fields.string("page_token"))
        return MLflowWriter.answer { writer in
            writer.list("datasets", page.items) { writer, dataset in writer.object { $0.content(of: dataset) } }
            writer.field("next_page_token", page.next)
        }
    }

    private static func answer(_ dataset: EvaluationDataset, experiments: [String] = []) -> Answer {
        MLflowWriter.answer { writer in
            writer.object("dataset") {
                $0.content(of: dataset)
                $0.list("experiment_ids", experiments) { $0.element($1) }
            }
        }
    }

    /// A record as the client reads it.
    private static func value(of record: EvaluationRecord, in dataset: String) -> SpanValue {
        let source = record.source
        let type = source?["source_type"]?.textValue?.uppercased()
        let data = source?["source_data"]
        let optional: [(String, SpanValue?)] = [
            ("expectations", record.expectations), ("tags", record.tags), ("source", source),
            ("source_id", data?[type == "TRACE" ? "trace_id" : "source_id"]), ("source_type", type.map { .text($0) }),
            ("created_time", .integer(record.createdAt.milliseconds)),
            ("last_update_time", .integer(record.updatedAt.milliseconds)),
            ("created_by", record.createdBy.map { .text($0) }), ("last_updated_by", record.updatedBy.map { .text($0) }),
            ("outputs", record.outputs),
        ]
        let required = [
            SpanField("dataset_record_id", .text(record.id)), SpanField("dataset_id", .text(dataset)),
            SpanField("inputs", record.inputs),
        ]
        return .map(required + optional.compactMap { name, value in value.map { SpanField(name, $0) } })
    }
}

extension MLflowCall {
    fileprivate var id: String { self.path["dataset_id"] ?? "" }
}

extension MLflowFields {
    /// Tags as JSON in a string; a tag without a value is left out.
    fileprivate func tags(required: Bool = false) throws(MLflowError) -> [KeyValue] {
        guard let text = required ? try self.required("tags") : try self.string("tags"), !text.isEmpty else {
            return []
        }
        guard case .map(let fields)? = try? SpanValue(json: text) else {
            throw MLflowError(.invalidParameterValue, "'tags' is not a JSON object.")
        }
        return fields.compactMap { field in
            field.value == .null ? nil : KeyValue(key: field.key, value: field.value.textValue ?? field.value.json)
        }
    }
}

extension MLflowWriter {
    fileprivate mutating func content(of dataset: EvaluationDataset) {
        self.field("dataset_id", dataset.id)
        self.field("name", dataset.name)
        self.field("tags", SpanValue.map(dataset.tags.map { SpanField($0.key, .text($0.value)) }).json)
        self.field("schema", dataset.schema)
        self.field("profile", dataset.profile)
        self.field("digest", dataset.digest)
        self.field("created_time", dataset.createdAt.milliseconds)
        self.field("last_update_time", dataset.updatedAt.milliseconds)
        self.field("created_by", dataset.createdBy)
        self.field("last_updated_by", dataset.updatedBy)
    }
}
