import ArgumentParser
import Client
import Contract
import Kernel

struct EndpointsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "endpoints", abstract: "Show and remove what answers predictions.",
        discussion: "Declare them with 'martlet apply', or by a 'deploy' node of a pipeline.",
        subcommands: [EndpointsListCommand.self, EndpointsShowCommand.self, EndpointsDeleteCommand.self])
}

struct EndpointsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List endpoints with their revisions, by name.")

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let endpoints = try await self.global.client().all(Routes.listEndpoints)
        try self.global.show(endpoints, ifEmpty: "No endpoints. A 'deploy' node of a pipeline makes them.") {
            endpoints in
            var table = Table(
                .init("endpoint"), .init("revision"), .init("model"), .init("version", .right),
                .init("traffic", .right),
                .init("ready", .right), .init("sites"), .init("state"))
            for status in endpoints {
                for revision in status.endpoint.revisions {
                    let ready = status.replicas.filter { $0.revision == revision.name && $0.url != nil }
                    table.add([
                        status.endpoint.name, revision.name, revision.model, String(revision.version),
                        "\(revision.traffic) %",
                        "\(ready.count)/\(revision.replicas)",
                        Set(ready.compactMap(\.environment)).sorted().joined(separator: ", "),
                        status.steady ? "steady" : "changing",
                    ])
                }
            }
            return table
        }
    }
}

struct EndpointsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one endpoint with its replicas and what it served.")

    @Argument(help: ArgumentHelp("The endpoint.", valueName: "name"))
    var name: String

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let client = try self.global.client()
        let status = try await client.call(Routes.getEndpoint, path: ["name": self.name])
        guard self.global.output == .table else { return try self.global.show(status) { _ in "" } }
        let served = try await client.all(Routes.endpointStatistics, path: ["name": self.name])
        let style = Style(hasColor: self.global.terminal.outHasColor)
        var facts = Facts()
        facts.add("endpoint", status.endpoint.name)
        facts.add("project", status.endpoint.project)
        facts.add("state", status.steady ? "steady" : "changing")
        facts.add("created", Words.time(status.createdAt))
        facts.add("updated", Words.time(status.updatedAt))
        let parts = [facts.text(style), Self.replicas(status).text(style), Self.served(served).text(style)]
        self.global.terminal.out(parts.filter { !$0.isEmpty }.joined(separator: "\n"))
    }

    private static func replicas(_ status: EndpointStatus) -> Table {
        var table = Table(
            .init("revision"), .init("traffic", .right), .init("replica"), .init("status"), .init("site"),
            .init("address"))
        for replica in status.replicas {
            let share = status.endpoint.revisions.first { $0.name == replica.revision }?.traffic
            table.add([
                replica.revision, share.map { "\($0) %" }, replica.run.description, replica.status.rawValue,
                replica.environment,
                replica.url,
            ])
        }
        return table
    }

    private static func served(_ statistics: [ServingStatistics]) -> Table {
        var table = Table(
            .init("served by"), .init("site"), .init("requests", .right), .init("failed", .right),
            .init("retried", .right),
            .init("p50", .right), .init("p99", .right))
        for row in statistics {
            table.add([
                row.revision, row.environment, String(row.requests), String(row.failures), String(row.retries),
                Self.milliseconds(row.latencyP50), Self.milliseconds(row.latencyP99),
            ])
        }
        return table
    }

    /// Seconds as milliseconds with one decimal.
    private static func milliseconds(_ seconds: Double) -> String { "\((seconds * 10_000).rounded() / 10) ms" }
}

struct EndpointsDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Remove an endpoint and stop its replicas.")

    @Argument(help: ArgumentHelp("The endpoint.", valueName: "name"))
    var name: String

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let status = try await self.global.client().call(Routes.deleteEndpoint, path: ["name": self.name])
        try self.global.show(status) { _ in
            "\(status.endpoint.name) is removed; \(Words.count(status.replicas.count, "replica")) \(status.replicas.count == 1 ? "is" : "are") being stopped.\n"
        }
    }
}
