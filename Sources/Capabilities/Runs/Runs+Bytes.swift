package import Contract
import Data
package import Database
import Fleet
package import Kernel

extension Runs {
    /// Where an attempt gets blobs of its source and inputs: from its environment's store, and no others than its own.
    package func downloads(_ request: DownloadRequest, for id: ID<Attempt>, by worker: ID<Worker>) async throws
        -> DownloadGrant
    {
        let store: String = try await self.database.read { reader in
            let attempt = try self.ownAttempt(id, of: worker, in: reader)
            let row = try self.row(attempt.run, in: reader)
            let known = Set(try self.trees(of: row, in: reader).flatMap { $0.entries.map(\.sha256) })
            if let stranger = request.blobs.first(where: { !known.contains($0) }) {
                throw RunError.unknownTree(stranger.hex)
            }
            return try self.store(of: attempt.environment, in: reader)
        }
        return try await self.stores.presignDownloads(request.blobs, at: store)
    }

    /// Where an attempt stages its outputs.
    package func uploads(_ request: UploadRequest, for id: ID<Attempt>, by worker: ID<Worker>) async throws
        -> UploadGrant
    {
        let store: String = try await self.database.read { reader in
            let attempt = try self.ownAttempt(id, of: worker, in: reader)
            return try self.store(of: attempt.environment, in: reader)
        }
        return try await self.stores.presignStaging(request.blobs, at: store, attempt: id)
    }

    /// Where anybody who may read the run gets blobs of its outputs.
    package func outputDownloads(_ request: DownloadRequest, of id: ID<Run>) async throws -> DownloadGrant {
        let store: String = try await self.database.read { reader in
            let run = try self.row(id, in: reader).run
            guard let outputs = run.outputs, let environment = run.environment else {
                throw RunError.nothingStored(run: id.description)
            }
            let known = Set(try self.tree(outputs, in: reader).entries.map(\.sha256))
            if let stranger = request.blobs.first(where: { !known.contains($0) }) {
                throw RunError.unknownTree(stranger.hex)
            }
            return try self.store(of: environment, in: reader)
        }
        return try await self.stores.presignDownloads(request.blobs, at: store)
    }

    private func store(of environment: String, in reader: any Reading) throws -> String {
        guard let found = try self.environments.find(environment, in: reader) else {
            throw FleetError.unknownEnvironment(environment, known: [])
        }
        return found.store
    }

    /// - Throws: `notFound` for another worker's attempt, `conflict` for one that no longer holds its run.
    func ownAttempt(_ id: ID<Attempt>, of worker: ID<Worker>, in reader: any Reading) throws
        -> AttemptStore.Holder
    {
        guard let attempt = try AttemptStore.find(id, in: reader), attempt.worker == worker else {
            throw RunError.unknownAttempt(id.description)
        }
        guard !attempt.status.isTerminal else {
            throw RunError.staleFence(attempt: id.description, fence: attempt.number)
        }
        return attempt
    }

    /// The run of an attempt that `worker` holds or held under this fence.
    package func run(of id: ID<Attempt>, fence: Int, worker: Principal, in reader: any Reading) throws -> ID<Run> {
        guard let attempt = try AttemptStore.find(id, in: reader), attempt.worker.description == worker.name else {
            throw RunError.unknownAttempt(id.description)
        }
        guard attempt.number == fence else { throw RunError.staleFence(attempt: id.description, fence: fence) }
        return attempt.run
    }
}
