import Contract

/// The routes of MLflow that this server knows of and does not answer, each with the reason: they are refused with
/// `NOT_IMPLEMENTED` (501), which MLflow's clients do not repeat. `docs/reference/mlflow.md` lists them beside the others.
package enum MLflowUnanswered {
    /// What one reason holds for: a method, the version of the API and a path.
    typealias Group = (reason: String, routes: [(method: String, prefix: MLflowRoute.Prefix, path: String)])

    package static var routes: [MLflowRoute] {
        self.groups.flatMap { group in
            group.routes.map { row in
                MLflowRoute(row.method, row.path, in: row.prefix, refusal: group.reason) { _ in
                    throw MLflowError(
                        .notImplemented, "\(row.method) \(row.path) is not served by this server. \(group.reason)")
                }
            }
        }
    }

    static let groups: [Group] = [
        (
            "Calls of language models go to their providers or to a gateway of your own; Martlet serves models that you trained.",
            [
                ("POST", .version3, "/mlflow/gateway/secrets/create"),
                ("GET", .version3, "/mlflow/gateway/secrets/get"),
                ("POST", .version3, "/mlflow/gateway/secrets/update"),
                ("DELETE", .version3, "/mlflow/gateway/secrets/delete"),
                ("GET", .version3, "/mlflow/gateway/secrets/list"),
                ("POST", .version3, "/mlflow/gateway/endpoints/create"),
                ("GET", .version3, "/mlflow/gateway/endpoints/get"),
                ("POST", .version3, "/mlflow/gateway/endpoints/update"),
                ("DELETE", .version3, "/mlflow/gateway/endpoints/delete"),
                ("GET", .version3, "/mlflow/gateway/endpoints/list"),
                ("POST", .version3, "/mlflow/gateway/model-definitions/create"),
                ("GET", .version3, "/mlflow/gateway/model-definitions/get"),
                ("GET", .version3, "/mlflow/gateway/model-definitions/list"),
                ("POST", .version3, "/mlflow/gateway/model-definitions/update"),
                ("DELETE", .version3, "/mlflow/gateway/model-definitions/delete"),
                ("POST", .version3, "/mlflow/gateway/endpoints/models/attach"),
                ("POST", .version3, "/mlflow/gateway/endpoints/models/detach"),
                ("POST", .version3, "/mlflow/gateway/endpoints/bindings/create"),
                ("DELETE", .version3, "/mlflow/gateway/endpoints/bindings/delete"),
                ("GET", .version3, "/mlflow/gateway/endpoints/bindings/list"),
                ("POST", .version3, "/mlflow/gateway/endpoints/set-tag"),
                ("DELETE", .version3, "/mlflow/gateway/endpoints/delete-tag"),
                ("POST", .version3, "/mlflow/gateway/budgets/create"),
                ("GET", .version3, "/mlflow/gateway/budgets/get"),
                ("POST", .version3, "/mlflow/gateway/budgets/update"),
                ("DELETE", .version3, "/mlflow/gateway/budgets/delete"),
                ("GET", .version3, "/mlflow/gateway/budgets/list"),
                ("GET", .version3, "/mlflow/gateway/budgets/windows"),
                ("POST", .version3, "/mlflow/gateway/guardrails/create"),
                ("GET", .version3, "/mlflow/gateway/guardrails/get"),
                ("DELETE", .version3, "/mlflow/gateway/guardrails/delete"),
                ("GET", .version3, "/mlflow/gateway/guardrails/list"),
                ("POST", .version3, "/mlflow/gateway/guardrails/add-to-endpoint"),
                ("DELETE", .version3, "/mlflow/gateway/guardrails/remove-from-endpoint"),
                ("GET", .version3, "/mlflow/gateway/guardrails/list-for-endpoint"),
                ("PATCH", .version3, "/mlflow/gateway/guardrails/update-config"),
                ("GET", .version3, "/mlflow/gateway/supported-providers"),
                ("GET", .version3, "/mlflow/gateway/supported-models"),
                ("GET", .version3, "/mlflow/gateway/provider-config"),
                ("GET", .version3, "/mlflow/gateway/secrets/config"),
                ("GET", .version2, "/mlflow/gateway-proxy"),
                ("POST", .version2, "/mlflow/gateway-proxy"),
            ]
        ),
        (
            "Questions for people are asked outside of Martlet; what they answer is logged as an assessment.",
            [
                ("POST", .version3, "/mlflow/label-schemas/create"),
                ("GET", .version3, "/mlflow/label-schemas/get"),
                ("GET", .version3, "/mlflow/label-schemas/get-by-name"),
                ("GET", .version3, "/mlflow/label-schemas/list"),
                ("PATCH", .version3, "/mlflow/label-schemas/update"),
                ("DELETE", .version3, "/mlflow/label-schemas/delete"),
                ("POST", .version3, "/mlflow/review-queues/create"),
                ("POST", .version3, "/mlflow/review-queues/get-or-create-user"),
                ("GET", .version3, "/mlflow/review-queues/get"),
                ("GET", .version3, "/mlflow/review-queues/get-by-name"),
                ("GET", .version3, "/mlflow/review-queues/list"),
                ("POST", .version3, "/mlflow/review-queues/update"),
                ("POST", .version3, "/mlflow/review-queues/delete"),
                ("POST", .version3, "/mlflow/review-queues/items/add"),
                ("POST", .version3, "/mlflow/review-queues/items/remove"),
                ("GET", .version3, "/mlflow/review-queues/items/list"),
                ("POST", .version3, "/mlflow/review-queues/items/set-status"),
            ]
        ),
        (
            "Martlet does not run searches for better prompts; register what you found as a prompt.",
            [
                ("POST", .version3, "/mlflow/prompt-optimization/jobs"),
                ("GET", .version3, "/mlflow/prompt-optimization/jobs/{job_id}"),
                ("POST", .version3, "/mlflow/prompt-optimization/jobs/search"),
                ("GET", .version3, "/mlflow/prompt-optimization/jobs/search"),
                ("POST", .version3, "/mlflow/prompt-optimization/jobs/{job_id}/cancel"),
                ("DELETE", .version3, "/mlflow/prompt-optimization/jobs/{job_id}"),
            ]
        ),
        (
            "Martlet keeps no list of known problems; log one as an assessment of the trace.",
            [
                ("POST", .version3, "/mlflow/issues"),
                ("PATCH", .version3, "/mlflow/issues/{issue_id}"),
                ("GET", .version3, "/mlflow/issues/{issue_id}"),
                ("POST", .version3, "/mlflow/issues/search"),
            ]
        ),
        (
            "One server is one workspace: projects and roles divide it.",
            [
                ("GET", .version3, "/mlflow/workspaces"),
                ("POST", .version3, "/mlflow/workspaces"),
                ("GET", .version3, "/mlflow/workspaces/{workspace_name}"),
                ("PATCH", .version3, "/mlflow/workspaces/{workspace_name}"),
                ("DELETE", .version3, "/mlflow/workspaces/{workspace_name}"),
            ]
        ),
        (
            "Only the vendor's hosted product has it; search traces instead.",
            [
                ("GET", .version2, "/mlflow/unified-traces"),
                ("GET", .version2, "/mlflow/get-online-trace-details"),
            ]
        ),
        (
            "Martlet runs no scorers on its server; run them where you work, or as a step, and log what they say as assessments.",
            [
                ("PUT", .version3, "/mlflow/scorers/online-config"),
                ("POST", .version3, "/mlflow/scorer/invoke"),
                ("POST", .version3, "/mlflow/issues/invoke"),
                ("POST", .version3, "/mlflow/genai/evaluate/invoke"),
            ]
        ),
        (
            "Only MLflow's own pages ask for it, and Martlet has pages of its own.",
            [
                ("GET", .root, "/graphql"),
                ("POST", .root, "/graphql"),
                ("POST", .version2, "/mlflow/runs/create-promptlab-run"),
                ("GET", .version2, "/mlflow/get-trace-artifact"),
                ("GET", .version3, "/mlflow/get-trace-artifact"),
                ("GET", .version3, "/mlflow/ui-telemetry"),
                ("POST", .version3, "/mlflow/ui-telemetry"),
                ("POST", .version3, "/mlflow/demo/generate"),
                ("POST", .version3, "/mlflow/demo/delete"),
                ("POST", .version2, "/mlflow/users/create-ui"),
            ]
        ),
        (
            "Not built; search traces and count.",
            [
                ("POST", .version3, "/mlflow/traces/calculate-filter-correlation"),
                ("POST", .version3, "/mlflow/traces/metrics"),
            ]
        ),
    ]
}
