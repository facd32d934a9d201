import Contract
import Database
import Journal
import Kernel
import Runs

extension Endpoints {
    /// Whether there is nothing to do for the endpoint now.
    func isIdle(_ name: String, in reader: any Reading) throws -> Bool {
        guard let row = try EndpointStore.find(name, in: reader) else { return true }
        let stored = try EndpointStore.revisions(of: name, in: reader)
        var machine = try self.machine(of: row, in: reader)
        let effects = machine.tick(at: self.time.now)
        if row.isDeleted, machine.revisions.isEmpty { return false }
        return effects.isEmpty && Set(stored) == Set(machine.revisions)
    }

    /// Does what is to be done for one endpoint.
    ///
    /// - Returns: why a replica could not be submitted, when one could not.
    func advance(_ name: String, in transaction: Transaction) throws -> String? {
        guard var row = try EndpointStore.find(name, in: transaction) else { return nil }
        let now = self.time.now
        var machine = try self.machine(of: row, in: transaction)
        let effects = machine.tick(at: now)
        let declared = Dictionary(
            try row.endpoint.revisions.map { (try $0.key(), $0) }, uniquingKeysWith: { first, _ in first })
        for revision in machine.revisions {
            try EndpointStore.save(revision, of: name, declared: declared[revision.key], in: transaction)
        }
        var problem: String?
        for effect in effects {
            do { try self.perform(effect, of: row, at: now, in: transaction) } catch let fault as any Fault {
                // What may pass by itself is tried again with the whole tick.
                guard case .start(let key, _) = effect, !fault.kind.isRetryable, fault.kind != .bug else { throw fault }
                problem = fault.message
                machine.startFailed(key, at: now)
                for revision in machine.revisions where revision.key == key {
                    try EndpointStore.save(revision, of: name, declared: nil, in: transaction)
                }
            }
        }
        let started = effects.contains { if case .start = $0 { true } else { false } }
        if started, row.problem != problem {
            row.problem = problem
            try EndpointStore.save(row, in: transaction)
        }
        if row.isDeleted, machine.revisions.isEmpty {
            try EndpointStore.remove(name, in: transaction)
            try ServingStatisticsStore.remove(endpoint: name, in: transaction)
        }
        return problem
    }

    private func perform(
        _ effect: EndpointMachine.Effect, of row: EndpointRow, at now: Timestamp, in transaction: Transaction
    ) throws {
        switch effect {
        case .start(let key, let avoid): try self.start(key, avoid: avoid, of: row, at: now, in: transaction)
        case .stop(let run):
            try EndpointStore.markStopping(run, in: transaction)
            try self.runs.cancel(run, by: .controlPlane, in: transaction)
        case .forget(let run): try EndpointStore.forgetReplica(run, in: transaction)
        case .markReady(let run): try EndpointStore.markReady(run, at: now, in: transaction)
        case .drop(let key): try EndpointStore.drop(key, of: row.endpoint.name, in: transaction)
        }
    }

    private func start(
        _ key: EndpointMachine.Key, avoid: Set<String>, of row: EndpointRow, at now: Timestamp,
        in transaction: Transaction
    ) throws {
        let name = row.endpoint.name
        guard let revision = try EndpointStore.definition(key, of: name, in: transaction) else { return }
        let submission = RunSubmission(
            project: row.endpoint.project, name: "\(name)/\(revision.name)", step: revision.step,
            inputs: [
                InputSpec(
                    name: EndpointCheck.modelInput,
                    sources: ["": .model(name: revision.model, version: revision.version)])
            ])
        let draft = RunDraft(
            submission: submission, kind: .replica, user: row.user, endpoint: name, revision: revision.name,
            avoid: avoid,
            source: revision.source)
        let run = try self.runs.submit(draft, in: transaction)
        try EndpointStore.insertReplica(run.id, key: key, of: name, at: now, in: transaction)
    }

    // MARK: Routing

    /// Whether the stored routing table is what the replicas make it.
    func isRouted(in reader: any Reading) throws -> Bool {
        try self.routes(in: reader) == EndpointStore.routing(in: reader).endpoints
    }

    /// Stores the routing table that the replicas make, with a greater version, and says so in the journal.
    func reroute(in transaction: Transaction) throws {
        let before = try EndpointStore.routing(in: transaction)
        let routes = try self.routes(in: transaction)
        guard routes != before.endpoints else { return }
        // Never beyond the number of the line below, so that who follows the journal after it misses nothing.
        let table = RoutingTable(version: max(before.version + 1, self.journal.head), endpoints: routes)
        try EndpointStore.saveRouting(table, in: transaction)
        let changed = Set(before.endpoints).symmetricDifference(routes).map(\.endpoint)
        let body: JSONValue = [
            "version": .integer(table.version), "endpoints": .array(Set(changed).sorted().map { .string($0) }),
        ]
        let line = JournalDraft(
            kind: "routing.changed", subject: "routing", actor: Principal.controlPlane.name, body: body)
        try self.journal.append([line], at: self.time.now, in: transaction)
    }

    private func routes(in reader: any Reading) throws -> [RoutingTable.Route] {
        try EndpointStore.declared(after: "", limit: Self.maximumEndpoints, in: reader).map { row in
            RoutingTable.Route(
                endpoint: row.endpoint.name, revisions: try self.machine(of: row, in: reader).routes)
        }
    }
}
