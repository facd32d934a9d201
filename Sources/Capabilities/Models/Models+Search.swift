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
    /// Where the page before ended; nil and empty begin.
    package var token: String?
    package var limit: Int

    package init(filter: String? = nil, order: [String] = [], token: String? = nil, limit: Int) {
        self.filter = filter
        self.order = order
        self.token = token
        self.limit = limit
    }

    func fingerprint(of noun: String) -> SearchFingerprint {
        SearchFingerprint([noun, self.filter ?? ""] + self.order)
    }
}

/// A page of a search.
package struct ModelSearchPage<Item: Sendable>: Sendable {
    package var items: [Item]
    /// Where the next page begins; nil after the last.
    package var next: String?
}

extension Models {
    /// Registered models that a filter finds. Prompts are kept beside them and are found only by a filter that asks for
    /// them (`tags.`mlflow.prompt.is_prompt` = 'true'`).
    ///
    /// - Throws: `SearchError`.
    package func searchModels(_ search: ModelSearch) async throws -> ModelSearchPage<ModelDetails> {
        try await self.search(search, noun: "models", SearchDialect.registeredModels) {
            clauses, orders, after, reader in
            try ModelStore.models(clauses, orders, after: after, limit: search.limit + 1, in: reader)
        }
    }

    /// Versions that a filter finds, those of prompts as above.
    ///
    /// - Throws: `SearchError`.
    package func searchVersions(_ search: ModelSearch) async throws -> ModelSearchPage<ModelVersion> {
        try await self.search(search, noun: "versions", SearchDialect.modelVersions) { clauses, orders, after, reader in
            try ModelStore.versions(clauses, orders, after: after, limit: search.limit + 1, in: reader)
        }
    }

    private func search<Item: Sendable>(
        _ search: ModelSearch, noun: String, _ dialect: SearchDialect,
        _ rows: @Sendable @escaping ([SearchClause], [SearchOrder], PageToken?, any Reading) throws -> [FoundRow<Item>]
    ) async throws -> ModelSearchPage<Item> {
        let clauses = try dialect.filter(search.filter)
        let orders = try dialect.orders(search.order)
        let fingerprint = search.fingerprint(of: noun)
        let after = try PageToken.decode(search.token, for: fingerprint)
        return try await self.database.read { reader in
            let found = try rows(clauses, orders, after, reader)
            let page = found.prefix(search.limit)
            return ModelSearchPage(
                items: page.map(\.item),
                next: found.count > search.limit ? page.last?.place.encoded(for: fingerprint) : nil)
        }
    }
}

/// A row that a search found, and its place in the order.
struct FoundRow<Item: Sendable>: Sendable {
    var item: Item
    var place: PageToken
}
