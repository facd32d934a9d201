import AWS
import Azure
import Catalog
import CloudPorts
import Contract
import Fleet
import GoogleCloud
import Kernel
import Logging

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Fleet's price lists: those of the three clouds, by their public addresses or by those of the configuration file.
struct PublicPriceLists: PriceSources {
    let endpoints: [String: String]
    let time: any TimeSource

    var providers: [String] { ["aws", "azure", "gcp"] }

    func source(of provider: String, apiKey: String?, knowing catalog: Catalog) throws -> (any PriceSource)? {
        let endpoint = self.endpoints[provider]
        switch provider {
        case "aws": return AWSPriceSource(endpoint: endpoint ?? AWSPriceSource.publicEndpoint, time: self.time)
        case "azure": return AzurePriceSource(endpoint: endpoint ?? AzurePriceSource.publicEndpoint, time: self.time)
        case "gcp":
            guard let apiKey else { throw FleetError.priceListNeedsKey(provider: provider) }
            return GooglePriceSource(
                endpoint: endpoint ?? GooglePriceSource.publicEndpoint, apiKey: apiKey,
                machines: Self.machines(catalog), time: self.time)
        default: return nil
        }
    }

    /// Shapes whose accelerators are whole: the list prices parts, and a share of one is not among them.
    private static func machines(_ catalog: Catalog) -> [GoogleMachineType] {
        catalog.listing().machines.filter { $0.provider == "gcp" }.compactMap { machine in
            guard let vcpus = machine.vcpus.flatMap(Int.init(exactly:)), let memory = machine.memory,
                let gpus = Int(exactly: machine.acceleratorCount ?? 0)
            else { return nil }
            return GoogleMachineType(type: machine.type, vcpus: vcpus, memory: memory, gpus: gpus)
        }
    }
}

/// Fleet's tables of providers, a file each in the data folder.
struct CatalogFolder: CatalogFiles {
    let folder: String

    func write(_ bytes: [UInt8], of provider: String) throws {
        let file = URL(filePath: "\(self.folder)/\(provider).pack")
        do {
            try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
            try Data(bytes).write(to: file, options: .atomic)
        } catch {
            throw PlainFault(
                .unavailable,
                "The table of '\(provider)' cannot be written to \(file.path). Make room there and try again.",
                detail: "\(error)")
        }
    }

    /// Puts what was written earlier on a shelf; a file that cannot be used is left where it is and said in the log.
    func load(_ providers: [String], onto shelf: CatalogShelf, _ logger: Logger) {
        for provider in providers {
            guard let data = try? Data(contentsOf: URL(filePath: "\(self.folder)/\(provider).pack")) else { continue }
            do { shelf.put(try CatalogTable([UInt8](data)), of: provider) } catch {
                logger.warning(
                    "a table of prices is not used; refresh it",
                    metadata: ["provider": "\(provider)", "reason": "\(error.message)"])
            }
        }
    }
}
