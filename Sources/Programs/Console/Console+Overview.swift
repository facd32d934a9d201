import Contract
import Kernel

// The first page: everything at a glance.
extension Console {
    /// Rows of each listing: what fits on two screens.
    static let overviewRuns = 25
    static let overviewPipelines = 8
    static let overviewLines = 20

    func overview(for principal: Principal) async throws -> HTML {
        async let runs = self.source.runs(limit: Self.overviewRuns)
        async let counts = self.source.runCounts()
        async let pipelines = self.source.pipelineRuns(limit: Self.overviewPipelines)
        async let environments = self.source.environments()
        async let endpoints = self.source.endpoints()
        async let costs = self.source.costs(by: [.environment], pipelineRun: nil)
        async let lines = self.source.journal(limit: Self.overviewLines)
        let content =
            Self.figures(try await counts, try await environments, try await costs)
            + self.pipelines(try await pipelines)
            + Facts.section("Runs", self.runTable(try await runs))
            + Facts.section("Sites", Self.sites(try await environments))
            + Self.endpoints(try await endpoints)
            + Facts.section("Costs", Facts.costs(try await costs, empty: "Nothing has cost anything yet."))
            + Facts.section("Journal", Self.journal(try await lines))
        return Self.frame(title: "Overview", principal: principal, isLive: true) { content }
    }

    private static func figures(_ counts: [RunStatus: Int], _ sites: [EnvironmentStatus], _ costs: CostReport) -> HTML {
        let active = [RunStatus.starting, .running].reduce(0) { $0 + (counts[$1] ?? 0) }
        let waiting = [RunStatus.queued, .placed].reduce(0) { $0 + (counts[$1] ?? 0) }
        let workers = sites.flatMap(\.workers)
        let live = workers.filter { $0.status == .live }
        let used = sites.reduce(0) { $0 + $1.usedSlots + $1.usedServingSlots }
        let slots = live.reduce(0) { $0 + $1.slots + $1.servingSlots }
        func figure(_ value: HTML, _ name: String, _ kind: String = "") -> HTML {
            "<div class=\"figure \(kind)\"><strong>\(value)</strong><span>\(name)</span></div>"
        }
        func count(_ number: Int, _ name: String) -> HTML { figure("\(number)", name, number > 0 ? name : "") }
        return """
            <section class="figures">\(count(active, "running"))\(count(waiting, "waiting"))\
            \(count(counts[.succeeded] ?? 0, "succeeded"))\(count(counts[.failed] ?? 0, "failed"))\
            \(figure("\(live.count)", "live workers"))\(figure("\(used) of \(slots)", "slots in use"))\
            \(figure("\(costs.total)", "spent", "wide"))</section>
            """
    }

    private func pipelines(_ runs: [PipelineRun]) -> HTML {
        guard let latest = runs.first else { return "" }
        let rows = runs.map { run -> Facts.Row in
            let done = run.nodes.filter { $0.status.isTerminal }.count
            return .init([
                Facts.status(run.status.rawValue), Facts.link(run.id, run.pipeline), "\(run.project)", "\(run.user)",
                Facts.bar(done, of: run.nodes.count), Facts.time(run.startedAt),
                "\(Facts.duration(from: run.startedAt, to: run.endedAt, now: self.time.now))", Facts.money(run.cost),
            ])
        }
        let table = Facts.table(
            ["status", "pipeline", "project", "user", "nodes", "started", "took", "cost"], rows, empty: "",
            numeric: [6, 7])
        return Facts.section("Pipelines", PipelineGraph(latest.nodes).drawing + table)
    }

    /// Runs as a table, for this page and for that of a pipeline.
    func runTable(_ runs: [Run]) -> HTML {
        let rows = runs.map { run -> Facts.Row in
            .init(
                [
                    Facts.status(run.status.rawValue), Facts.link(run.id, run.node ?? run.name), "\(run.project)",
                    "\(run.environment ?? "")", run.attempt > 1 ? "\(run.attempt)" : "", Facts.time(run.submittedAt),
                    "\(Facts.duration(from: run.startedAt, to: run.endedAt, now: self.time.now))",
                    Facts.money(run.cost),
                ], note: run.reason)
        }
        return Facts.table(
            ["status", "run", "project", "site", "attempt", "submitted", "took", "cost"], rows,
            empty: "No run yet. Start one: martlet run -- python my_train.py", numeric: [6, 7])
    }

    private static func sites(_ sites: [EnvironmentStatus]) -> HTML {
        let rows = sites.map { site -> Facts.Row in
            let live = site.workers.filter { $0.status == .live }
            let place = "\(site.environment.provider) \(site.environment.region)"
            let state = live.isEmpty ? (site.workers.isEmpty ? "waiting" : "lost") : "live"
            return .init([
                Facts.status(state), "<strong>\(site.environment.name)</strong>", "\(place)",
                "\(site.environment.zones.sorted().joined(separator: ", "))", "\(live.count) of \(site.workers.count)",
                Facts.bar(site.usedSlots, of: live.reduce(0) { $0 + $1.slots }),
                Facts.bar(site.usedServingSlots, of: live.reduce(0) { $0 + $1.servingSlots }),
                "\(site.environment.store)", Facts.money(site.pricePerSlotHour),
            ])
        }
        return Facts.table(
            [
                "status", "site", "where", "zones", "live workers", "batch slots", "serving slots", "store",
                "slot per hour",
            ],
            rows, empty: "No site yet. Declare one: martlet apply -f environments.yaml", numeric: [8])
    }

    private static func endpoints(_ endpoints: [EndpointStatus]) -> HTML {
        guard !endpoints.isEmpty else { return "" }
        let rows = endpoints.flatMap { status in
            status.endpoint.revisions.map { revision -> Facts.Row in
                let replicas = status.replicas.filter { $0.revision == revision.name }
                let ready = replicas.filter { $0.url != nil }
                let places = Set(ready.compactMap(\.environment)).sorted().joined(separator: ", ")
                return .init([
                    Facts.status(ready.count == revision.replicas ? "ready" : "waiting"),
                    "<strong>\(status.endpoint.name)</strong>", "\(revision.name)",
                    "\(revision.model) v\(revision.version)", Facts.bar(revision.traffic, of: 100, unit: " %"),
                    "\(ready.count) of \(revision.replicas)", "\(places)",
                ])
            }
        }
        return Facts.section(
            "Endpoints",
            Facts.table(
                ["status", "endpoint", "revision", "model", "traffic", "ready replicas", "sites"], rows, empty: ""))
    }

    private static func journal(_ lines: [JournalLine]) -> HTML {
        let rows = lines.map { line -> Facts.Row in
            let subject: HTML =
                if let run = ID<Run>(line.subject) {
                    Facts.link(run, line.subject)
                } else if let run = ID<PipelineRun>(line.subject) { Facts.link(run, line.subject) } else {
                    "\(line.subject)"
                }
            return .init([
                "<span class=\"id\">\(line.sequence)</span>", "\(line.kind)", "<span class=\"id\">\(subject)</span>",
                "<span class=\"id\">\(line.actor)</span>", Facts.time(line.at),
                "<span class=\"id\" title=\"SHA-256 over the line before and this one\">\(line.hash.prefix(10))</span>",
            ])
        }
        return Facts.table(
            ["line", "what", "of", "by", "at", "hash"], rows, empty: "Nothing has happened yet.", isDense: true)
    }
}
