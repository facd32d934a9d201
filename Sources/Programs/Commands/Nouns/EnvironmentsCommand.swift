import ArgumentParser
import Client
import Contract
import Kernel

struct EnvironmentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "environments", abstract: "Show the places that can run things, and let machines join them.",
        discussion: "Declare them with 'martlet apply'.",
        subcommands: [EnvironmentsListCommand.self, EnvironmentsShowCommand.self, EnvironmentsJoinCommand.self])
}

struct EnvironmentsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List environments, by name.")

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let environments = try await self.global.client().all(Routes.listEnvironments)
        try self.global.show(environments, ifEmpty: "No environments. Declare one with 'martlet apply'.") {
            environments in
            var table = Table(
                .init("environment"), .init("provider"), .init("region"), .init("zones"), .init("slot/h", .decimal),
                .init("workers", .right), .init("slots", .right), .init("serving", .right), .init("store"))
            for status in environments {
                let environment = status.environment
                let live = status.workers.filter { $0.status == .live }
                table.add([
                    environment.name, environment.provider, environment.region,
                    environment.zones.joined(separator: " "),
                    status.pricePerSlotHour.description, String(live.count),
                    "\(status.usedSlots)/\(live.reduce(0) { $0 + $1.slots })",
                    "\(status.usedServingSlots)/\(live.reduce(0) { $0 + $1.servingSlots })", environment.store,
                ])
            }
            return table
        }
    }
}

struct EnvironmentsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one environment with its workers.")

    @Argument(help: ArgumentHelp("The environment.", valueName: "name"))
    var name: String

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let status = try await self.global.client().call(Routes.getEnvironment, path: ["name": self.name])
        try self.global.show(status) { Self.text(status, $0) }
    }

    private static func text(_ status: EnvironmentStatus, _ style: Style) -> String {
        let environment = status.environment
        var facts = Facts()
        facts.add("environment", environment.name)
        facts.add("provider", environment.provider)
        facts.add("region", environment.region)
        facts.add("zones", environment.zones.joined(separator: ", "))
        facts.add("machine", environment.machine)
        facts.add(
            "hardware",
            environment.amortisation.map { "\($0.hardware) over \(Words.span($0.depreciation)) at \($0.utilisation)" })
        facts.add("slot per hour", status.pricePerSlotHour.exact)
        if status.listPricePerSlotHour != status.pricePerSlotHour {
            facts.add("at list price", status.listPricePerSlotHour.exact)
        }
        facts.add("store", environment.store)
        facts.add("heartbeat", environment.heartbeatInterval)
        facts.add("term", environment.leaseTerm)
        guard !status.workers.isEmpty else {
            return facts.text(style)
                + "\nNo workers. Let one join: martlet environments join \(environment.name) --output-file join.json\n"
        }
        var table = Table(
            .init("worker"), .init("name"), .init("status"), .init("slots", .right), .init("serving", .right),
            .init("cpus", .right), .init("memory", .right), .init("containers"), .init("address"), .init("last seen"))
        for worker in status.workers {
            table.add([
                worker.id.description, worker.name, worker.status.rawValue, String(worker.slots),
                String(worker.servingSlots),
                String(worker.cpus), worker.memory.description, worker.containerEngine ?? "no", worker.address,
                Words.time(worker.lastSeenAt),
            ])
        }
        return facts.text(style) + "\n" + table.text(style)
    }
}

struct EnvironmentsJoinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join", abstract: "Write a file with which one machine can join an environment.",
        discussion: """
            Copy the file to the machine and start 'martlet worker --server URL --join-file FILE' there. It holds a token that \
            works once; it is readable by you only.
            """)

    @Argument(help: ArgumentHelp("The environment.", valueName: "name"))
    var name: String

    @Option(help: ArgumentHelp("Where to write the file.", valueName: "path"))
    var outputFile: String

    @Option(help: ArgumentHelp("How long the token works, at most 7d.", valueName: "span"))
    var validFor: String = "1h"

    @OptionGroup var global: GlobalOptions

    private struct Written: Encodable {
        var environment: String
        var file: String
        var expires: Timestamp
    }

    func run() async throws {
        let span = try ArgumentPairs.parse(self.validFor, "a duration such as 1h or 7d", TimeSpan.init)
        let path = FileOptions.absolute(self.outputFile)
        let connection = try self.global.connection()
        let file = try await self.global.client().call(
            Routes.issueJoinToken, path: ["name": self.name], body: JoinTokenRequest(validFor: span))
        try LocalFile.writeSecret(try Wire.text(file) + "\n", to: path)
        let written = Written(environment: file.environment, file: path, expires: file.expires)
        try self.global.show(written) { _ in
            "Wrote \(self.outputFile), good for one worker until \(Words.time(file.expires)) UTC. On that machine:\n"
                + "martlet worker --server \(connection.server) --join-file \(self.outputFile)\n"
        }
    }
}
