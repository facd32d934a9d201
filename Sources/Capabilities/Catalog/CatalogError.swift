package import Kernel

/// What the catalog does not know, or cannot price.
package enum CatalogError: Fault, Equatable {
    case unknownMachine(type: String, provider: String, region: String, near: [String])
    case unknownRegion(environment: String, provider: String, region: String, known: [String])
    case noPrice(environment: String, provider: String)
    case twoPrices(environment: String)
    case noSlots(environment: String)
    case amortisation(environment: String, field: String, problem: String)
    case unknownEgress(from: String, to: String)

    package var kind: FaultKind { .invalid }

    package var message: String {
        switch self {
        case .unknownMachine(let type, let provider, let region, let near):
            "The price of '\(type)' in \(provider) \(region) is unknown. "
                + (near.isEmpty
                    ? "Name a machine type of the catalog, or give 'amortisation' instead."
                    : "Did you mean \(near.map { "'\($0)'" }.joined(separator: ", "))? Or give 'amortisation' instead.")
        case .unknownRegion(let environment, let provider, let region, let known):
            "No price is known in \(provider) \(region), the region of '\(environment)'. The catalog knows "
                + "\(known.joined(separator: " and ")); elsewhere give 'amortisation' instead of 'machine'."
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
        }
    }
}
