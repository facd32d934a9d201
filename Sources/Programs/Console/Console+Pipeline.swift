import Contract
import Kernel

// The page of one pipeline run: its graph, its nodes, its costs.
extension Console {
    func pipelinePage(_ id: ID<PipelineRun>, for principal: Principal) async throws -> HTML {
        async let run = self.source.pipelineRun(id)
        async let bySite = self.source.costs(by: [.environment, .step], pipelineRun: id)
        async let elsewhere = self.source.comparison(of: id)
        let pipeline = try await run
        let title = Facts.title(
            pipeline.pipeline, pipeline.status.rawValue, id: pipeline.id.description, reason: pipeline.reason,
            trail: " › pipelines", isRunning: !pipeline.status.isTerminal)
        let facts = Facts.list([
            ("project", "\(pipeline.project)"), ("user", "\(pipeline.user)"),
            ("started", Facts.time(pipeline.startedAt)),
            ("took", "\(Facts.duration(from: pipeline.startedAt, to: pipeline.endedAt, now: self.time.now))"),
            ("cost", "\(pipeline.cost)"),
        ])
        let costs = Facts.costs(try await bySite, empty: "It has cost nothing yet.")
        let content =
            title + facts + Facts.section("Graph", PipelineGraph(pipeline.nodes).drawing)
            + Facts.section("Nodes", self.nodes(pipeline.nodes))
            + Facts.section("Costs", costs + Self.elsewhere(try await elsewhere))
        return Self.frame(title: pipeline.pipeline, principal: principal, isLive: !pipeline.status.isTerminal) {
            content
        }
    }

    /// The same billed time at each place's price.
    private static func elsewhere(_ comparison: CostComparison) -> HTML {
        guard !comparison.alternatives.isEmpty else { return "" }
        let rows = comparison.alternatives.map { place -> Facts.Row in
            .init([
                "all in \(place.environment)\(place.unpriced.map { ", and what moving \($0) costs, which nobody knows" } ?? "")",
                "\(place.allowed ? "" : "its data may not lie there")",
                Facts.money(place.amount),
            ])
        }
        let lost: HTML =
            comparison.failedAttempts == .zero
            ? ""
            : "<p class=\"total\">of it failed or lost attempts \(Facts.money(comparison.failedAttempts))</p>"
        return lost + "<h3>The same time elsewhere</h3>"
            + Facts.table(["place", "residency", "amount"], rows, empty: "", numeric: [2])
    }

    private func nodes(_ nodes: [NodeRun]) -> HTML {
        let rows = nodes.map { node -> Facts.Row in
            let name: HTML = node.run.map { Facts.link($0, node.name) } ?? "\(node.name)"
            // What the control plane does itself takes no time and no money that anybody could see.
            let isTask = node.run != nil
            let took = Facts.duration(from: node.startedAt, to: node.endedAt, now: self.time.now)
            return .init(
                [
                    Facts.status(node.status.rawValue), name, "\(node.environment ?? "")",
                    "\(node.needs.joined(separator: ", "))", Facts.time(node.startedAt), isTask ? "\(took)" : "",
                    isTask ? Facts.money(node.cost) : "",
                ], note: node.result ?? node.reason)
        }
        return Facts.table(
            ["status", "node", "site", "needs", "started", "took", "cost"], rows, empty: "No nodes.", numeric: [5, 6])
    }
}
