package import Kernel

/// What the exec shim is to start; one line of JSON on its standard input, so that no variable's value is an argument that
/// everybody on the machine can read.
package struct ExecSpec: Codable, Sendable, Hashable {
    /// The program and its arguments; the program is looked up in the `PATH` of `environment`.
    package var arguments: [String]
    /// All variables of the command; nothing is inherited.
    package var environment: [String: String]
    /// The working directory.
    package var folder: String
    /// How much private memory one process of the command may have; nil is no limit.
    package var memory: ByteCount?

    package init(arguments: [String], environment: [String: String], folder: String, memory: ByteCount? = nil) {
        self.arguments = arguments
        self.environment = environment
        self.folder = folder
        self.memory = memory
    }
}

/// What the worker may tell the shim after that, one byte each.
package enum ExecOrder: UInt8, Sendable {
    /// SIGTERM to the command's process group.
    case terminate = 84
    /// SIGKILL to everything that the command has started.
    case kill = 75
}
