import ArgumentParser
import Client
import Contract
import Kernel

struct CatalogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog", abstract: "Show what the clouds sell.",
        subcommands: [CatalogSearchCommand.self, CatalogRefreshCommand.self])
}

struct CatalogSearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Search machine types in all regions, the cheapest first.",
        discussion: """
            Prices are on demand, before discounts and taxes, as their source published them. A figure that nobody \
            published is unknown and shown as '-'; a machine of unknown size does not match a size.
            """)

    @Option(
        help: ArgumentHelp("Accelerators that would do, such as H100 or 'H100:8 | A100-80GB:8+'.", valueName: "name"))
    var gpu: String?

    @Option(help: ArgumentHelp("At least this many vCPUs.", valueName: "count"))
    var minCpus: String?

    @Option(help: ArgumentHelp("At most this many vCPUs.", valueName: "count"))
    var maxCpus: String?

    @Option(help: ArgumentHelp("At least this much memory, such as 80GiB.", valueName: "size"))
    var minMemory: String?

    @Option(help: ArgumentHelp("At most this much memory.", valueName: "size"))
    var maxMemory: String?

    @Option(help: ArgumentHelp("Only this provider: aws, azure or gcp.", valueName: "name"))
    var provider: String?

    @Option(help: ArgumentHelp("Only regions whose name matches, such as 'eu-*'.", valueName: "pattern"))
    var region: String?

    @Option(help: ArgumentHelp("Only what this availability zone offers.", valueName: "name"))
    var zone: String?

    @Option(help: ArgumentHelp("Only this processor architecture: x86_64 or arm64.", valueName: "name"))
    var architecture: String?

    @Flag(help: "Only offers with a spot price, by that price.")
    var spot = false

    @Option(help: ArgumentHelp("At most this many dollars per hour.", valueName: "dollars"))
    var maxPrice: String?

    @Option(help: ArgumentHelp("What comes first is least in this: price, vcpus or memory.", valueName: "figure"))
    var sort: String = CatalogQuery.Order.price.rawValue

    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let query = try self.query()
        let offers = try await self.global.client().call(
            Routes.searchCatalog, query: query.parameters.mapValues(Optional.some))
        if offers.items.isEmpty, self.global.output == .table {
            return self.global.note("Nothing in the catalog matches. Leave out a condition.")
        }
        try self.global.show(offers) { Self.table(offers.items).text($0) }
        if offers.total > offers.items.count {
            self.global.note("\(offers.items.count) of \(offers.total) offers. See more with --limit.")
        }
    }

    /// What was asked for, checked before anything is sent.
    private func query() throws -> CatalogQuery {
        var parameters: [String: String] = ["sort": self.sort, "limit": String(self.page.limit)]
        parameters["gpu"] = self.gpu
        parameters["cpus"] = Self.range(self.minCpus, self.maxCpus, least: String(CPURange.smallest))
        parameters["memory"] = Self.range(self.minMemory, self.maxMemory, least: "1B")
        parameters["provider"] = self.provider
        parameters["region"] = self.region
        parameters["zone"] = self.zone
        parameters["architecture"] = self.architecture
        parameters["spot"] = self.spot ? "true" : nil
        parameters["maximumPrice"] = self.maxPrice
        return try CatalogQuery(parameters: parameters)
    }

    /// A range as demands write it; nil when neither end was given.
    private static func range(_ minimum: String?, _ maximum: String?, least: String) -> String? {
        guard let maximum else { return minimum }
        return "\(minimum ?? least)..\(maximum)"
    }

    private static func table(_ offers: [CatalogOffer]) -> Table {
        var table = Table(
            .init("provider"), .init("region"), .init("type"), .init("vcpus", .right), .init("memory", .right),
            .init("accelerator"), .init("per hour", .decimal), .init("spot", .decimal), .init("as of"))
        for offer in offers {
            table.add([
                offer.provider, offer.region, offer.type, offer.vcpus.map(Self.plain), offer.memory?.description,
                offer.accelerator.map { name in
                    offer.acceleratorCount.map { "\(name):\(Self.plain($0))" } ?? name
                },
                offer.pricePerHour?.exact, offer.spotPricePerHour?.exact, offer.asOf,
            ])
        }
        return table
    }

    /// `8` rather than `8.0`.
    private static func plain(_ number: Double) -> String { Int(exactly: number).map(String.init) ?? String(number) }
}
