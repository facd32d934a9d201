import Access
import ControlPlane
import MLflow
import Runs
import Tracking

extension Wiring {
    /// MLflow's API over the same capabilities.
    var mlflow: MLflow {
        MLflow(
            routes: MLflowSystem.routes
                + MLflowExperiments(experiments: self.experiments, runs: self.trackedRuns).routes
                + MLflowExperimentSearch(search: ExperimentSearch(database: self.database)).routes
                + MLflowRuns(runs: self.trackedRuns).routes
                + MLflowRunSearch(search: RunSearch(database: self.database, metrics: self.metrics)).routes
                + MLflowMetrics(metrics: self.metrics, runs: self.trackedRuns).routes,
            access: self.access, runTokens: self.runTokens,
            isLive: { [runs = self.runs] in try await runs.isLive($0) },
            insecurePrincipal: self.options.insecureLocal ? ControlPlane.localPrincipal : nil, logger: self.logger)
    }
}
