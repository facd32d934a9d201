import Contract
import Kernel
package import Logging

/// What an earlier life of this worker left behind when it was killed: containers, which belong to the engine's daemon and so
/// did not die with it, and the folders of their attempts, which name them.
package struct LeftBehind: Sendable {
    /// An engine that does not answer must not keep the worker from starting.
    private static let patience = TimeSpan.seconds(30)

    let folder: StateFolder
    /// The path of podman or docker; nil where there is none.
    let engine: String?
    let shim: ExecProcess.Shim
    let variables: [String: String]
    let logger: Logger

    package init(
        folder: StateFolder, engine: String?, shim: ExecProcess.Shim, variables: [String: String], logger: Logger
    ) {
        self.folder = folder
        self.engine = engine
        self.shim = shim
        self.variables = variables
        self.logger = logger
    }

    /// Removes all of it, the containers first: they may still write into the folders.
    package func clear() async throws {
        let attempts = (try? Disk.names(in: self.folder.attempts))?.compactMap { ID<Attempt>($0) } ?? []
        if let engine = self.engine.map({ ContainerEngine(program: $0) }), !attempts.isEmpty {
            await self.remove(attempts.map { ContainerEngine.name(of: $0) }, by: engine)
        }
        try await offThread { try self.folder.clearAttempts() }
    }

    private func remove(_ containers: [String], by engine: ContainerEngine) async {
        let removal = engine.removal(of: containers, folder: self.folder.path, client: self.variables)
        let shim = self.shim
        let isDone = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                // Of those that are gone already the engine says so, which is no failure.
                let code = try? await ExecProcess(removal, shim: shim).run(
                    orders: AsyncStream { $0.finish() }, started: {}, output: { _ in })
                return code != nil
            }
            group.addTask {
                await pause(Self.patience)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
        if !isDone {
            self.logger.warning("containers of an earlier life may run on", metadata: ["names": "\(containers)"])
        }
    }
}
