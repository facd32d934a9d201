import ArgumentParser
import Client
import Contract
import Kernel

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct CatalogRefreshCommand: AsyncParsableCommand {
    /// The longest list has gigabytes.
    private static let patience = TimeSpan.hours(2)
    /// Not an option: what is on a command line, everybody on the machine can read.
    private static let keyVariable = "GOOGLE_CLOUD_API_KEY"

    static let configuration = CommandConfiguration(
        commandName: "refresh", abstract: "Read a provider's own price list into the catalog.",
        discussion: """
            The control plane reads the list that the provider publishes, beside the one that came with the program. A list \
            that breaks off changes nothing. That of Google Cloud wants an API key in GOOGLE_CLOUD_API_KEY.
            """)

    @Option(help: ArgumentHelp("Whose prices: aws, azure or gcp.", valueName: "name"))
    var provider: String

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let key = ProcessInfo.processInfo.environment[Self.keyVariable]
        let request = CatalogRefreshRequest(provider: self.provider, apiKey: self.provider == "gcp" ? key : nil)
        let refresh = try await self.global.client().call(
            Routes.refreshCatalog, body: request, within: Self.patience, isIdempotent: false)
        try self.global.show(refresh) { _ in
            "\(refresh.provider): \(refresh.offers) offers, \(refresh.changed) with another price, as of "
                + "\(refresh.asOf) from \(refresh.source)\n"
        }
    }
}
