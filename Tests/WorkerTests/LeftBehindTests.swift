import Contract
import Glibc
import Kernel
import Logging
import Testing

@testable import Worker

@Suite struct LeftBehindTests {
    private let attempt: ID<Attempt> = Sample.id(1)
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test("containers of attempts that a killed worker left behind are removed by name, then their folders")
    func containers() async throws {
        let folder = try TemporaryFolder()
        let state = try await StateFolder.open(folder.path + "/state")
        try Disk.makeFolder("\(state.attempts)/\(self.attempt)/source")
        try Disk.makeFolder(state.attempts + "/not an attempt")
        // Writes down what it is asked, and that the folders are still there.
        try folder.write(
            "engine", "#!/bin/sh\necho \"$@\" >> \(folder.path)/asked\nls \(state.attempts) >> \(folder.path)/asked\n")
        chmod(folder.path + "/engine", 0o755)
        try await LeftBehind(
            folder: state, engine: folder.path + "/engine", shim: Program.shim,
            variables: ["PATH": "/usr/local/bin:/usr/bin:/bin"], logger: self.logger
        ).clear()
        let asked = try folder.read("asked") ?? ""
        #expect(asked.hasPrefix("rm --force martlet-\(self.attempt)\n"))
        #expect(asked.contains("not an attempt"))
        #expect(try Disk.names(in: state.attempts) == [])
    }

    @Test("with nothing left behind no engine is asked, and without an engine the folders go all the same")
    func nothing() async throws {
        let folder = try TemporaryFolder()
        let state = try await StateFolder.open(folder.path + "/state")
        for engine in ["/nowhere/docker", nil] {
            try Disk.makeFolder("\(state.attempts)/\(self.attempt)")
            try await LeftBehind(
                folder: state, engine: engine, shim: Program.shim, variables: [:], logger: self.logger
            ).clear()
            #expect(try Disk.names(in: state.attempts) == [])
        }
    }
}
