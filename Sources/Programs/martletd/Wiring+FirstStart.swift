import Access
import Contract
import Data
import Database
import Digest
import Fleet
import Kernel
import Tracking

extension Wiring {
    /// The environment of the worker that is started here.
    static let localEnvironment = "local"

    /// Makes what a fresh data folder lacks: the admin token, the experiment `Default`, the store `default`, the environment
    /// `local`.
    ///
    /// Each is made only when it is missing, so that what an operator declared stays, and a crash in between is no harm.
    func prepareFirstStart() async throws {
        try PrivateFile.makeFolder(self.options.files.local)
        try await self.makeAdmin()
        try await self.experiments.prepareDefault()
        if try await self.database.read({ try self.stores.store(Stores.defaultName, in: $0) }) == nil {
            let store = Store(
                name: Stores.defaultName, type: "file", path: DataFiles.defaultStore, provider: "local",
                region: "local",
                zones: self.options.configuration.zones)
            _ = try await self.stores.declare(store, dryRun: false, by: .controlPlane)
        }
        guard let worker = self.options.configuration.localWorker else { return }
        if try await self.database.read({ try self.environments.find(Self.localEnvironment, in: $0) }) == nil {
            let environment = Environment(
                name: Self.localEnvironment, provider: "local", region: "local",
                zones: self.options.configuration.zones,
                slots: worker.slots, servingSlots: worker.servingSlots, store: Stores.defaultName)
            _ = try await self.environments.declare(environment, dryRun: false, by: .controlPlane)
        }
    }

    /// The token lies in its file before it is valid, so that no crash locks everybody out.
    private func makeAdmin() async throws {
        let path = self.options.files.adminToken
        let issued = try await self.access.issueFirstAdmin { secret in try PrivateFile.write(secret + "\n", to: path) }
        guard let issued else { return }
        Output.say("admin token: \(issued.secret)")
        Output.say("It is kept in \(path), which only you can read. Log in with: martlet login")
    }
}
