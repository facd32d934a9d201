import Access
import CloudPorts
import Contract
import ControlPlane
import Data
import Kernel
import LocalCloud
import MLflow
import Models
import Runs
import Tracking

extension Wiring {
    /// MLflow's API over the same capabilities.
    var mlflow: MLflow {
        MLflow(
            routes: self.mlflowTable.routes,
            access: self.access, runTokens: self.runTokens,
            isLive: { [runs = self.runs] in try await runs.isLive($0) },
            insecurePrincipal: self.options.insecureLocal ? ControlPlane.localPrincipal : nil,
            basicAuth: self.options.basicAuth ? (self.users, self.places) : nil, logger: self.logger)
    }

    private var mlflowTable: MLflowTable {
        MLflowTable(
            experiments: self.experiments, experimentSearch: ExperimentSearch(database: self.database),
            runs: self.trackedRuns, runSearch: RunSearch(database: self.database, metrics: self.metrics),
            metrics: self.metrics, loggedModels: self.loggedModels, traces: self.traces,
            datasets: EvaluationDatasets(database: self.database, journal: self.journal, time: self.time),
            scorers: Scorers(database: self.database, journal: self.journal, time: self.time), models: self.models,
            webhooks: self.webhooks, artifacts: self.artifacts)
    }

    private var places: MLflowPlaces {
        let places = Places(database: self.database)
        return MLflowPlaces(
            experimentNamed: { try await places.experiment(named: $0).map(String.init) },
            experimentOfRun: { try await places.run($0).map { String($0.experiment) } },
            experimentOfLoggedModel: { [models = self.loggedModels] in
                String(try await models.model($0).experiment)
            },
            experimentOfTrace: { [traces = self.traces] in String(try await traces.trace($0).experiment) })
    }

    private var artifactRoots: MLflowArtifactRoots {
        let places = Places(database: self.database)
        return MLflowArtifactRoots(
            run: { try await places.run($0)?.artifactURI },
            loggedModel: { [models = self.loggedModels] in try await models.model($0).artifactURI },
            modelVersion: { [models = self.models] name, version in
                do { return try await models.location(of: name, Int(version) ?? 0) } catch is ModelError {
                    throw MLflowError(
                        .resourceDoesNotExist, "Model Version (name=\(name), version=\(version)) not found")
                }
            })
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
            origin: self.options.configuration.advertise == nil ? .asked(own: { address.advertised }) : .fixed,
            roots: self.artifactRoots
        ) {
            if let declared { return try await stores.driver(for: declared) }
            return try drivers.driver(for: folder)
        }
    }
}
