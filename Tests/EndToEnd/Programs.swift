import Foundation

/// The built programs, and how a test runs one to its end.
enum Programs {
    /// The folder of this test's own binary: the programs lie beside it.
    static let folder: String = {
        if let given = ProcessInfo.processInfo.environment["MARTLET_PROGRAMS"] { return given }
        let bundle = Bundle.allBundles.map(\.bundlePath) + [CommandLine.arguments[0]]
        let near = bundle.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
        return near.first { FileManager.default.isExecutableFile(atPath: $0 + "/martletd") } ?? Self.root
            + "/.build/debug"
    }()

    /// The repository.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    static let martlet = folder + "/martlet"
    static let martletd = folder + "/martletd"
    /// Has the packages that the example needs.
    static let python = root + "/.venv/bin/python3"

    /// Whether the long tests run: `make soak`.
    static let isSoak = ProcessInfo.processInfo.environment["MARTLET_SOAK"] == "1"

    struct Outcome {
        var exitCode: Int32
        var stdout: String
        var stderr: String
        var all: String { self.stdout + self.stderr }
    }

    /// Runs a program to its end. Its output goes through files, so that a full pipe blocks nobody.
    static func run(
        _ program: String, _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:]
    ) throws -> Outcome {
        let output = try TemporaryFolder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.environment = Self.environment(over: environment)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try output.handle("stdout")
        process.standardError = try output.handle("stderr")
        try process.run()
        process.waitUntilExit()
        return Outcome(
            exitCode: process.terminationReason == .uncaughtSignal
                ? 128 + process.terminationStatus : process.terminationStatus,
            stdout: output.text("stdout"), stderr: output.text("stderr"))
    }

    /// This process's variables without Martlet's own, and `extra` over them.
    static func environment(over extra: [String: String]) -> [String: String] {
        ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("MARTLET_") }.merging(extra) { $1 }
    }
}

/// A folder that is gone with its owner.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        self.path = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    func handle(_ name: String) throws -> FileHandle {
        _ = FileManager.default.createFile(atPath: "\(self.path)/\(name)", contents: nil)
        return try FileHandle(forWritingTo: URL(fileURLWithPath: "\(self.path)/\(name)"))
    }

    func text(_ name: String) -> String {
        String(decoding: FileManager.default.contents(atPath: "\(self.path)/\(name)") ?? Data(), as: UTF8.self)
    }

    /// Writes a file below the folder, making the folders on the way.
    func write(_ text: String, to name: String) throws {
        let url = URL(fileURLWithPath: "\(self.path)/\(name)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }
}
