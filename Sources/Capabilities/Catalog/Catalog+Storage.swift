package import Kernel

/// What it costs to keep a GiB for a month.
package struct StorageRate: Sendable, Hashable {
    /// The provider's name of the class of storage.
    package let storageClass: String
    /// From this much on.
    package let from: ByteCount
    package let pricePerGibibyteMonth: Money
    /// Who published the figure.
    package let source: String
    /// The day on which it was published so.
    package let asOf: String
}

extension Catalog {
    /// The published rates of a region, by class and tier; none when they are unknown.
    package func storageRates(_ provider: String, _ region: String) -> [StorageRate] {
        guard let table = self.storage(of: provider), let row = table.region(provider, region) else { return [] }
        return table[.regionStorageStart].range(row).map { tier in
            let source = table.source(.storageSource, tier)
            return StorageRate(
                storageClass: table.text(.storageClass, tier), from: .gibibytes(Int64(table[.storageTier][tier])),
                pricePerGibibyteMonth: table.price(table[.storagePrice].index(tier)), source: source.name,
                asOf: source.date)
        }
    }

    /// The rate of a class for the first byte.
    ///
    /// - Throws: `invalid`, with the classes whose rates are known, when this one's is not.
    package func storagePrice(_ provider: String, _ region: String, class name: String) throws(CatalogError) -> Money {
        let rates = self.storageRates(provider, region)
        guard let rate = rates.first(where: { $0.storageClass == name }) else {
            throw .unknownStorage(
                storageClass: name, provider: provider, region: region, known: Set(rates.map(\.storageClass)).sorted())
        }
        return rate.pricePerGibibyteMonth
    }
}
