package import Kernel

/// What the catalog does not know, or cannot price.
package enum CatalogError: Fault, Equatable {
    case unknownMachine(type: String, provider: String, region: String, near: [String])
    case unpriced(type: String, provider: String, region: String)
    case unknownRegion(environment: String, provider: String, region: String, near: [String])
    case unknownProvider(name: String, known: [String])
    case unknownStorage(storageClass: String, provider: String, region: String, known: [String])
    case unknownAccelerator(name: String, near: [String])
    case noPrice(environment: String, provider: String)
    case twoPrices(environment: String)
    case noSlots(environment: String)
    case amortisation(environment: String, field: String, problem: String)
    case unknownEgress(from: String, to: String)
    /// A file that is no packed catalog, or one that was changed on its way.
    case damagedTable(String)
    case badRow(file: String, line: Int, problem: String)
    case missingFile(String)
    case inconsistentDraft(String)

    package var kind: FaultKind { .invalid }

    package var message: String {
        switch self {
        case .unknownMachine(let type, let provider, let region, let near):
            "The price of '\(type)' in \(provider) \(region) is unknown. "
                + (near.isEmpty
                    ? "Name a machine type of the catalog, or give 'amortisation' instead."
                    : "Did you mean \(near.map { "'\($0)'" }.joined(separator: ", "))? Or give 'amortisation' instead.")
        case .unpriced(let type, let provider, let region):
            "'\(type)' is offered in \(provider) \(region), and what it costs there is unknown. "
                + "Refresh the catalog with: martlet catalog refresh --provider \(provider). Or give 'amortisation' instead."
        case .unknownRegion(let environment, let provider, let region, let near):
            "No price is known in \(provider) \(region), the region of '\(environment)'. "
                + (near.isEmpty
                    ? "The catalog does not know this provider; give 'amortisation' instead of 'machine'."
                    : "The catalog knows \(near.joined(separator: ", ")); elsewhere give 'amortisation' instead of 'machine'.")
        case .unknownProvider(let name, let known):
            "The catalog does not know the provider '\(name)'. It knows \(known.joined(separator: ", "))."
        case .unknownStorage(let storageClass, let provider, let region, let known):
            "What '\(storageClass)' storage costs in \(provider) \(region) is unknown. "
                + (known.isEmpty
                    ? "No price of storage is known there; use another region."
                    : "Known are \(known.joined(separator: ", ")).")
        case .unknownAccelerator(let name, let near):
            "There is no accelerator '\(name)' in the catalog. "
                + (near.isEmpty
                    ? "Write a name such as H100, A100-80GB or L4."
                    : "Did you mean \(near.map { "'\($0)'" }.joined(separator: ", "))?")
        case .noPrice(let environment, let provider):
            "'\(environment)' of provider '\(provider)' has neither 'machine' nor 'amortisation', so its price is unknown. "
                + "Give one of them."
        case .twoPrices(let environment):
            "'\(environment)' has both 'machine' and 'amortisation'. Keep the one that gives its price."
        case .noSlots(let environment):
            "'\(environment)' has 0 slots and 0 serving slots. Give it at least one of either."
        case .amortisation(let environment, let field, let problem):
            "The amortisation of '\(environment)' cannot be computed: '\(field)' \(problem). Correct it."
        case .unknownEgress(let from, let to):
            "What it costs to send data from \(from) to \(to) is unknown. Use a store and an environment whose rate is known."
        case .damagedTable(let problem):
            "The file cannot be used as a catalog: \(problem). Pack it anew with: martletd catalog pack."
        case .badRow(let file, let line, let problem): "\(file), line \(line): \(problem). Correct the line."
        case .missingFile(let name): "There is no \(name) in the folder. Add it, with its header line at least."
        case .inconsistentDraft(let problem): "The catalog cannot be packed: \(problem). Correct the files."
        }
    }
}
