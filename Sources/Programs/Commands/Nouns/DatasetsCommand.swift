import ArgumentParser
import Client
import Contract
import Kernel

struct DatasetsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "datasets", abstract: "Add datasets, and show their versions.",
        subcommands: [DatasetsAddCommand.self, DatasetsListCommand.self, DatasetsShowCommand.self])
}

struct DatasetsAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a folder as the next version of a dataset.",
        discussion:
            "A folder that has not changed is the version that is there already. Pipelines read it as dataset://NAME.")

    @Argument(help: ArgumentHelp("The dataset.", valueName: "name"))
    var name: String

    @Argument(help: ArgumentHelp("The folder with its files.", valueName: "folder"))
    var folder: String

    @Option(help: ArgumentHelp("The store to put it into.", valueName: "name"))
    var store: String = "default"

    @Option(
        help: ArgumentHelp(
            "Where it may lie and be worked on: any, or zones such as onprem or EU,UK.", valueName: "zones"))
    var residency: String = "any"

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let client = try self.global.client()
        let zones = self.residency.split(separator: ",").map { String($0.filter { $0 != " " }) }.filter { !$0.isEmpty }
        guard !zones.isEmpty else {
            throw PlainFault(.invalid, "--residency names no zone. Write any, or zones such as EU,UK.")
        }
        let residency: Residency = zones == ["any"] ? .any : .only(Set(zones))
        let tree = try await Packer(client: client, terminal: self.global.terminal).upload(
            FileOptions.absolute(self.folder), rules: .dataset, to: self.store)
        let version = try await client.call(
            Routes.addDatasetVersion, path: ["name": self.name],
            body: DatasetSubmission(store: self.store, tree: tree, residency: residency), isIdempotent: true)
        try self.global.show(version) { _ in
            "dataset://\(version.name)@\(version.version): \(Words.count(version.files, "file")), \(version.size), "
                + "in \(version.store), residency \(version.residency)\n"
        }
    }
}

struct DatasetsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the latest version of each dataset, by name.")

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let datasets = try await self.global.client().all(Routes.listDatasets)
        try self.global.show(datasets, ifEmpty: "No datasets. Add one with 'martlet datasets add NAME FOLDER'.") {
            DatasetTable.of($0)
        }
    }
}

struct DatasetsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the versions of a dataset, newest first.")

    @Argument(help: ArgumentHelp("The dataset.", valueName: "name"))
    var name: String

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let versions = try await self.global.client().all(Routes.listDatasetVersions, path: ["name": self.name])
        try self.global.show(versions, ifEmpty: "There is no dataset '\(self.name)'.") { DatasetTable.of($0) }
    }
}

enum DatasetTable {
    static func of(_ versions: [DatasetVersion]) -> Table {
        var table = Table(
            .init("dataset"), .init("version", .right), .init("files", .right), .init("size", .right),
            .init("residency"),
            .init("store"), .init("added by"), .init("added"))
        for version in versions {
            table.add([
                version.name, String(version.version), String(version.files), version.size.description,
                version.residency.description, version.store, version.createdBy, Words.time(version.createdAt),
            ])
        }
        return table
    }
}
