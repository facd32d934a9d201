import Contract
import Kernel

/// `/pipelines/{id}`: the graph, its nodes, and what the same work would have cost elsewhere.
enum PipelinePage {
    static func render(_ id: ID<PipelineRun>, _ source: any ConsoleSource) async throws -> HTML {
        let run = try await source.pipelineRun(id)
        let report = try await source.costs(by: .environment, pipelineRun: id)
        let comparison = try await source.comparison(of: id)
        let body =
            self.summary(run) + Layout.section("Graph", PipelineGraph.render(run.nodes))
            + Layout.section("Nodes", self.nodes(run.nodes)) + self.costs(report, comparison)
        return Layout.page(title: "\(run.pipeline) \(Layout.short(id.description))", live: !run.status.isTerminal, body: body)
    }

    private static func summary(_ run: PipelineRun) -> HTML {
        let reason: HTML = run.reason.map { "<p class=\"problem\">\($0)</p>" } ?? ""
        return """
            <p class="lead">\(Layout.badge(run.status.rawValue)) project <b>\(run.project)</b>, started by <b>\(run.user)</b>
            at \(Layout.time(run.startedAt)) · \(Layout.span(run.startedAt, run.endedAt)) · <b>\(run.cost.description)</b></p>\(reason)
            """
    }

    private static func nodes(_ nodes: [NodeRun]) -> HTML {
        let rows = nodes.map { node in
            [
                node.run.map { Layout.runLink($0, node.name) } ?? HTML.text(node.name), Layout.badge(node.status.rawValue),
                HTML.text(node.environment ?? ""), HTML.text(Layout.span(node.startedAt, node.endedAt)),
                HTML.text(node.cost.description), "<span class=\"reason\">\(node.result ?? node.reason ?? "")</span>" as HTML,
            ]
        }
        return Layout.table(["node", "status", "site", "took", "cost", ""], rows, numeric: [3, 4], empty: "No nodes.")
    }

    private static func costs(_ report: CostReport, _ comparison: CostComparison) -> HTML {
        let sites = report.rows.map { [HTML.text($0.key[0]), HTML.text($0.amount.exact)] }
        let total: [[HTML]] = [["<b>total</b>", "<b>\(report.total.exact)</b>"]]
        let elsewhere = comparison.alternatives.map { other in
            [
                HTML.text("all in \(other.environment)"), HTML.text(other.amount.exact),
                HTML.text(other.allowed ? "" : "residency would not have allowed it"),
            ]
        }
        return """
            <div class="pair">\(Layout.section("Costs by site", Layout.table(["site", "cost"], sites + total, numeric: [1], empty: "")))
            \(Layout.section("Elsewhere", Layout.table(["", "cost", ""], elsewhere, numeric: [1], empty: "No other environment.")))</div>
            <p>Of this, \(comparison.failedAttempts.exact) was for attempts that failed.</p>
            """
    }
}
