package import Catalog
import Synchronization

/// The catalog that holds now: the embedded table under those that were read from providers since.
///
/// It is the one thing of the catalog that changes while the program runs; whoever asks gets a whole catalog, before or after.
package final class CatalogShelf: Sendable {
    private struct State {
        var tables: [String: CatalogTable] = [:]
        var catalog = Catalog.embedded
        var version = 0
    }

    private let state = Mutex(State())

    package init() {}

    package var catalog: Catalog { self.state.withLock(\.catalog) }
    /// Another number for another catalog.
    package var version: Int { self.state.withLock(\.version) }

    /// Puts a provider's own table over the embedded one, in place of its last.
    package func put(_ table: CatalogTable, of provider: String) {
        self.state.withLock { state in
            state.tables[provider] = table
            let tables = state.tables.sorted { $0.key < $1.key }.map(\.value)
            state.catalog = Catalog(tables: [.embedded] + tables)
            state.version += 1
        }
    }
}
