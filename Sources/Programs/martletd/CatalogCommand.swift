import ArgumentParser
import Catalog
import Kernel

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `martletd catalog …`: makes the packed catalog from CSV, and CSV from it, without serving.
struct CatalogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog", abstract: "Pack and unpack the catalog of what the clouds sell.",
        subcommands: [PackCatalogCommand.self, UnpackCatalogCommand.self])

    /// Runs `work`; a fault is a sentence and its kind's exit code.
    fileprivate static func report(_ work: () throws -> String) throws {
        do {
            Output.say(try work())
        } catch let fault as any Fault {
            Output.complain(fault)
            throw ExitCode(fault.kind.exitCode)
        }
    }
}

/// `martletd catalog pack`: reads a folder of CSV files and writes one packed file, or nothing when they do not fit together.
struct PackCatalogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pack", abstract: "Make a packed catalog from a folder of CSV files.")

    @Option(help: ArgumentHelp("The folder with \(CatalogDraft.File.names).", valueName: "dir"))
    var from: String

    @Option(help: ArgumentHelp("The packed file to write; one that is there is replaced.", valueName: "file"))
    var to: String

    func run() throws {
        try CatalogCommand.report {
            var texts: [CatalogDraft.File: String] = [:]
            for file in CatalogDraft.File.allCases { texts[file] = try? self.text("\(self.from)/\(file.name)") }
            let draft = try CatalogDraft(csv: texts)
            let packed = try CatalogPacker.pack(draft)
            do {
                try Data(packed).write(to: URL(filePath: self.to), options: .atomic)
            } catch {
                throw PlainFault(.invalid, "\(self.to) cannot be written. Give a file in a folder that is there.")
            }
            return
                "packed \(draft.offers.count) offers of \(draft.machines.count) machine types into \(packed.count) bytes"
        }
    }

    private func text(_ path: String) throws -> String { try String(contentsOf: URL(filePath: path), encoding: .utf8) }
}

/// `martletd catalog unpack`: writes the CSV files of a packed catalog.
struct UnpackCatalogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpack", abstract: "Write a packed catalog as a folder of CSV files.")

    @Option(help: ArgumentHelp("The packed file; that of this program when absent.", valueName: "file"))
    var from: String?

    @Option(
        help: ArgumentHelp("The folder to write the CSV files into; it is made when it is missing.", valueName: "dir"))
    var to: String

    func run() throws {
        try CatalogCommand.report {
            let draft = CatalogDraft(try self.table())
            do {
                let folder = URL(filePath: self.to)
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                for file in CatalogDraft.File.allCases {
                    try Data(draft.csv(file).utf8).write(to: folder.appending(path: file.name), options: .atomic)
                }
            } catch {
                throw PlainFault(.invalid, "\(self.to) cannot be written. Give a folder that can be.")
            }
            return "unpacked \(draft.offers.count) offers of \(draft.machines.count) machine types into \(self.to)"
        }
    }

    private func table() throws -> CatalogTable {
        guard let path = self.from else { return .embedded }
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw PlainFault(.notFound, "\(path) cannot be read. Give a packed catalog with --from.")
        }
        return try CatalogTable([UInt8](data))
    }
}

extension CatalogDraft.File {
    /// All of them, for the help.
    fileprivate static var names: String { self.allCases.map(\.name).joined(separator: ", ") }
}
