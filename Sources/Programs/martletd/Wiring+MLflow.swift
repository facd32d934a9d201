import Access
import ControlPlane
import MLflow
import Runs

extension Wiring {
    /// MLflow's API over the same capabilities.
    var mlflow: MLflow {
        MLflow(
            routes: MLflowSystem.routes
                + MLflowExperiments(experiments: self.experiments, runs: self.trackedRuns).routes
                + MLflowRuns(runs: self.trackedRuns).routes + self.mlflowRegistry.routes,
            access: self.access, runTokens: self.runTokens,
            isLive: { [runs = self.runs] in try await runs.isLive($0) },
            insecurePrincipal: self.options.insecureLocal ? ControlPlane.localPrincipal : nil, logger: self.logger)
    }

    private var mlflowRegistry: MLflowRegistry { MLflowRegistry(models: self.models, webhooks: self.webhooks) }
}
