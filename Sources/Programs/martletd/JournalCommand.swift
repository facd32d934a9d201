import ArgumentParser
import Database
import Digest
import Journal
import Kernel
import Logging

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `martletd journal …`: looks at a journal without serving.
struct JournalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "Look at the journal.", subcommands: [VerifyCommand.self])
}

/// `martletd journal verify`: exit code 0 when the journal is what was written, 1 when not, naming the line.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check the chain of the journal, its end, and its head file.")

    @Option(help: ArgumentHelp("The data folder; a martletd may be serving from it.", valueName: "dir"))
    var data: String

    func run() async throws {
        do {
            let verdict = try await self.verify()
            Output.say(verdict.sentence)
            if verdict.damage != nil { throw ExitCode(1) }
        } catch let fault as any Fault {
            Output.complain(fault)
            throw ExitCode(fault.kind == .bug ? 1 : fault.kind.exitCode)
        }
    }

    private func verify() async throws -> JournalVerdict {
        let files = DataFiles(folder: self.data)
        // Opening makes what is missing; a folder that holds no journal must stay as it is.
        for path in [files.database, files.key] where access(path, R_OK) != 0 {
            throw PlainFault(.notFound, "\(path) cannot be read. Give the data folder of a martletd with --data.")
        }
        let database = try Database(path: files.database, logger: Logger(label: "martletd"))
        defer { database.close() }
        let key = try KeyFile.load(orCreateAt: files.key)
        return try await JournalVerifier(database: database, headFile: files.head, key: key).verify()
    }
}
