extension SearchDialect {
    private static let textComparisons = SearchComparison.pattern.union(SearchComparison.presence)

    /// `runs/search`.
    package static let runs = SearchDialect(
        .tracking,
        entityNames: ["metric", "parameter", "tag", "attribute", "dataset"],
        aliases: [
            "metric": .metric, "metrics": .metric,
            "parameter": .parameter, "parameters": .parameter, "param": .parameter, "params": .parameter,
            "tag": .tag, "tags": .tag,
            "attribute": .attribute, "attributes": .attribute, "attr": .attribute, "run": .attribute,
            "dataset": .dataset, "datasets": .dataset,
        ],
        attributes: [
            SearchAttribute("run_id", .listedText),
            SearchAttribute("run_name", .text, aliases: ["run name", "Run name", "Run Name"]),
            SearchAttribute("user_id", .text), SearchAttribute("status", .text), SearchAttribute("artifact_uri", .text),
            SearchAttribute("start_time", .number, aliases: ["created", "Created"]),
            SearchAttribute("end_time", .number),
        ],
        keys: [.dataset: ["name", "digest", "context"]],
        comparisons: [
            .metric: SearchComparison.numeric, .parameter: Self.textComparisons, .tag: Self.textComparisons,
            .dataset: SearchComparison.pattern.union(SearchComparison.list),
        ],
        ordered: [.metric, .parameter, .tag, .attribute])

    private static let labelled: [String: SearchEntity] = [
        "attribute": .attribute, "attributes": .attribute, "tag": .tag, "tags": .tag,
    ]

    /// `experiments/search`.
    package static let experiments = SearchDialect(
        .tracking, entityNames: ["attribute", "tag", "tags"], aliases: Self.labelled,
        attributes: [
            SearchAttribute("name", .text, comparisons: SearchComparison.pattern),
            SearchAttribute(
                "experiment_id", .listedText, comparisons: [.equal, .notEqual, .isIn, .notIn]),
            SearchAttribute("creation_time", .integer), SearchAttribute("last_update_time", .integer),
        ],
        comparisons: [.tag: Self.textComparisons], ordered: [.attribute])

    /// `registered-models/search`.
    package static let registeredModels = SearchDialect(
        .registeredModels, entityNames: ["attribute", "tag", "tags"], aliases: Self.labelled,
        attributes: [
            SearchAttribute("name", .listedText),
            SearchAttribute(
                "timestamp", .integer, aliases: ["last_updated_timestamp"], key: "last_updated_timestamp",
                isSearched: false),
        ],
        comparisons: [.tag: SearchComparison.pattern], ordered: [.attribute])

    /// `model-versions/search`.
    package static let modelVersions = SearchDialect(
        .modelVersions, entityNames: ["attribute", "tag", "tags"], aliases: Self.labelled,
        attributes: [
            SearchAttribute("name", .listedText), SearchAttribute("version_number", .integer),
            SearchAttribute("run_id", .listedText, isOrdered: false),
            SearchAttribute("source_path", .text, comparisons: SearchComparison.pattern, isOrdered: false),
            SearchAttribute("creation_timestamp", .integer, isSearched: false),
            SearchAttribute("last_updated_timestamp", .integer, isSearched: false),
        ],
        comparisons: [.tag: SearchComparison.pattern], ordered: [.attribute])

    /// `logged-models/search`. Its order is no text: see `loggedModelOrder`.
    package static let loggedModels = SearchDialect(
        .loggedModels, entityNames: ["attributes", "metrics", "params", "tags"],
        aliases: ["attributes": .attribute, "metrics": .metric, "params": .parameter, "tags": .tag],
        attributes: [
            SearchAttribute("name", .listedText), SearchAttribute("model_id", .listedText),
            SearchAttribute("model_type", .listedText), SearchAttribute("status", .listedText),
            SearchAttribute("source_run_id", .listedText),
            SearchAttribute("experiment_id", .listedText),
            SearchAttribute(
                "creation_timestamp", .number, aliases: ["creation_time", "creation_timestamp_ms"]),
            SearchAttribute(
                "last_updated_timestamp", .number, aliases: ["last_updated_time", "last_updated_timestamp_ms"]),
        ],
        comparisons: [
            .metric: SearchComparison.numeric,
            .parameter: SearchComparison.pattern.union(SearchComparison.list),
            .tag: SearchComparison.pattern.union(SearchComparison.list),
        ],
        ordered: [.attribute, .metric])

    /// `traces/search`. The name, the run and the prompt of a trace are kept as tags and metadata.
    package static let traces: SearchDialect = {
        let pattern = SearchComparison.pattern.union([.rlike])
        let listed = pattern.union(SearchComparison.list)
        let present = pattern.union(SearchComparison.presence)
        let labels = listed.union(SearchComparison.presence)
        let assessment = present.union(SearchComparison.numeric)
        return SearchDialect(
            .traces,
            entityNames: [
                "attribute", "attributes", "expectation", "feedback", "issue", "metadata", "request_metadata", "span",
                "tag", "tags", "trace",
            ],
            aliases: [
                "tag": .tag, "tags": .tag, "attribute": .attribute, "attributes": .attribute, "trace": .attribute,
                "metadata": .metadata, "request_metadata": .metadata, "span": .span, "feedback": .feedback,
                "expectation": .expectation, "issue": .issue,
            ],
            attributes: [
                SearchAttribute("request_id", .listedText, comparisons: listed),
                SearchAttribute("client_request_id", .listedText, comparisons: listed, isOrdered: false),
                SearchAttribute("status", .listedText, comparisons: listed),
                SearchAttribute("timestamp_ms", .number, aliases: ["timestamp"]),
                SearchAttribute("execution_time_ms", .number, aliases: ["execution_time"]),
                SearchAttribute("end_time_ms", .number, aliases: ["end_time"]),
                SearchAttribute("experiment_id", .text, isSearched: false),
                SearchAttribute("name", .listedText, comparisons: labels, entity: .tag, key: "mlflow.traceName"),
                SearchAttribute("run_id", .listedText, comparisons: labels, entity: .metadata, key: "mlflow.sourceRun"),
                SearchAttribute(
                    "prompt", .text, comparisons: [.equal], entity: .tag, key: "mlflow.linkedPrompts", isOrdered: false),
                SearchAttribute(
                    "text", .text, comparisons: [.like, .ilike], entity: .span, key: "content", isOrdered: false),
            ],
            keys: [.span: ["name", "type", "status", "content"], .issue: ["id"]],
            comparisons: [
                .tag: present, .metadata: present, .span: listed, .feedback: assessment, .expectation: assessment,
                .issue: [.equal],
            ],
            ordered: [.attribute, .tag, .metadata])
    }()

    /// `datasets/search`, of evaluation datasets.
    package static let evaluationDatasets = SearchDialect(
        .evaluationDatasets, entityNames: ["attribute", "tags"], aliases: Self.labelled,
        attributes: [
            SearchAttribute("name", .listedText, comparisons: SearchComparison.pattern.union([.isIn])),
            SearchAttribute("created_by", .text, comparisons: SearchComparison.pattern, isOrdered: false),
            SearchAttribute("last_updated_by", .text, comparisons: SearchComparison.pattern, isOrdered: false),
            SearchAttribute("created_time", .integer), SearchAttribute("last_update_time", .integer),
        ],
        comparisons: [.tag: SearchComparison.pattern], ordered: [.attribute])

    /// One term of the order of `logged-models/search`, which gives a field and a direction apart.
    ///
    /// - Parameter field: an attribute, or `metrics.` with a key.
    /// - Throws: `invalidOrder` for any other.
    package static func loggedModelOrder(field: String, isAscending: Bool) throws(SearchError) -> SearchOrder {
        guard let dot = field.firstIndex(of: ".") else {
            guard let attribute = Self.loggedModels.attributes[field.filter { $0 != " " }] else {
                throw .invalidOrder("Invalid order by field name: \(field.prefix(200))")
            }
            return SearchOrder(.attribute, attribute.key, isAscending: isAscending)
        }
        guard field[..<dot] == "metrics" else {
            throw .invalidOrder("Invalid order by field name: \(field.prefix(200)). Only metrics are supported.")
        }
        return SearchOrder(.metric, String(field[field.index(after: dot)...]), isAscending: isAscending)
    }
}
