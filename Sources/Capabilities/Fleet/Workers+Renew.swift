package import Contract
import Database
import Journal
package import Kernel

extension Workers {
    /// A fresh token for a worker that says what it is now. One that had drained and is started again takes work again.
    ///
    /// - Throws: `notFound` when the worker is not known any more.
    package func renew(_ id: ID<Worker>, as registration: WorkerRegistration) async throws -> WorkerCredentials {
        try await self.database.write { [self] transaction in
            guard let worker = try WorkerStore.find(id, in: transaction),
                let row = try EnvironmentStore.find(worker.environment, in: transaction)
            else { throw FleetError.unknownWorker(id.description) }
            let renewed = try self.bring(worker, upTo: registration, in: row.environment, transaction)
            return try self.credentials(for: renewed, in: row.environment, transaction)
        }
    }

    /// Writes down what a worker says of itself that was otherwise before: it may have been started with other slots, or at
    /// another address. Its name stays, by which people know it.
    func bring(
        _ worker: Worker, upTo registration: WorkerRegistration, in environment: Environment,
        _ transaction: Transaction
    ) throws -> Worker {
        var fresh = worker
        fresh.slots = registration.slots ?? environment.slots ?? 1
        fresh.servingSlots = registration.servingSlots ?? environment.servingSlots ?? 1
        fresh.cpus = registration.cpus
        fresh.memory = registration.memory
        fresh.containerEngine = registration.containerEngine
        fresh.address = registration.address
        fresh.version = registration.version
        if fresh.status == .draining { fresh.status = .live }
        guard fresh != worker else { return worker }
        fresh.lastSeenAt = self.time.now
        try WorkerStore.update(fresh, in: transaction)
        let kind = worker.status == .draining ? "worker.joined" : "worker.changed"
        try self.journal.append(
            [self.line(kind, fresh, actor: fresh.id.description)], at: fresh.lastSeenAt, in: transaction)
        return fresh
    }
}
