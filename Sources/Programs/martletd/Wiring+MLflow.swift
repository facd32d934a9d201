import Access
import CloudPorts
import Contract
import ControlPlane
import Data
import LocalCloud
import MLflow

extension Wiring {
    /// MLflow's API over the same capabilities.
    var mlflow: MLflow {
        MLflow(
            routes: MLflowSystem.routes + self.artifacts.routes, access: self.access,
            insecurePrincipal: self.options.insecureLocal ? ControlPlane.localPrincipal : nil, logger: self.logger)
    }

    /// The folder of MLflow's artifacts as a store. It is not among the declared ones: nobody places work by it.
    var artifactFolder: Store {
        Store(
            name: "mlflow-artifacts", type: "folder", path: self.options.mlflowArtifacts, provider: "local",
            region: "local", zones: self.options.configuration.zones)
    }

    private var artifacts: MLflowArtifacts {
        let (stores, drivers, folder, address) = (self.stores, self.localStores, self.artifactFolder, self.address)
        let declared = self.options.configuration.mlflowStore
        return MLflowArtifacts(
            time: self.time,
            origin: self.options.configuration.advertise == nil ? .asked(own: { address.advertised }) : .fixed
        ) {
            if let declared { return try await stores.driver(for: declared) }
            return try drivers.driver(for: folder)
        }
    }
}
