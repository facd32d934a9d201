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
        return self.table["\(route.path) \(route.method)"]
    }

    private static let table: [String: MLflowRule] = {
        var table: [String: MLflowRule] = [:]
        func add(_ rule: MLflowRule, _ prefix: String, _ routes: String...) {
            for route in routes {
                let words = route.split(separator: " ")
                table["\(prefix)\(words.dropLast().joined()) \(words.last ?? "")"] = rule
            }
        }
        let experiments = "/mlflow/experiments/"
        add(.create(.experiment), experiments, "create POST")
        add(.experiment(.read), experiments, "get GET")
        add(.experimentByName(.read), experiments, "get-by-name GET")
        add(.experimentWhole, experiments, "delete POST", "restore POST")
        add(
            .experiment(.update), experiments, "update POST", "set-experiment-tag POST", "delete-experiment-tag POST")
        add(.experiments, experiments, "search-datasets POST", "search-datasets GET")
        let runs = "/mlflow/runs/"
        add(.createIn(.run), runs, "create POST")
        add(.run(.read), runs, "get GET")
        add(.run(.delete), runs, "delete POST", "restore POST")
        add(
            .run(.update), runs, "update POST", "log-metric POST", "log-batch POST", "log-inputs POST",
            "log-model POST",
            "outputs POST", "set-tag POST", "delete-tag POST", "log-parameter POST")
        add(.run(.read), "/mlflow/metrics/", "get-history GET")
        add(.runs, "/mlflow/metrics/", "get-history-bulk GET", "get-history-bulk-interval GET")
        add(.run(.read), "/mlflow/artifacts/", "list GET", "presigned-download-url POST")
        add(.runOrLoggedModel(.update), "/mlflow/artifacts/", "presigned-upload-url POST")
        add(.run(.read), "/get-artifact", "GET")
        add(.run(.update), "/mlflow/upload-artifact", "POST")
        let proxy = "/mlflow-artifacts/"
        add(.artifact(.read), proxy, "artifacts GET", "artifacts/{path...} GET", "presigned/{path...} GET")
        add(.artifact(.update), proxy, "artifacts/{path...} PUT")
        add(.artifact(.manage), proxy, "artifacts/{path...} DELETE")
        for verb in ["create", "complete", "abort"] {
            add(.artifact(.update), proxy, "mpu/\(verb) POST", "mpu/\(verb)/{path...} POST")
        }
        let models = "/mlflow/registered-models/"
        add(.create(.registeredModel), models, "create POST")
        add(.model(.read), models, "get GET")
        add(.model(.delete), models, "delete DELETE")
        add(.model(.update), models, "update PATCH", "rename POST", "set-tag POST", "delete-tag DELETE")
        add(.version(.read), models, "alias GET", "get-latest-versions POST", "get-latest-versions GET")
        add(.version(.update), models, "alias POST", "alias DELETE")
        let versions = "/mlflow/model-versions/"
        add(.model(.update), versions, "create POST")
        add(.version(.read), versions, "get GET", "get-download-uri GET")
        add(.version(.update), versions, "update PATCH", "transition-stage POST", "set-tag POST")
        add(.version(.delete), versions, "delete DELETE", "delete-tag DELETE")
        add(.version(.read), "/model-versions/get-artifact", "GET")
        let logged = "/mlflow/logged-models"
        add(.createIn(.loggedModel), logged, "POST")
        add(
            .loggedModel(.read), logged, "/{model_id} GET", "/{model_id}/artifacts/directories GET",
            "/{model_id}/artifacts/files GET")
        add(
            .loggedModel(.update), logged, "/{model_id} PATCH", "/{model_id}/tags PATCH", "/{model_id}/params POST",
            "/{model_id}/tags/{tag_key} DELETE")
        add(.loggedModel(.delete), logged, "/{model_id} DELETE")
        let traces = "/mlflow/traces"
        add(
            .trace(.update), traces, "POST", "/{request_id} PATCH", "/{trace_id} PATCH", "/{request_id}/tags PATCH",
            "/{trace_id}/tags PATCH", "/{request_id}/tags DELETE", "/{trace_id}/tags DELETE", "/delete-traces POST",
            "/{trace_id}/assessments POST", "/{trace_id}/assessments/{assessment_id} PATCH",
            "/{trace_id}/assessments/{assessment_id} DELETE")
        add(
            .trace(.read), traces, "/{request_id}/info GET", "/{trace_id} GET", "/get GET", "/search POST",
            "/{trace_id}/assessments/{assessment_id} GET", "GET")
        for search in ["experiments", "runs", "registered-models", "model-versions", "logged-models"] {
            add(.known, "/mlflow/\(search)/search", "POST", "GET")
        }
        return table
    }()
}
