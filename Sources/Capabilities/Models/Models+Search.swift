package import Contract
import Database
import Kernel
import Search

/// A search among registered models or their versions, as MLflow's clients ask.
package struct ModelSearch: Sendable, Hashable {
    /// In MLflow's grammar; nil and empty find everything.
    package var filter: String?
    /// Terms such as `name DESC`, the first of most weight.
    package var order: [String]
    package var offset: Int
    package var limit: Int

    package init(filter: String? = nil, order: [String] = [], offset: Int = 0, limit: Int) {
        self.filter = filter
        self.order = order
        self.offset = offset
        self.limit = limit
    }
}

/// A page of a search.
package struct ModelSearchPage<Item: Sendable>: Sendable {
    package var items: [Item]
    package var hasMore: Bool

    init(_ rows: [Item], limit: Int) {
        self.items = Array(rows.prefix(limit))
        self.hasMore = rows.count > limit
    }
}

extension Models {
    /// Registered models that a filter finds. Prompts are kept beside them and are found only by a filter that asks for
    /// them (`tags.`mlflow.prompt.is_prompt` = 'true'`).
    ///
    /// - Throws: `SearchError`.
    package func searchModels(_ search: ModelSearch) async throws -> ModelSearchPage<ModelDetails> {
        let clauses = try SearchDialect.registeredModels.filter(search.filter)
        let orders = try SearchDialect.registeredModels.orders(search.order)
        return try await self.database.read { reader in
            let names = try ModelStore.names(clauses, orders, search, in: reader)
            let details = try names.prefix(search.limit).map { name in
                ModelDetails(
                    model: try self.existing(name, in: reader), latest: try ModelStore.latest(of: name, in: reader))
            }
            var page = ModelSearchPage(details, limit: search.limit)
            page.hasMore = names.count > search.limit
            return page
        }
    }

    /// Versions that a filter finds, those of prompts as above.
    ///
    /// - Throws: `SearchError`.
    package func searchVersions(_ search: ModelSearch) async throws -> ModelSearchPage<ModelVersion> {
        let clauses = try SearchDialect.modelVersions.filter(search.filter)
        let orders = try SearchDialect.modelVersions.orders(search.order)
        return try await self.database.read { reader in
            ModelSearchPage(try ModelStore.versions(clauses, orders, search, in: reader), limit: search.limit)
        }
    }
}
