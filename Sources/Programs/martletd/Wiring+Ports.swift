import Access
import CloudPorts
import Contract
import Costs
import Data
import Database
import Fleet
import Kernel
import LocalCloud
import Models
import Pipelines
import Runs
import Serving
import Tracking

// What one capability needs and another offers, each by its needer's protocol.

/// Data's drivers: the file stores of this machine, the only kind there is today.
struct FileStores: StoreDrivers {
    let stores: LocalStores

    func driver(for store: Store) throws -> any ObjectStoreDriver { try self.stores.driver(for: store) }
}

/// Fleet's stores, known to Data.
struct KnownStores: StoreDirectory {
    let stores: Stores

    func exists(store name: String, in reader: any Reading) throws -> Bool {
        try self.stores.store(name, in: reader) != nil
    }
}

/// Fleet's ledger, kept by Costs.
struct PostingToLedger: LedgerPosting {
    func post(_ entries: [LedgerEntry], in transaction: Transaction) throws {
        try Ledger.post(entries, in: transaction)
    }
}

/// Fleet's view of what was spent, from Costs.
struct SpendInLedger: SpendSource {
    func spend(from: Timestamp, until: Timestamp, in reader: any Reading) throws -> [String: Money] {
        try Ledger.spend(from: from, until: until, in: reader)
    }
}

/// Fleet's tokens, made by Access.
struct IssuedByAccess: WorkerTokens {
    let access: Access

    func issue(for worker: ID<Worker>, expires: Timestamp, in transaction: Transaction) throws -> String {
        try self.access.issue(for: worker, expires: expires, in: transaction)
    }
}

/// Runs' model versions, registered with Models.
struct RegisteredTrees: ModelTrees {
    let models: Models

    func tree(
        of model: String, version: Int, in reader: any Reading
    ) throws -> (digest: ContentDigest, residency: Residency)? {
        try self.models.tree(of: model, version: version, in: reader)
    }
}

/// Models' sources, kept by Tracking.
struct SourcesInTracking: ModelSources {
    func artifacts(ofRun id: String, in reader: any Reading) throws -> String? {
        try TrackedRuns.artifactURI(of: id, in: reader)
    }

    /// Nothing is logged as a model of its own yet.
    func loggedModel(_ id: String, in reader: any Reading) throws -> LoggedSource? { nil }

    func link(_ loggedModel: String, to model: String, version: Int, in transaction: Transaction) throws {}
}

/// Tracking's attempts, known to Runs.
struct KnownAttempts: AttemptOwners {
    let runs: Runs

    func run(of attempt: ID<Attempt>, fence: Int, worker: Principal, in reader: any Reading) throws -> ID<Run> {
        try self.runs.run(of: attempt, fence: fence, worker: worker, in: reader)
    }
}

/// What commands of runs log to, known to Tracking, by tokens of Access.
struct TrackedByMLflow: RunTracking {
    let experiments: Experiments
    let tokens: RunTokens

    func access(to run: Run, expires: Timestamp, in transaction: Transaction) throws -> AssignedTracking {
        AssignedTracking(
            experiment: try self.experiments.id(ofProject: run.project, in: transaction),
            token: self.tokens.issue(for: run.id, user: run.user, expires: expires))
    }
}

/// Tracking's runs of steps, known to Runs.
struct KnownRuns: StepRuns {
    let runs: Runs

    func run(_ id: ID<Run>, in reader: any Reading) throws -> Run? { try self.runs.run(id, in: reader) }
}

/// The ledger's other prices: what runs were billed for, and what places ask.
struct UsageOfRuns: UsageSource {
    let runs: Runs
    let environments: Environments

    func usage(of pipelineRun: ID<PipelineRun>, in reader: any Reading) throws -> [BilledUsage] {
        try self.runs.usage(of: pipelineRun, in: reader).map { usage in
            BilledUsage(
                environment: usage.environment, billed: usage.billed, succeeded: usage.succeeded, cost: usage.cost,
                residency: usage.residency)
        }
    }

    func places(for pipelineRun: ID<PipelineRun>, in reader: any Reading) throws -> [PricedPlace] {
        try self.environments.all(in: reader).map { status in
            let egress = try self.runs.datasetEgress(of: pipelineRun, to: status.environment, in: reader)
            return PricedPlace(
                environment: status.environment.name, zones: Set(status.environment.zones),
                pricePerSlotHour: status.pricePerSlotHour, egress: egress.known, unpriced: egress.unpriced)
        }
    }
}

/// The built-in node `register`, done by Models with what Tracking holds.
struct RegisterNode: NodeAction {
    let models: Models
    let tracking: Tracking

    func perform(_ request: NodeActionRequest, in transaction: Transaction) throws -> String {
        guard let spec = request.spec.register else {
            throw PlainFault(.bug, "The node '\(request.node)' registers nothing.")
        }
        let points = try request.metricRun.map { try self.tracking.points(of: $0, name: nil, in: transaction) } ?? []
        let candidates = request.candidates.map {
            ModelCandidate(run: $0.run, variant: $0.variant, tree: $0.tree, residency: $0.residency, cost: $0.cost)
        }
        return try self.models.register(
            RegistrationRequest(
                key: "\(request.pipelineRun)/\(request.node)", pipelineRun: request.pipelineRun,
                project: request.project,
                user: request.user, spec: spec, candidates: candidates, metric: request.metricName, metrics: points),
            in: transaction)
    }
}

/// The built-in node `deploy`, done by Serving.
struct DeployNode: NodeAction {
    let endpoints: Endpoints

    func perform(_ request: NodeActionRequest, in transaction: Transaction) throws -> String {
        guard let spec = request.spec.deploy else {
            throw PlainFault(.bug, "The node '\(request.node)' deploys nothing.")
        }
        guard let step = request.steps[spec.step] else {
            throw PlainFault(
                .invalid, "The node '\(request.node)' serves by the step '\(spec.step)', which is not there. Add it.")
        }
        return try self.endpoints.deploy(
            DeployRequest(
                key: "\(request.pipelineRun)/\(request.node)", project: request.project, user: request.user, spec: spec,
                step: step, source: request.source),
            in: transaction)
    }
}
