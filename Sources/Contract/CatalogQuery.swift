package import Kernel

/// Which offers of the catalog are wanted, and in which order.
///
/// An offer matches when it fulfils everything that is said; of a figure that is unknown it is not known that it does, so it
/// does not match. It travels as query parameters of the same names.
package struct CatalogQuery: Sendable, Hashable {
    /// What is counted up from the least; offers whose figure is unknown come last.
    package enum Order: String, Sendable, CaseIterable {
        case price, vcpus, memory
    }

    /// One of these; a name without a count is any number of them.
    package var gpu: AcceleratorDemand?
    package var cpus: CPURange?
    package var memory: MemoryRange?
    package var provider: String?
    package var region: GlobPattern?
    /// An availability zone.
    package var zone: String?
    package var architecture: String?
    /// Only offers with a spot price; it is their price then.
    package var spot = false
    /// Dollars per hour, at most.
    package var maximumPrice: Money?
    package var sort = Order.price
    package var limit = PageRequest.defaultLimit

    package init() {}
}

extension CatalogQuery {
    /// The query parameters of the route.
    package static let parameters = [
        QueryParameter(
            "gpu", "Accelerators that would do, such as `H100:8 | A100-80GB:8`; without a count any number."),
        QueryParameter("cpus", "vCPUs: `4` and `4+` at least, `4..16` between."),
        QueryParameter("memory", "Memory of the machine: `16GiB` and `16GiB+` at least, `16GiB..64GiB` between."),
        QueryParameter("provider", "Only this provider's."),
        QueryParameter("region", "Only regions whose name matches, such as `eu-*`."),
        QueryParameter("zone", "Only what this availability zone offers."),
        QueryParameter("architecture", "Only this processor architecture, `x86_64` or `arm64`."),
        QueryParameter("spot", "`true`: only offers with a spot price, which then is their price."),
        QueryParameter("maximumPrice", "Dollars per hour, at most."),
        QueryParameter("sort", "`price`, `vcpus` or `memory`, the least first; price when absent."),
        QueryParameter("limit", "Offers that are returned, 1 to 1000; 50 when absent."),
    ]

    /// Reads the parameters of a request; names it does not know are left alone.
    ///
    /// - Throws: `invalid`, with what was written.
    package init(parameters: [String: String]) throws {
        self.init()
        self.gpu = try parameters["gpu"].map { try AcceleratorDemand($0) }
        self.cpus = try parameters["cpus"].map { try CPURange($0) }
        self.memory = try parameters["memory"].map { try MemoryRange($0) }
        self.provider = parameters["provider"]
        self.region = parameters["region"].map { GlobPattern($0) }
        self.zone = parameters["zone"]
        self.architecture = parameters["architecture"]
        self.spot = parameters["spot"] == "true"
        if let text = parameters["maximumPrice"] {
            guard let price = Money(decimal: text), price >= .zero else {
                throw PlainFault(.invalid, "'\(text)' is no price. Write dollars per hour, such as 2.50.")
            }
            self.maximumPrice = price
        }
        if let text = parameters["sort"] {
            guard let order = Order(rawValue: text) else {
                throw PlainFault(
                    .invalid,
                    "Offers cannot be sorted by '\(text)'. Sort by \(Order.allCases.map(\.rawValue).joined(separator: ", "))."
                )
            }
            self.sort = order
        }
        if let text = parameters["limit"] {
            guard let limit = Int(text), (1...PageRequest.maximumLimit).contains(limit) else {
                throw PlainFault(
                    .invalid, "'\(text)' is not a limit. Give a number from 1 to \(PageRequest.maximumLimit).")
            }
            self.limit = limit
        }
    }

    /// What `init(parameters:)` reads as this query.
    package var parameters: [String: String] {
        var parameters: [String: String] = [:]
        parameters["gpu"] = self.gpu?.description
        parameters["cpus"] = self.cpus?.description
        parameters["memory"] = self.memory?.description
        parameters["provider"] = self.provider
        parameters["region"] = self.region?.description
        parameters["zone"] = self.zone
        parameters["architecture"] = self.architecture
        parameters["spot"] = self.spot ? "true" : nil
        parameters["maximumPrice"] = self.maximumPrice.map { $0.decimal }
        parameters["sort"] = self.sort.rawValue
        parameters["limit"] = String(self.limit)
        return parameters
    }
}
