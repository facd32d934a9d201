import Access
import ControlPlane
import MLflow

extension Wiring {
    /// MLflow's API over the same capabilities.
    var mlflow: MLflow {
        MLflow(
            routes: MLflowSystem.routes + self.mlflowRegistry.routes, access: self.access,
            insecurePrincipal: self.options.insecureLocal ? ControlPlane.localPrincipal : nil, logger: self.logger)
    }

    private var mlflowRegistry: MLflowRegistry { MLflowRegistry(models: self.models, webhooks: self.webhooks) }
}
