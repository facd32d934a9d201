package import Catalog
package import Contract

/// The catalog over HTTP. It stands here because the catalog itself knows no routes, and environments are priced by it.
package struct CatalogRoutes: Sendable {
    let catalog: Catalog

    package init(catalog: Catalog) { self.catalog = catalog }

    package var bound: [BoundRoute] {
        [
            Routes.searchCatalog.bind { call in
                try self.catalog.search(try CatalogQuery(parameters: call.query))
            }
        ]
    }
}
