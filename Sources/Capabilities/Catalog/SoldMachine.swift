/// A machine as a cloud sells it: what discounts and commitments ask about.
package struct SoldMachine: Sendable, Hashable {
    package var provider: String
    package var region: String
    package var type: String
    package var isSpot: Bool

    package init(provider: String, region: String, type: String, isSpot: Bool = false) {
        self.provider = provider
        self.region = region
        self.type = type
        self.isSpot = isSpot
    }

    /// The family of its type, as its provider writes families: `m6i` of `m6i.large` (AWS), `n2` of `n2-standard-4`
    /// (Google Cloud), `Ds_v5` of `Standard_D8s_v5` (Azure: letters and version without the number of cores).
    ///
    /// Sources: AWS, *Amazon EC2 instance type naming conventions*; Google Cloud, *Machine families resource and comparison
    /// guide*; Microsoft, *Azure virtual machine sizes naming conventions*.
    package var family: String {
        switch self.provider {
        case "aws": String(self.type.prefix { $0 != "." })
        case "gcp": String(self.type.prefix { $0 != "-" })
        case "azure": Self.azureFamily(of: self.type)
        default: self.type
        }
    }

    /// Without the tier before the first `_`, and without the cores, `8` or `8-4` when some are switched off.
    private static func azureFamily(of type: String) -> String {
        let tiers = ["Standard_", "Basic_"]
        let size = tiers.first { type.hasPrefix($0) }.map { type.dropFirst($0.count) } ?? type[...]
        let letters = size.prefix { !$0.isNumber }
        let rest = size.dropFirst(letters.count).drop { $0.isNumber || $0 == "-" }
        return String(letters + rest)
    }
}
