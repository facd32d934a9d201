package import Contract
import Database
package import Kernel
import Search

extension Traces {
    /// A page of the traces that a filter finds, the youngest first when no order is given.
    ///
    /// - Throws: `invalidPageSize`, `invalidExperiments`; a page token that is none; what is wrong with the filter or the order.
    package func search(_ query: TraceQuery) async throws -> Page<Trace> {
        let limit = query.limit ?? Self.defaultPage
        guard (1...Int64(Self.maximumPage)).contains(limit) else { throw TraceError.invalidPageSize(limit) }
        let foreign = query.experiments.filter { $0.contains(".") }
        guard foreign.isEmpty else {
            let text = foreign.joined(separator: ", ")
            throw TraceError.invalidExperiments(text.count > 20 ? text.prefix(20) + "..." : text)
        }
        let clauses = try SearchDialect.traces.filter(query.filter)
        if let clause = clauses.first(where: { $0.comparison == .rlike }) { throw TraceError.noPatterns(clause.key) }
        for clause in clauses where clause.entity == .tag && clause.key == TraceKey.linkedPrompts {
            guard case .text(let value) = clause.value, value.count(where: { $0 == "/" }) == 1 else {
                throw TraceError.invalidPrompt("\(clause.value)")
            }
        }
        let orders = try SearchDialect.traces.orders(query.order)
        let fingerprint = SearchFingerprint(query.experiments + [query.filter ?? ""] + query.order)
        let offset: Int
        switch try PageToken.decode(query.pageToken, for: fingerprint)?.values.first {
        case .integer(let value): offset = Int(clamping: max(0, value))
        default: offset = 0
        }
        let experiments = query.experiments.compactMap(Int64.init)
        let found = try await self.database.read { reader in
            try TraceStore.search(
                experiments, clauses: clauses, orders: orders, offset: offset, limit: limit, in: reader)
        }
        // As MLflow's server does, a full page has a token even when nothing follows it.
        guard found.count == limit else { return Page(items: found) }
        return Page(items: found, next: PageToken([.integer(Int64(offset) + limit)]).encoded(for: fingerprint))
    }
}
