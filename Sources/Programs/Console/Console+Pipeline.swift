import Contract
import Kernel

// The page of one pipeline run: its graph, its nodes, its costs.
extension Console {
    func pipelinePage(_ id: ID<PipelineRun>, for principal: Principal) async throws -> HTML {
        async let run = self.source.pipelineRun(id)
        async let bySite = self.source.costs(by: [.environment, .step], pipelineRun: id)
        async let elsewhere = self.source.comparison(of: id)
        let pipeline = try await run
        let running: HTML = pipeline.status.isTerminal ? "" : " data-running"
        let title: HTML = """
            <section class="title"\(running)><h1>\(pipeline.pipeline)</h1>\(Facts.status(pipeline.status.rawValue))\
            <span class="id">\(pipeline.id)</span><p class="reason">\(pipeline.reason ?? "")</p></section>
            """
        let facts: HTML = """
            <section class="card"><dl><div><dt>project</dt><dd>\(pipeline.project)</dd></div>\
            <div><dt>user</dt><dd>\(pipeline.user)</dd></div><div><dt>started</dt><dd>\(Facts.time(pipeline.startedAt))</dd></div>\
            <div><dt>took</dt><dd>\(Facts.duration(from: pipeline.startedAt, to: pipeline.endedAt, now: self.time.now))</dd></div>\
            <div><dt>cost</dt><dd>\(pipeline.cost)</dd></div></dl></section>
            """
        let costs = Facts.costs(try await bySite, empty: "It has cost nothing yet.")
        let content =
            title + facts + Facts.section("Graph", PipelineGraph(pipeline.nodes).svg)
            + Facts.section("Nodes", self.nodes(pipeline.nodes))
            + Facts.section("Costs", costs + Self.elsewhere(try await elsewhere))
        return Self.frame(title: pipeline.pipeline, principal: principal, isLive: !pipeline.status.isTerminal) {
            content
        }
    }

    /// The same billed time at each place's price.
    private static func elsewhere(_ comparison: CostComparison) -> HTML {
        guard !comparison.alternatives.isEmpty else { return "" }
        let rows = comparison.alternatives.map { place -> [HTML] in
            ["all in \(place.environment)", "\(place.amount)", "\(place.allowed ? "" : "its data may not lie there")"]
        }
        let lost: HTML =
            comparison.failedAttempts == .zero
            ? ""
            : "<p class=\"empty\">\(comparison.failedAttempts) of it was for attempts that failed or were lost.</p>"
        return lost + Facts.table(["elsewhere", "amount", ""], rows, empty: "", numeric: [1])
    }

    private func nodes(_ nodes: [NodeRun]) -> HTML {
        let rows = nodes.map { node -> [HTML] in
            let name: HTML = node.run.map { Facts.link($0, node.name) } ?? "\(node.name)"
            return [
                Facts.status(node.status.rawValue), name, "\(node.environment ?? "")",
                "\(node.needs.joined(separator: ", "))", Facts.time(node.startedAt),
                "\(Facts.duration(from: node.startedAt, to: node.endedAt, now: self.time.now))", "\(node.cost)",
                "<span class=\"reason\">\(node.result ?? node.reason ?? "")</span>",
            ]
        }
        return Facts.table(
            ["status", "node", "site", "needs", "started", "took", "cost", ""], rows, empty: "No nodes.",
            numeric: [5, 6])
    }
}
