package import Access
package import Models
package import Tracking

/// Every route of MLflow's API that this server knows: those that it answers and those that it refuses with a reason. The
/// program serves this list, and `docs/reference/mlflow.md` is written from it.
///
/// The routes of users and roles come on top of it when people come with names and passwords.
package struct MLflowTable: Sendable {
    package let routes: [MLflowRoute]

    /// The routes of users, their permissions and roles.
    package static func routes(of users: Users) -> [MLflowRoute] { MLflowUsers(users: users).routes }

    package init(
        experiments: Experiments, experimentSearch: ExperimentSearch, runs: TrackedRuns, runSearch: RunSearch,
        metrics: Metrics, loggedModels: LoggedModels, traces: Traces, datasets: EvaluationDatasets, scorers: Scorers,
        models: Models, webhooks: Webhooks, artifacts: MLflowArtifacts
    ) {
        let tracking =
            MLflowExperiments(experiments: experiments, runs: runs).routes
            + MLflowExperimentSearch(search: experimentSearch).routes + MLflowRuns(runs: runs).routes
            + MLflowRunSearch(search: runSearch).routes
            + MLflowMetrics(metrics: metrics, runs: runs, models: loggedModels).routes
        let version3 =
            MLflowLoggedModels(models: loggedModels).routes + MLflowTraces(traces: traces).routes
            + MLflowAssessments(traces: traces).routes + MLflowOTLP(traces: traces).routes
            + MLflowEvaluationDatasets(datasets: datasets).routes + MLflowScorers(scorers: scorers).routes
        self.routes =
            MLflowSystem.routes + tracking + version3 + MLflowRegistry(models: models, webhooks: webhooks).routes
            + artifacts.routes + MLflowUnanswered.routes
    }
}
