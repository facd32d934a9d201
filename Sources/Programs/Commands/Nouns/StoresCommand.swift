import ArgumentParser
import Client
import Contract
import Kernel

struct StoresCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stores", abstract: "Show the places where data lies.",
        discussion: "Declare them with 'martlet apply'.",
        subcommands: [StoresListCommand.self, StoresShowCommand.self])
}

struct StoresListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List stores, by name.")

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let stores = try await self.global.client().all(Routes.listStores)
        try self.global.show(stores, ifEmpty: "No stores. Declare one with 'martlet apply'.") { stores in
            var table = Table(
                .init("store"), .init("type"), .init("provider"), .init("region"), .init("zones"),
                .init("objects", .right),
                .init("size", .right))
            for status in stores {
                table.add([
                    status.store.name, status.store.type, status.store.provider, status.store.region,
                    status.store.zones.joined(separator: " "), String(status.objects), status.size.description,
                ])
            }
            return table
        }
    }
}

struct StoresShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one store.")

    @Argument(help: ArgumentHelp("The store.", valueName: "name"))
    var name: String

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let status = try await self.global.client().call(Routes.getStore, path: ["name": self.name])
        try self.global.show(status) { style in
            var facts = Facts()
            facts.add("store", status.store.name)
            facts.add("type", status.store.type)
            facts.add("path", status.store.path)
            facts.add("endpoint", status.store.endpoint)
            facts.add("provider", status.store.provider)
            facts.add("region", status.store.region)
            facts.add("zones", status.store.zones.joined(separator: ", "))
            facts.add("objects", status.objects)
            facts.add("size", status.size)
            return facts.text(style)
        }
    }
}
