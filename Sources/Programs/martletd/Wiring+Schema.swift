import Access
import ControlPlane
import Costs
import Data
import Database
import Fleet
import Journal
import Models
import Pipelines
import Runs
import Serving
import Tracking

extension Wiring {
    /// Everybody's tables, those that others build on first. The order never changes; what comes later is appended.
    static var migrations: [Migration] {
        Journal.migrations + ReadinessStore.migrations + AccessStore.migrations + DataStore.migrations
            + Environments.migrations + Workers.migrations + Leases.migrations + Runs.migrations
            + TrackingStore.migrations + Ledger.migrations + Models.migrations + Pipelines.migrations
            + Endpoints.migrations + PriceBooks.migrations + ExperimentStore.migrations + TrackedRunStore.migrations
            + StepRunStore.migrations + UserStore.migrations
    }
}
