package import Contract
package import Database
package import Journal
package import Kernel
package import Models
package import Runs

/// Addresses that answer predictions: which model versions serve, with how much of the traffic, by how many replicas.
///
/// An endpoint is declared, by a document or by a `deploy` node; `EndpointReconciler` then makes it so, asking `EndpointMachine`
/// what to start and stop. A replica is a long-running run of kind `replica`, placed and paid for like any other. What gateways
/// route by is the routing table, made of the ready replicas and stored with a version that grows with each change, which is
/// a line of the journal (`routing.changed`).
///
/// Declaring is idempotent and says what it changes. A changed revision is rolled: the new replicas are ready before the old ones
/// stop. Predictions never pass here; gateways report running totals, which are kept per gateway and summed when asked for.
/// Fails with `EndpointError`.
package struct Endpoints: Sendable {
    package static let migrations = EndpointStore.migrations + ServingStatisticsStore.migrations
    /// Of one control plane: the routing table is sent whole to every gateway.
    package static let maximumEndpoints = 1000

    let database: Database
    let journal: Journal
    let time: any TimeSource
    let runs: Runs
    let models: Models

    package init(database: Database, journal: Journal, time: any TimeSource, runs: Runs, models: Models) {
        self.database = database
        self.journal = journal
        self.time = time
        self.runs = runs
        self.models = models
    }

    /// Endpoints with their replicas, by name.
    package func list(_ page: PageRequest) async throws -> Page<EndpointStatus> {
        try await self.database.read { reader in
            let rows = try EndpointStore.declared(after: page.cursor ?? "", limit: page.limit + 1, in: reader)
            return Page(rows: try rows.map { try self.status(of: $0, in: reader) }, limit: page.limit) {
                $0.endpoint.name
            }
        }
    }

    /// - Throws: `notFound`, naming up to three that there are.
    package func get(_ name: String) async throws -> EndpointStatus {
        try await self.database.read { reader in
            try self.status(of: try self.existing(name, in: reader), in: reader)
        }
    }

    /// Declares an endpoint, or says what declaring it would change.
    ///
    /// - Throws: `invalid` for what cannot be, `forbidden` for a source that a developer may not name.
    package func declare(_ endpoint: Endpoint, dryRun: Bool, by principal: Principal) async throws -> ApplyResult {
        if dryRun {
            return try await self.database.read { reader in
                let before = try self.check(endpoint, by: principal, in: reader)
                return try ApplyResult.between(kind: "Endpoint", name: endpoint.name, before: before, after: endpoint)
            }
        }
        return try await self.database.write { transaction in
            let before = try self.check(endpoint, by: principal, in: transaction)
            let result = try ApplyResult.between(kind: "Endpoint", name: endpoint.name, before: before, after: endpoint)
            if result.change == .unchanged { return result }
            try self.save(endpoint, by: principal, change: result.change.rawValue, in: transaction)
            return result
        }
    }

    /// Removes an endpoint: at once from the routing, its replicas soon after.
    ///
    /// - Returns: it as it was.
    package func delete(_ name: String, by principal: Principal) async throws -> EndpointStatus {
        try await self.database.write { transaction in
            var row = try self.existing(name, in: transaction)
            let status = try self.status(of: row, in: transaction)
            row.isDeleted = true
            row.updatedAt = self.time.now
            try EndpointStore.save(row, in: transaction)
            let line = JournalDraft(
                kind: "endpoint.deleted", subject: name, project: row.endpoint.project, by: principal)
            try self.journal.append([line], at: row.updatedAt, in: transaction)
            return status
        }
    }

    /// What gateways route by now.
    package func routing() async throws -> RoutingTable {
        try await self.database.read { try EndpointStore.routing(in: $0) }
    }

    func existing(_ name: String, in reader: any Reading) throws -> EndpointRow {
        if let row = try EndpointStore.find(name, in: reader), !row.isDeleted { return row }
        let known = try EndpointStore.declared(after: "", limit: 3, in: reader).map(\.endpoint.name)
        throw EndpointError.noEndpoint(name, known: known)
    }

    /// Writes a checked declaration, with its journal line last.
    func save(_ endpoint: Endpoint, by principal: Principal, change: String, in transaction: Transaction) throws {
        let now = self.time.now
        let before = try EndpointStore.find(endpoint.name, in: transaction)
        let row = EndpointRow(
            endpoint: endpoint, user: principal, isDeleted: false, createdAt: before?.createdAt ?? now, updatedAt: now)
        try EndpointStore.save(row, in: transaction)
        let revisions = endpoint.revisions.map { revision in
            JSONValue.object([
                "name": .string(revision.name), "traffic": .integer(Int64(revision.traffic)),
                "replicas": .integer(Int64(revision.replicas)),
            ])
        }
        let line = JournalDraft(
            kind: "endpoint.declared", subject: endpoint.name, project: endpoint.project, by: principal,
            body: ["change": .string(change), "revisions": .array(revisions)])
        try self.journal.append([line], at: now, in: transaction)
    }

    /// Checks a declaration against everything that is known.
    ///
    /// - Returns: what is declared now.
    func check(_ endpoint: Endpoint, by principal: Principal, in reader: any Reading) throws -> Endpoint? {
        try EndpointCheck.check(endpoint)
        let before = try EndpointStore.find(endpoint.name, in: reader).flatMap { $0.isDeleted ? nil : $0.endpoint }
        if before == nil, try EndpointStore.count(in: reader) >= Self.maximumEndpoints {
            throw EndpointError.tooMany(limit: Self.maximumEndpoints)
        }
        let known = Set((before?.revisions ?? []).compactMap(\.source))
        for revision in endpoint.revisions {
            guard let version = try self.models.version(revision.model, revision.version, in: reader) else {
                throw EndpointError.noModelVersion(
                    model: revision.model, version: revision.version, endpoint: endpoint.name)
            }
            guard version.tree != nil else {
                throw EndpointError.noFiles(
                    model: revision.model, version: revision.version, source: version.source)
            }
            guard let source = revision.source, !known.contains(source) else { continue }
            guard principal.role.includes(.operator) else {
                throw EndpointError.mayNotNameSource(endpoint: endpoint.name, revision: revision.name)
            }
            _ = try self.runs.resolve(.tree(source, residency: .any), in: reader)
        }
        return before
    }

    func status(of row: EndpointRow, in reader: any Reading) throws -> EndpointStatus {
        let machine = try self.machine(of: row, in: reader)
        let replicas = machine.replicas.filter { !$0.status.isTerminal }.map { replica in
            ReplicaStatus(
                run: replica.run, revision: replica.key.name, status: replica.status, environment: replica.environment,
                url: replica.url)
        }
        return EndpointStatus(
            endpoint: row.endpoint, replicas: replicas, steady: machine.isSteady, reason: row.problem,
            createdAt: row.createdAt, updatedAt: row.updatedAt)
    }

    /// The machine as its rows and the runs say, told what is asked for now.
    func machine(of row: EndpointRow, in reader: any Reading) throws -> EndpointMachine {
        let name = row.endpoint.name
        let live = Dictionary(
            try self.runs.replicas(of: name, in: reader).map { ($0.run.id, $0.run) },
            uniquingKeysWith: { first, _ in first })
        let replicas = try EndpointStore.replicas(of: name, in: reader).map { replica in
            let run = try live[replica.run] ?? self.runs.run(replica.run, in: reader)
            return EndpointMachine.Replica(
                run: replica.run, key: replica.key, status: run?.status ?? .failed, environment: run?.environment,
                url: run?.url, submittedAt: replica.submittedAt, readyAt: replica.readyAt, stopping: replica.stopping)
        }
        var machine = EndpointMachine(
            revisions: try EndpointStore.revisions(of: name, in: reader), replicas: replicas)
        machine.declare(try row.wanted())
        return machine
    }
}
