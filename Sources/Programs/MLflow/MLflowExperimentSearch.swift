import Contract
package import Tracking

/// The search of experiments, which clients send as GET and as POST.
package struct MLflowExperimentSearch: Sendable {
    private let search: ExperimentSearch

    package init(search: ExperimentSearch) { self.search = search }

    package var routes: [MLflowRoute] {
        [
            MLflowRoute("POST", "/mlflow/experiments/search") { try await self.answer($0.fields) },
            MLflowRoute("GET", "/mlflow/experiments/search") { try await self.answer($0.fields) },
        ]
    }

    private func answer(_ fields: MLflowFields) async throws -> Answer {
        let limit = try fields.pageLimit(default: ExperimentQuery.defaultLimit, maximum: ExperimentQuery.maximumLimit)
        let query = try ExperimentQuery(
            filter: try fields.string("filter"), orderBy: try fields.strings("order_by"),
            view: try fields.lifecycleView("view_type"), limit: limit, pageToken: try fields.string("page_token"))
        let page = try await self.search.page(query)
        return MLflowWriter.answer { writer in
            writer.list("experiments", page.experiments) { writer, experiment in
                writer.object { experiment.write(to: &$0) }
            }
            writer.field("next_page_token", page.next)
        }
    }
}
