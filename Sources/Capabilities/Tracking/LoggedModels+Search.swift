package import Contract
import Database
package import Kernel
import Search

extension LoggedModels {
    /// A page of the models that a filter finds.
    ///
    /// - Throws: `noDatasetName`; a page token that is none, or of another search; what is wrong with the filter or the order.
    package func search(_ query: LoggedModelQuery) async throws -> Page<LoggedModel> {
        guard query.datasets.allSatisfy({ !$0.name.isEmpty }) else { throw LoggedModelError.noDatasetName }
        let offset = try query.pageToken.map { try LoggedModelPageToken($0, for: query).offset } ?? 0
        let clauses = try SearchDialect.loggedModels.filter(query.filter)
        let orders = try query.order.map { order in
            (
                try SearchDialect.loggedModelOrder(field: order.field, isAscending: order.isAscending),
                LoggedModelStore.scope(order.dataset.map { [$0] } ?? [])
            )
        }
        let limit = query.limit > 0 ? min(query.limit, Self.maximumPage) : Self.defaultPage
        let experiments = query.experiments.compactMap(Int64.init)
        let found = try await self.database.read { reader in
            try LoggedModelStore.search(
                query, experiments: experiments, clauses: clauses, orders: orders, offset: offset, limit: limit + 1,
                in: reader)
        }
        guard found.count > limit else { return Page(items: found) }
        return Page(
            items: Array(found.prefix(limit)),
            next: LoggedModelPageToken(offset: offset + limit, of: query).text)
    }
}
