import Catalog
package import Contract

/// The catalog over HTTP. It stands here because the catalog itself knows no routes, and environments are priced by it.
package struct CatalogRoutes: Sendable {
    let shelf: CatalogShelf
    let refreshes: CatalogRefreshes

    package init(shelf: CatalogShelf, refreshes: CatalogRefreshes) {
        self.shelf = shelf
        self.refreshes = refreshes
    }

    package var bound: [BoundRoute] {
        [
            Routes.searchCatalog.bind { call in
                try self.shelf.catalog.search(try CatalogQuery(parameters: call.query))
            },
            Routes.refreshCatalog.bind { call, request in
                try await self.refreshes.refresh(request, by: call.principal)
            },
        ]
    }
}
