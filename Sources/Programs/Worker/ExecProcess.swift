import Contract
import Kernel
import Subprocess
import SystemPackage

/// A command under the exec shim, as the worker sees it.
package struct ExecProcess: Sendable {
    /// How to start the shim: this program itself, wherever it lies and even when it has been replaced since.
    package struct Shim: Sendable, Hashable {
        package var program: String
        package var arguments: [String]

        package init(program: String, arguments: [String]) {
            self.program = program
            self.arguments = arguments
        }

        package static let own = Shim(program: "/proc/self/exe", arguments: ["exec"])
    }

    /// How long the shim may take to clear up after it was told to end with the worker.
    private static let clearance = Duration.seconds(15)

    private let shim: Shim
    private let spec: ExecSpec

    package init(_ spec: ExecSpec, shim: Shim = .own) {
        self.spec = spec
        self.shim = shim
    }

    /// Runs the command to its end. When the task is cancelled everything is killed.
    ///
    /// - Parameters:
    ///   - orders: passed on to the shim.
    ///   - started: called once, when the process exists.
    ///   - output: called with what the command prints, standard output and standard error in their order. While it does not
    ///     return, the command cannot print more than a pipe holds.
    /// - Returns: the exit code, 128 + n after signal n.
    /// - Throws: `unavailable` when the process cannot be started.
    package func run(
        orders: AsyncStream<ExecOrder>, started: @Sendable () -> Void,
        output: @escaping @Sendable ([UInt8]) async -> Void
    ) async throws -> Int {
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: Self.clearance)]
        let configuration = Configuration(
            executable: .path(FilePath(self.shim.program)), arguments: Arguments(self.shim.arguments),
            environment: .custom([:]), platformOptions: options)
        let line = try Wire.encode(self.spec) + [UInt8(ascii: "\n")]
        do {
            let result = try await Subprocess.run(
                configuration, input: .inputWriter, output: .sequence, error: .combinedWithOutput
            ) { execution in
                _ = try await execution.standardInputWriter.write(line)
                started()
                try await Self.relay(execution.standardInputWriter, orders, execution.standardOutput, output)
            }
            return Self.exitCode(result.terminationStatus)
        } catch let error as SubprocessError {
            throw PlainFault(
                .unavailable, "The worker could not start a process. Look at the worker's log.", detail: "\(error)")
        }
    }

    /// Orders to the shim, output from it, until the output ends, which is when the shim does.
    private static func relay(
        _ writer: StandardInputWriter, _ orders: AsyncStream<ExecOrder>, _ printed: SubprocessOutputSequence,
        _ output: @escaping @Sendable ([UInt8]) async -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await order in orders {
                    // A shim that is gone takes no orders, and needs none.
                    _ = try? await writer.write([order.rawValue])
                }
            }
            for try await buffer in printed {
                await output(buffer.withUnsafeBytes { Array($0) })
            }
            group.cancelAll()
        }
    }

    private static func exitCode(_ status: TerminationStatus) -> Int {
        switch status {
        case .exited(let code): Int(code)
        case .signaled(let signal): ExitCode.killed(by: Int32(signal))
        }
    }
}
