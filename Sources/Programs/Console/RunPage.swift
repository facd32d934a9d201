import Contract
import Kernel

/// `/runs/{id}`: what it is, its attempts, its metrics and the end of its log.
enum RunPage {
    /// As much of a log as one looks at; the whole of it is in the API.
    private static let tail = 64 << 10

    static func render(_ id: ID<Run>, _ source: any ConsoleSource) async throws -> HTML {
        let run = try await source.run(id)
        let attempts = try await source.attempts(of: id)
        let metrics = try await source.metrics(of: id)
        let log = try await source.logTail(of: id, limit: self.tail)
        let body =
            self.summary(run) + Layout.section("Attempts", self.attempts(attempts))
            + (metrics.isEmpty ? "" : Layout.section("Metrics", self.metrics(metrics)))
            + Layout.section("Log", log.isEmpty ? "<p class=\"empty\">Nothing was printed.</p>" : "<pre class=\"log\">\(log)</pre>")
            + Layout.section("What was asked for", "<pre>\(self.request(run))</pre>")
        return Layout.page(title: "\(run.node ?? run.name) \(Layout.short(id.description))", live: !run.status.isTerminal, body: body)
    }

    private static func summary(_ run: Run) -> HTML {
        let reason: HTML = run.reason.map { "<p class=\"problem\">\($0)</p>" } ?? ""
        let pipeline: HTML = run.pipelineRun.map { " · <a href=\"/pipelines/\($0.description)\">pipeline run</a>" } ?? ""
        let place = run.environment.map { " in \($0)" } ?? ""
        return """
            <p class="lead">\(Layout.badge(run.status.rawValue))\(place), project <b>\(run.project)</b>, by <b>\(run.user)</b> at
            \(Layout.time(run.submittedAt)) · \(Layout.span(run.startedAt, run.endedAt)) · <b>\(run.cost.description)</b>\(pipeline)</p>
            <p class="hint"><code>\(run.id.description)</code> · residency \(run.residency.description), outputs
            \(run.outputResidency.description)</p>\(reason)
            """
    }

    private static func attempts(_ attempts: [Attempt]) -> HTML {
        let rows = attempts.map { attempt in
            [
                HTML.text(String(attempt.number)), Layout.badge(attempt.status.rawValue), HTML.text(attempt.environment),
                Layout.time(attempt.claimedAt), HTML.text(Layout.span(attempt.claimedAt, attempt.endedAt)),
                HTML.text(attempt.exitCode.map(String.init) ?? ""), HTML.text(attempt.cost.exact),
                "<span class=\"reason\">\(attempt.reason ?? "")</span>" as HTML,
            ]
        }
        return Layout.table(
            ["", "status", "site", "claimed", "held", "exit code", "cost", ""], rows, numeric: [0, 4, 5, 6],
            empty: "No worker has claimed it yet.")
    }

    private static func metrics(_ points: [MetricPoint]) -> HTML {
        let rows = points.map { [HTML.text($0.name), HTML.text(String($0.value)), HTML.text(String($0.step))] }
        return Layout.table(["metric", "last value", "step"], rows, numeric: [1, 2], empty: "")
    }

    private static func request(_ run: Run) -> String {
        let command =
            switch run.step.command {
            case .shell(let text): text
            case .arguments(let arguments): arguments.joined(separator: " ")
            }
        let parameters = run.parameters.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.plain)" }
        return ([command] + parameters).joined(separator: "\n")
    }
}
