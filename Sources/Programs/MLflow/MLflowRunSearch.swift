import Contract
package import Tracking

/// The search of runs.
package struct MLflowRunSearch: Sendable {
    private let search: RunSearch

    package init(search: RunSearch) { self.search = search }

    package var routes: [MLflowRoute] {
        [MLflowRoute("POST", "/mlflow/runs/search") { try await self.answer($0.fields) }]
    }

    private func answer(_ fields: MLflowFields) async throws -> Answer {
        let limit = try fields.pageLimit(default: RunQuery.defaultLimit, maximum: RunQuery.maximumLimit)
        let experiments = try fields.strings("experiment_ids").map { try Experiments.id($0) }
        let query = try RunQuery(
            experiments: experiments, filter: try fields.string("filter"), orderBy: try fields.strings("order_by"),
            view: try fields.lifecycleView("run_view_type"), limit: limit, pageToken: try fields.string("page_token"))
        let page = try await self.search.page(query)
        return MLflowWriter.answer { writer in
            writer.list("runs", page.runs) { writer, run in writer.object { run.write(to: &$0) } }
            writer.field("next_page_token", page.next)
        }
    }
}

extension MLflowFields {
    /// How many rows a page has: what is asked for, within bounds.
    func pageLimit(_ name: String = "max_results", default standard: Int, maximum: Int) throws(MLflowError) -> Int {
        guard let asked = try self.integer(name) else { return standard }
        guard asked > 0 else {
            throw MLflowError(
                .invalidParameterValue,
                "Invalid value \(asked) for parameter '\(name)' supplied. It must be a positive integer")
        }
        guard asked <= Int64(maximum) else {
            throw MLflowError(
                .invalidParameterValue,
                "Invalid value \(asked) for parameter '\(name)' supplied. It must be at most \(maximum)")
        }
        return Int(asked)
    }

    /// A `ViewType` by its name, or by its number in `service.proto`; the active ones when it is not there.
    func lifecycleView(_ name: String) throws(MLflowError) -> LifecycleView {
        switch self[name] {
        case nil: return .active
        case .string(let text)?:
            if let view = LifecycleView(rawValue: text) { return view }
            if let number = Int(text), (1...3).contains(number) { return LifecycleView.allCases[number - 1] }
        case .integer(let number)? where (1...3).contains(number): return LifecycleView.allCases[Int(number) - 1]
        default: break
        }
        throw .invalid(self[name] ?? .null, for: name)
    }
}
