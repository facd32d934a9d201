import Access

/// What a request needs to be permitted, told by its route.
///
/// - Source: what MLflow's basic-auth app asks of the same routes.
enum MLflowRule: Sendable, Hashable {
    typealias Action = Permission.Action

    /// Whoever is known may.
    case known
    /// Only who may do everything.
    case admin
    /// The experiment that a field names.
    case experiment(Action)
    case experimentByName(Action)
    /// The experiment with all kinds of things in it.
    case experimentWhole
    /// All experiments that a field lists.
    case experiments
    /// To make something in an experiment.
    case createIn(ResourceType)
    /// To make something that lies in nothing.
    case create(ResourceType)
    case run(Action)
    case runs
    case loggedModel(Action)
    /// A run or a logged model, whichever is named.
    case runOrLoggedModel(Action)
    /// A registered model or prompt.
    case model(Action)
    /// A version of one.
    case version(Action)
    case trace(Action)
    /// What a path of the artifact proxy belongs to.
    case artifact(Action)

    /// The rule of a route; nil when there is none, and only who may do everything may change something by it.
    static func of(_ route: MLflowRoute) -> MLflowRule? {
        if route.path.hasPrefix("/mlflow/webhooks") { return .admin }
        if route.path.hasPrefix("/mlflow/users/") || route.path.hasPrefix("/mlflow/roles/") || route.path == "/signup" {
            // They look themselves whom they have before them.
            return .known
        }
        return self.table["\(route.method) \(route.path)"]
    }

    private static let table: [String: MLflowRule] = {
        var table: [String: MLflowRule] = [:]
        func add(_ rule: MLflowRule, _ prefix: String, _ routes: String...) {
            for route in routes {
                let words = route.split(separator: " ")
                table["\(words[0]) \(prefix)\(words.count > 1 ? words[1] : "")"] = rule
            }
        }
        let experiments = "/mlflow/experiments/"
        add(.create(.experiment), experiments, "POST create")
        add(.experiment(.read), experiments, "GET get")
        add(.experimentByName(.read), experiments, "GET get-by-name")
        add(.experimentWhole, experiments, "POST delete", "POST restore")
        add(
            .experiment(.update), experiments, "POST update", "POST set-experiment-tag", "POST delete-experiment-tag")
        add(.experiments, experiments, "POST search-datasets", "GET search-datasets")
        let runs = "/mlflow/runs/"
        add(.createIn(.run), runs, "POST create")
        add(.run(.read), runs, "GET get")
        add(.run(.delete), runs, "POST delete", "POST restore")
        add(
            .run(.update), runs, "POST update", "POST log-metric", "POST log-batch", "POST log-inputs",
            "POST log-model",
            "POST outputs", "POST set-tag", "POST delete-tag", "POST log-parameter")
        add(.run(.read), "/mlflow/metrics/", "GET get-history")
        add(.runs, "/mlflow/metrics/", "GET get-history-bulk", "GET get-history-bulk-interval")
        add(.run(.read), "/mlflow/artifacts/", "GET list", "POST presigned-download-url")
        add(.runOrLoggedModel(.update), "/mlflow/artifacts/", "POST presigned-upload-url")
        add(.run(.read), "/get-artifact", "GET")
        add(.run(.update), "/mlflow/upload-artifact", "POST")
        let proxy = "/mlflow-artifacts/"
        add(.artifact(.read), proxy, "GET artifacts", "GET artifacts/{path...}", "GET presigned/{path...}")
        add(.artifact(.update), proxy, "PUT artifacts/{path...}")
        add(.artifact(.manage), proxy, "DELETE artifacts/{path...}")
        for verb in ["create", "complete", "abort"] {
            add(.artifact(.update), proxy, "POST mpu/\(verb)", "POST mpu/\(verb)/{path...}")
        }
        let models = "/mlflow/registered-models/"
        add(.create(.registeredModel), models, "POST create")
        add(.model(.read), models, "GET get")
        add(.model(.delete), models, "DELETE delete")
        add(.model(.update), models, "PATCH update", "POST rename", "POST set-tag", "DELETE delete-tag")
        add(.version(.read), models, "GET alias", "POST get-latest-versions", "GET get-latest-versions")
        add(.version(.update), models, "POST alias", "DELETE alias")
        let versions = "/mlflow/model-versions/"
        add(.model(.update), versions, "POST create")
        add(.version(.read), versions, "GET get", "GET get-download-uri")
        add(.version(.update), versions, "PATCH update", "POST transition-stage", "POST set-tag")
        add(.version(.delete), versions, "DELETE delete", "DELETE delete-tag")
        add(.version(.read), "/model-versions/get-artifact", "GET")
        let logged = "/mlflow/logged-models"
        add(.createIn(.loggedModel), logged, "POST")
        add(
            .loggedModel(.read), logged, "GET /{model_id}", "GET /{model_id}/artifacts/directories",
            "GET /{model_id}/artifacts/files")
        add(
            .loggedModel(.update), logged, "PATCH /{model_id}", "PATCH /{model_id}/tags", "POST /{model_id}/params",
            "DELETE /{model_id}/tags/{tag_key}")
        add(.loggedModel(.delete), logged, "DELETE /{model_id}")
        let traces = "/mlflow/traces"
        add(
            .trace(.update), traces, "POST", "PATCH /{request_id}", "PATCH /{trace_id}", "PATCH /{request_id}/tags",
            "PATCH /{trace_id}/tags", "DELETE /{request_id}/tags", "DELETE /{trace_id}/tags", "POST /delete-traces",
            "POST /{trace_id}/assessments", "PATCH /{trace_id}/assessments/{assessment_id}",
            "DELETE /{trace_id}/assessments/{assessment_id}")
        add(
            .trace(.read), traces, "GET /{request_id}/info", "GET /{trace_id}", "GET /get", "POST /search",
            "GET /{trace_id}/assessments/{assessment_id}", "GET")
        for search in ["experiments", "runs", "registered-models", "model-versions", "logged-models"] {
            add(.known, "/mlflow/\(search)/search", "POST", "GET")
        }
        return table
    }()
}
