import CCatalog

extension CatalogTable {
    /// The table that is part of the program, opened at its first use; it is read where the program's file is mapped.
    package static let embedded: CatalogTable = {
        let memory = UnsafeRawBufferPointer(start: martlet_catalog_bytes(), count: martlet_catalog_count())
        do throws(CatalogError) {
            return try CatalogTable(bytes: CatalogBytes(immortal: memory))
        } catch {
            preconditionFailure("the program was built with a damaged catalog: \(error.message)")
        }
    }()
}
