import Access
import Contract
import Costs
import Data
import Database
import Digest
import Fleet
import Journal
import Kernel
import LocalCloud
import Logging
import Models
import Pipelines
import Runs
import Serving
import Tracking

/// Every part of the control plane, made once and handed to those that need it.
///
/// Capabilities know each other only along the arrows of the house; where one needs what another offers it declares a
/// small protocol, and `Wiring+Ports.swift` fulfils it. This and the files beside it are the only ones that name a
/// concrete driver: another cloud is another line here. It decides nothing and keeps no state.
struct Wiring: Sendable {
    let options: ServeOptions
    let database: Database
    let journal: Journal
    let logger: Logger
    let time: any TimeSource
    let address: ServerAddress

    let localStores: LocalStores
    let access: Access
    let runTokens: RunTokens
    let stores: Stores
    let datasets: Datasets
    let transfers: Transfers
    let shelf: CatalogShelf
    let refreshes: CatalogRefreshes
    let environments: Environments
    let priceBooks: PriceBooks
    let workers: Workers
    let leases: Leases
    let models: Models
    let webhooks: Webhooks
    let runs: Runs
    let tracking: Tracking
    let experiments: Experiments
    let trackedRuns: TrackedRuns
    let pipelines: Pipelines
    let endpoints: Endpoints
    let ledger: Ledger

    init(options: ServeOptions, database: Database, journal: Journal, key: HMACKey, logger: Logger) {
        let time = SystemTime()
        let address = ServerAddress(advertise: options.configuration.advertise, isLocal: options.insecureLocal)
        self.options = options
        self.database = database
        self.journal = journal
        self.logger = logger
        self.time = time
        self.address = address
        self.localStores = LocalStores(dataFolder: options.files.folder, key: key, base: { address.advertised })
        self.access = Access(database: database, journal: journal, time: time)
        self.runTokens = RunTokens(key: key, time: time)
        self.stores = Stores(
            database: database, journal: journal, drivers: FileStores(stores: self.localStores), time: time)
        self.datasets = Datasets(database: database, journal: journal, stores: self.stores, time: time)
        self.transfers = Transfers(database: database, journal: journal, stores: self.stores, time: time)
        let lists = PublicPriceLists(endpoints: options.configuration.priceLists, time: time)
        let tables = CatalogFolder(folder: options.files.catalog)
        self.shelf = CatalogShelf()
        tables.load(lists.providers, onto: self.shelf, logger)
        self.refreshes = CatalogRefreshes(
            database: database, journal: journal, time: time, shelf: self.shelf, sources: lists, files: tables)
        self.environments = Environments(
            database: database, journal: journal, time: time, stores: KnownStores(stores: self.stores),
            shelf: self.shelf)
        let posting = PostingToLedger()
        self.priceBooks = PriceBooks(environments: self.environments, ledger: posting, spend: SpendInLedger())
        self.workers = Workers(
            database: database, journal: journal, time: time, tokens: IssuedByAccess(access: self.access),
            ledger: posting)
        self.leases = Leases(time: time, ledger: posting)
        self.models = Models(
            database: database, journal: journal, time: time, sources: SourcesInTracking())
        self.webhooks = Webhooks(
            database: database, journal: journal, time: time, key: key.derived(for: "webhook-secrets"),
            policy: Self.webhookPolicy(options), transport: WebhooksByHTTP())
        self.experiments = Experiments(
            database: database, journal: journal, time: time, workingFolder: options.workingFolder)
        self.runs = Runs(
            database: database, journal: journal, time: time, environments: self.environments, workers: self.workers,
            leases: self.leases, stores: self.stores, transfers: self.transfers, datasets: self.datasets,
            models: RegisteredTrees(models: self.models), ledger: posting,
            tracking: TrackedByMLflow(experiments: self.experiments, tokens: self.runTokens))
        self.tracking = Tracking(database: database, owners: KnownAttempts(runs: self.runs))
        self.trackedRuns = TrackedRuns(
            database: database, journal: journal, time: time, experiments: self.experiments,
            steps: KnownRuns(runs: self.runs))
        self.pipelines = Pipelines(
            database: database, journal: journal, time: time, runs: self.runs, stores: self.stores)
        self.endpoints = Endpoints(
            database: database, journal: journal, time: time, runs: self.runs, models: self.models)
        self.ledger = Ledger(
            database: database, usage: UsageOfRuns(runs: self.runs, environments: self.environments))
    }
}
