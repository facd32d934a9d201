import Access
import Contract
import ControlPlane
import Costs
import Data
import Fleet
import MLflow
import Models
import Pipelines
import Runs
import Serving
import ServiceLifecycle
import Tracking

extension Wiring {
    /// Every capability's routes.
    var routes: [BoundRoute] {
        AccessRoutes(access: self.access).bound
            + CatalogRoutes(shelf: self.shelf, refreshes: self.refreshes).bound
            + FleetRoutes(environments: self.environments, workers: self.workers, priceBooks: self.priceBooks).bound
            + StoreRoutes(stores: self.stores).bound + DatasetRoutes(datasets: self.datasets).bound
            + TransferRoutes(transfers: self.transfers).bound + RunRoutes(runs: self.runs).bound
            + PipelineRoutes(pipelines: self.pipelines).bound + TrackingRoutes(tracking: self.tracking).bound
            + ModelRoutes(models: self.models).bound + EndpointRoutes(endpoints: self.endpoints).bound
            + CostRoutes(ledger: self.ledger).bound
    }

    /// Everything that runs, in the order in which it starts; it stops the other way round.
    ///
    /// - Parameter announce: called with the port once requests are accepted.
    /// - Throws: when a route is unbound, which is a mistake in this program.
    func services(announce: @escaping @Sendable (Int) -> Void) throws -> [any Service] {
        let parts = ControlPlane.Parts(
            database: self.database, journal: self.journal, access: self.access, time: self.time, logger: self.logger,
            blobs: ServedStores(wiring: self), pages: ConsolePages(wiring: self), compatible: [self.mlflow],
            metricSources: [RunMetrics(runs: self.runs), FleetMetrics(environments: self.environments)])
        let address = self.address
        let server = try ControlPlane(
            parts,
            address: .init(
                host: self.options.host, port: self.options.port,
                insecurePrincipal: self.options.insecureLocal ? ControlPlane.localPrincipal : nil),
            routes: self.routes
        ) { port in
            address.set(port: port)
            announce(port)
        }
        let actions = NodeActions(
            register: RegisterNode(models: self.models, tracking: self.tracking),
            deploy: DeployNode(endpoints: self.endpoints))
        let loops: [any Service] = [
            RunReconciler(runs: self.runs, workers: self.workers, logger: self.logger),
            PriceBookReconciler(priceBooks: self.priceBooks, logger: self.logger),
            TransferReconciler(transfers: self.transfers, logger: self.logger),
            PipelineReconciler(pipelines: self.pipelines, actions: actions, logger: self.logger),
            StepRunReconciler(runs: self.trackedRuns, logger: self.logger),
            EndpointReconciler(endpoints: self.endpoints, logger: self.logger),
            WebhookReconciler(webhooks: self.webhooks, logger: self.logger),
            FileStoreSweepReconciler(
                stores: self.stores, drivers: self.localStores, time: self.time, logger: self.logger),
        ]
        let listeners: [any Service] = server.blobListeners.map { [$0] } ?? []
        return loops + listeners + [server, LocalProcessesReconciler(wiring: self)]
    }
}
