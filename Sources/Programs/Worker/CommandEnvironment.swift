package import Contract
import Kernel

/// The environment variables a command sees: a clean set, not the worker's.
///
/// From the worker come `PATH`, `HOME` and `LANG` only, so that a run depends on what it declares. Over them lie defaults that
/// keep numerical libraries to the step's CPUs and Python's output unbuffered (the log is followed live), and the
/// `MLFLOW_*` ones by which an MLflow client logs to the run itself; over these the step's own variables, and on top the
/// `MARTLET_*` ones, which nobody can override. A step that names a tracking server of its own gets none of ours.
package struct CommandEnvironment: Sendable {
    /// Where programs are looked for when the worker has no `PATH` itself.
    private static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    /// Read by OpenMP, OpenBLAS, MKL, NumExpr and joblib; without them each process takes every core of the machine.
    private static let threadVariables = [
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "LOKY_MAX_CPU_COUNT",
    ]

    private let assignment: Assignment
    private let folder: AttemptFolder

    package init(_ assignment: Assignment, folder: AttemptFolder) {
        self.assignment = assignment
        self.folder = folder
    }

    /// - Parameters:
    ///   - worker: the worker's own variables.
    ///   - server: the control plane's address, as the worker reaches it.
    ///   - port: what a replica is to listen on; nil for a batch run.
    package func variables(worker: [String: String], server: String, port: Int?) -> [String: String] {
        var variables = [
            "PATH": worker["PATH"] ?? Self.defaultPath,
            "HOME": worker["HOME"] ?? self.folder.temporary,
            "LANG": worker["LANG"] ?? "C.UTF-8",
            "TMPDIR": self.folder.temporary,
            "PYTHONUNBUFFERED": "1",
        ]
        for name in Self.threadVariables { variables[name] = String(self.threads) }
        let own = self.assignment.step.environmentVariables ?? [:]
        if own["MLFLOW_TRACKING_URI"] == nil { variables.merge(self.tracking(server: server)) { $1 } }
        variables.merge(own) { $1 }
        variables.merge(self.identity(port: port)) { $1 }
        return variables
    }

    /// The step's CPUs, rounded up; at least 1.
    private var threads: Int { max(1, Int((self.assignment.step.resources?.cpus ?? 1).rounded(.up))) }

    /// What MLflow's client reads. The run is there already, so `start_run()` continues it.
    private func tracking(server: String) -> [String: String] {
        guard let tracking = self.assignment.tracking else { return [:] }
        return [
            "MLFLOW_TRACKING_URI": server,
            "MLFLOW_TRACKING_TOKEN": tracking.token,
            "MLFLOW_EXPERIMENT_ID": String(tracking.experiment),
            "MLFLOW_RUN_ID": self.assignment.run.hexadecimal,
        ]
    }

    /// design.md §5. A run has one node today, so its rank is 0 of 1.
    private func identity(port: Int?) -> [String: String] {
        var variables = [
            "MARTLET_INPUTS": self.folder.inputs,
            "MARTLET_OUTPUTS": self.folder.outputs,
            "MARTLET_PARAMETERS": self.folder.parameters,
            "MARTLET_RUN_ID": self.assignment.run.description,
            "MARTLET_PROJECT": self.assignment.project,
            "MARTLET_ENVIRONMENT": self.assignment.environment,
            "MARTLET_NODE_RANK": "0",
            "MARTLET_NODES": "1",
        ]
        if let port { variables["MARTLET_PORT"] = String(port) }
        return variables
    }
}
