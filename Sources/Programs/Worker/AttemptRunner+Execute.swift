import Contract
import Kernel

extension AttemptRunner {
    /// A command that fails with less than this left on the disk has most likely failed for it.
    private static let fullDisk = ByteCount.kibibytes(512)

    /// Runs the command to its end.
    func execute(orders: AsyncStream<ExecOrder>) async -> AttemptMachine.Event {
        defer { self.spool.finish() }
        do {
            let port = self.assignment.kind == .replica ? try FreePort.pick() : nil
            let process = ExecProcess(self.contained(try self.spec(port: port)), shim: self.bench.shim)
            let code = try await self.probing(port) {
                try await process.run(
                    orders: orders,
                    started: {
                        self.bench.roster.markRunning(self.assignment.attempt)
                        self.mailbox.post(.started)
                    },
                    output: { await self.spool.append($0) })
            }
            await self.removeContainer()
            let free = code == 0 ? nil : Disk.freeSpace(at: self.folder.path)
            return .exited(code: code, diskFull: free.map { $0 < Self.fullDisk } ?? false)
        } catch {
            return .processFailed(.of(error))
        }
    }

    private func spec(port: Int?) throws -> ExecSpec {
        let variables = CommandEnvironment(self.assignment, folder: self.folder)
            .variables(worker: self.bench.variables, server: self.bench.server, port: port)
        let arguments = try CommandTemplate(self.assignment.step.command).arguments(self.assignment.parameters)
        return ExecSpec(
            arguments: arguments, environment: variables, folder: self.folder.source,
            memory: self.assignment.step.resources?.memory)
    }

    /// The command in its image, if the step names one. Preparing has seen to it that there is an engine.
    private func contained(_ spec: ExecSpec) -> ExecSpec {
        guard let image = self.assignment.step.image, let engine = self.engine else { return spec }
        return engine.wrap(
            spec, image: image, name: ContainerEngine.name(of: self.assignment.attempt),
            resources: self.assignment.step.resources, folder: self.folder, client: self.bench.variables)
    }

    private var engine: ContainerEngine? {
        self.bench.facts.containerEngine.map { ContainerEngine(program: $0) }
    }

    /// A client that was killed leaves its container to the daemon.
    private func removeContainer() async {
        guard self.assignment.step.image != nil, let engine = self.engine else { return }
        let name = ContainerEngine.name(of: self.assignment.attempt)
        let removal = engine.removal(of: [name], folder: self.folder.path, client: self.bench.variables)
        // Mostly it is gone already, which is what the engine then says.
        _ = try? await ExecProcess(removal, shim: self.bench.shim).run(
            orders: AsyncStream { $0.finish() }, started: {}, output: { _ in })
    }

    /// Watches over the readiness of a replica while `work` goes on.
    private func probing(_ port: Int?, _ work: @escaping @Sendable () async throws -> Int) async throws -> Int {
        guard let port else { return try await work() }
        let (attempt, roster) = (self.assignment.attempt, self.bench.roster)
        return try await withThrowingTaskGroup(of: Int?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                await ReplicaProbe(port: port).run { isReady in roster.setReady(attempt, port: isReady ? port : nil) }
                return nil
            }
            defer { group.cancelAll() }
            while let next = try await group.next() {
                if let code = next { return code }
            }
            throw CancellationError()
        }
    }
}
