package import Contract
import Kernel

/// The ledger over HTTP.
package struct CostRoutes: Sendable {
    let ledger: Ledger

    package init(ledger: Ledger) { self.ledger = ledger }

    package var bound: [BoundRoute] {
        [
            Routes.costReport.bind { call in
                try await self.ledger.report(by: try call.dimensions(), try call.costFilter())
            },
            Routes.ledger.bind { call in
                try await self.ledger.page(try call.page(), run: try call.queryID("run", of: Run.self))
            },
            Routes.compareCosts.bind { call in try await self.ledger.compare(try call.id()) },
        ]
    }
}

extension IncomingCall {
    fileprivate func dimensions() throws -> [CostDimension] {
        try (self.query["by"] ?? "environment").split(separator: ",").map { name in
            guard let dimension = CostDimension(rawValue: String(name)) else {
                let known = CostDimension.allCases.map(\.rawValue).joined(separator: ", ")
                throw PlainFault(.invalid, "'\(name)' is not a dimension of costs. There are: \(known).")
            }
            return dimension
        }
    }

    fileprivate func costFilter() throws -> CostFilter {
        CostFilter(
            pipelineRun: try self.queryID("pipelineRun", of: PipelineRun.self), project: self.query["project"],
            run: try self.queryID("run", of: Run.self))
    }

    fileprivate func queryID<Entity>(_ name: String, of: Entity.Type) throws -> ID<Entity>? {
        guard let text = self.query[name] else { return nil }
        guard let id = ID<Entity>(text) else {
            throw PlainFault(.invalid, "'\(text)' is not an id of the form \(Entity.idPrefix)_<26 characters>.")
        }
        return id
    }
}
