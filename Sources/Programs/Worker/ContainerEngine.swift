package import Contract
import Glibc
package import Kernel

/// Turns a command into one that podman or docker runs in an image.
///
/// The attempt's folder is mounted at its own path, so that every path in the environment means the same inside. Variables are
/// passed by name, their values through the engine's own environment, never as arguments. The network is the host's, so that
/// a replica's port is the machine's.
package struct ContainerEngine: Sendable {
    /// Variables by which the engine's client finds its daemon and its configuration.
    package static let clientVariables = ["XDG_RUNTIME_DIR", "DOCKER_HOST"]
    /// Not the image's business: where the worker finds programs.
    private static let ownVariables: Set<String> = ["PATH", "HOME"]

    private let program: String
    private let user: (id: UInt32, group: UInt32)

    /// - Parameters:
    ///   - program: the path of podman or docker.
    ///   - user: who owns the files that a command writes; the worker's own user in practice.
    package init(program: String, user: (id: UInt32, group: UInt32) = (geteuid(), getegid())) {
        self.program = program
        self.user = user
    }

    /// The name of an attempt's container.
    package static func name(of attempt: ID<Attempt>) -> String { "martlet-\(attempt)" }

    /// - Parameters:
    ///   - spec: as it would run without an image.
    ///   - client: the worker's own variables, of which the engine's client gets what it needs.
    package func wrap(
        _ spec: ExecSpec, image: String, name: String, resources: Resources?, folder: AttemptFolder,
        client: [String: String]
    ) -> ExecSpec {
        var arguments = [self.program, "run", "--rm", "--init", "--name", name, "--network", "host"]
        arguments += ["--volume", "\(folder.path):\(folder.path)", "--workdir", spec.folder]
        arguments += self.identity
        if let cpus = resources?.cpus { arguments += ["--cpus", String(cpus)] }
        if let memory = resources?.memory { arguments += ["--memory", String(memory.bytes)] }
        for variable in spec.environment.keys.sorted() where !Self.ownVariables.contains(variable) {
            arguments += ["--env", variable]
        }
        arguments += ["--env", "HOME=\(folder.temporary)", "--entrypoint", spec.arguments.first ?? "", image]
        arguments += spec.arguments.dropFirst()
        var environment = spec.environment
        for variable in Self.clientVariables where environment[variable] == nil {
            environment[variable] = client[variable]
        }
        return ExecSpec(arguments: arguments, environment: environment, folder: spec.folder)
    }

    /// The command that removes containers, should they have outlived the engine's client.
    package func removal(of names: [String], folder: String, client: [String: String]) -> ExecSpec {
        ExecSpec(
            arguments: [self.program, "rm", "--force"] + names,
            environment: client.filter { Self.ownVariables.union(Self.clientVariables).contains($0.key) },
            folder: folder)
    }

    /// What the command writes belongs to the worker's user, as it does without an image.
    private var identity: [String] {
        if self.user.id == 0 { return [] }
        return self.program.hasSuffix("podman")
            ? ["--userns", "keep-id"] : ["--user", "\(self.user.id):\(self.user.group)"]
    }
}
