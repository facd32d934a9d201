import Contract
import Kernel

/// `/`: everything at a glance.
enum OverviewPage {
    static func render(_ source: any ConsoleSource) async throws -> HTML {
        async let runPage = source.runs(PageRequest(limit: 25))
        async let pipelinePage = source.pipelineRuns(PageRequest(limit: 5))
        async let environments = source.environments()
        async let endpoints = source.endpoints()
        async let bySite = source.costs(by: .environment, pipelineRun: nil)
        async let byStep = source.costs(by: .step, pipelineRun: nil)
        async let lines = source.journal(limit: 15)
        let runs = try await runPage.items
        let pipelines = try await pipelinePage.items
        let isLive = runs.contains { !$0.status.isTerminal && $0.kind == .batch } || pipelines.contains { !$0.status.isTerminal }
        let body =
            self.pipelines(pipelines) + Layout.section("Runs", self.runs(runs))
            + Layout.section("Sites", self.sites(try await environments))
            + Layout.section("Endpoints", self.endpoints(try await endpoints))
            + self.costs(try await bySite, try await byStep) + Layout.section("Journal", self.journal(try await lines))
        return Layout.page(title: "Overview", live: isLive, body: body)
    }

    private static func pipelines(_ pipelines: [PipelineRun]) -> HTML {
        guard let latest = pipelines.first else { return "" }
        let rows = pipelines.map { run in
            [
                "<a href=\"/pipelines/\(run.id.description)\">\(run.pipeline)</a> <small>\(Layout.short(run.id.description))</small>",
                HTML.text(run.project), Layout.badge(run.status.rawValue), Layout.time(run.startedAt),
                HTML.text(Layout.span(run.startedAt, run.endedAt)), HTML.text(run.cost.description),
            ]
        }
        return Layout.section("Pipeline \(latest.pipeline)", PipelineGraph.render(latest.nodes))
            + Layout.section(
                "Pipeline runs",
                Layout.table(["pipeline", "project", "status", "started", "took", "cost"], rows, numeric: [4, 5], empty: ""))
    }

    private static func runs(_ runs: [Run]) -> HTML {
        let rows = runs.map { run in
            [
                Layout.runLink(run.id, run.node ?? run.name) + " <small>\(Layout.short(run.id.description))</small>",
                Layout.badge(run.status.rawValue), HTML.text(run.environment ?? ""), HTML.text(String(run.attempt)),
                Layout.time(run.submittedAt), HTML.text(Layout.span(run.startedAt, run.endedAt)), HTML.text(run.cost.description),
                "<span class=\"reason\">\(run.reason ?? "")</span>" as HTML,
            ]
        }
        return Layout.table(
            ["run", "status", "site", "attempt", "submitted", "took", "cost", ""], rows, numeric: [3, 5, 6],
            empty: "No runs yet. Start one with `martlet run -- python my_train.py`.")
    }

    private static func sites(_ sites: [EnvironmentStatus]) -> HTML {
        let rows = sites.map { status in
            let live = status.workers.filter { $0.status == .live }
            return [
                HTML.text(status.environment.name), HTML.text(status.environment.provider),
                HTML.text(status.environment.zones.joined(separator: ", ")), HTML.text("\(live.count)"),
                HTML.text("\(status.usedSlots) of \(live.reduce(0) { $0 + $1.slots })"),
                HTML.text("\(status.usedServingSlots) of \(live.reduce(0) { $0 + $1.servingSlots })"),
                HTML.text(status.pricePerSlotHour.description),
            ]
        }
        return Layout.table(
            ["site", "provider", "zones", "workers", "slots used", "serving slots used", "a slot an hour"], rows,
            numeric: [3, 4, 5, 6], empty: "No environments. Declare one with `martlet apply -f FILE`.")
    }

    private static func endpoints(_ endpoints: [EndpointStatus]) -> HTML {
        let rows = endpoints.flatMap { status in
            status.endpoint.revisions.map { revision in
                let replicas = status.replicas.filter { $0.revision == revision.name }
                let places: HTML = replicas.map { replica in
                    "\(Layout.runLink(replica.run, replica.environment ?? "waiting")) \(Layout.badge(replica.url == nil ? replica.status.rawValue : "ready")) "
                        as HTML
                }.joined()
                return [
                    HTML.text(status.endpoint.name), HTML.text(revision.name), HTML.text("\(revision.model) v\(revision.version)"),
                    HTML.text("\(revision.traffic) %"), places,
                ]
            }
        }
        return Layout.table(
            ["endpoint", "revision", "model", "traffic", "replicas"], rows, numeric: [3], empty: "No endpoints.")
    }

    private static func costs(_ bySite: CostReport, _ byStep: CostReport) -> HTML {
        func table(_ title: String, _ report: CostReport) -> HTML {
            let rows = report.rows.map { [HTML.text($0.key.joined(separator: " ")), HTML.text($0.amount.exact)] }
            let total: [[HTML]] = report.rows.isEmpty ? [] : [["<b>total</b>", "<b>\(report.total.exact)</b>"]]
            return Layout.section(
                title, Layout.table([report.by[0].rawValue, "cost"], rows + total, numeric: [1], empty: "Nothing was posted yet."))
        }
        return "<div class=\"pair\">\(table("Costs by site", bySite))\(table("Costs by step", byStep))</div>"
    }

    private static func journal(_ lines: [JournalLine]) -> HTML {
        let rows = lines.map { line in
            [
                HTML.text(String(line.sequence)), Layout.time(line.at), "<code>\(line.kind)</code>" as HTML,
                HTML.text(line.body["name"]?.stringValue ?? Layout.short(line.subject)), HTML.text(Self.actor(line.actor)),
                "<span class=\"reason\">\(line.body["reason"]?.stringValue ?? "")</span>",
            ]
        }
        return Layout.table(["", "at", "what", "about", "by", ""], rows, numeric: [0], empty: "Nothing has happened yet.")
    }

    private static func actor(_ name: String) -> String { name.contains("_") ? Layout.short(name) : name }
}
