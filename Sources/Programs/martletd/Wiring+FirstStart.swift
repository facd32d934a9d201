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
        if self.options.basicAuth { try await self.makeFirstUser() }
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

    /// MLflow's own name and password where only this machine reaches the server, else a password that nobody knows yet.
    private func makeFirstUser() async throws {
        let name = "admin"
        if self.options.insecureLocal {
            guard try await self.users.createFirstAdmin(name, password: "password1234", isPublic: true) else { return }
            Output.say("first user: \(name), password: password1234. Change it with MLflow's users API.")
            return
        }
        let path = self.options.files.adminPassword
        let password = Token.random()
        guard try await !self.users.hasAny() else { return }
        try PrivateFile.write(password + "\n", to: path)
        guard try await self.users.createFirstAdmin(name, password: password, isPublic: false) else { return }
        Output.say("first user: \(name). The password is kept in \(path), which only you can read.")
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
