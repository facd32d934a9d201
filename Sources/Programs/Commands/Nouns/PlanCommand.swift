import ArgumentParser
import Client
import Contract
import Kernel

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show where each task of a pipeline would run, for how much, and why not elsewhere.")

    @Argument(help: ArgumentHelp("The pipeline; may be left out when there is only one.", valueName: "pipeline"))
    var pipeline: String?

    @OptionGroup var file: FileOptions
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let spec = try self.file.project()
        let name = try spec.pipelineName(self.pipeline)
        let plan = try await self.global.client().call(
            Routes.plan, body: PipelineSubmission(spec: spec, pipeline: name), isIdempotent: true)
        try self.global.show(plan) { PlanText.text(plan, $0) }
        if plan.tasks.contains(where: { $0.environment == nil && $0.cachedRun == nil }) {
            throw ExitCode(FaultKind.exhausted.exitCode)
        }
    }
}

extension ProjectSpec {
    /// The pipeline somebody named, or the only one.
    ///
    /// - Throws: `notFound` with the nearest name; `invalid` when there is a choice.
    func pipelineName(_ given: String?) throws(PlainFault) -> String {
        let known = (self.pipelines ?? [:]).keys.sorted()
        guard let given else {
            if known.count == 1, let only = known.first { return only }
            throw PlainFault(
                .invalid,
                known.isEmpty
                    ? "The file has no pipelines. Add 'pipelines:', or run a step with 'martlet run STEP'."
                    : "The file has several pipelines. Name one: \(known.joined(separator: ", ")).")
        }
        if known.contains(given) { return given }
        let hint =
            NearestName.of(given, among: known).map { "Did you mean '\($0)'?" }
            ?? "There are: \(known.joined(separator: ", "))."
        throw PlainFault(.notFound, "There is no pipeline '\(given)'. \(hint)")
    }
}

/// A plan in words.
enum PlanText {
    static func text(_ plan: Plan, _ style: Style) -> String {
        var table = Table(
            .init("task"), .init("site"), .init("price/h", .decimal), .init("duration", .right),
            .init("compute", .decimal),
            .init("egress", .decimal), .init("travels", .right))
        for task in plan.tasks {
            table.add([
                task.task, task.environment ?? (task.cachedRun == nil ? "nowhere" : "cache"),
                task.pricePerHour?.description, Words.span(task.duration),
                task.compute.description,
                task.unpricedStores == nil ? task.egress.description : "unknown",
                task.transferred == .zero ? nil : task.transferred.description,
            ])
        }
        table.footer = ["all", "", "", "", plan.total.description, "", ""]
        return table.text(style) + plan.tasks.map { "\n" + Self.reasons(for: $0, style) }.joined()
    }

    private static func reasons(for task: PlannedTask, _ style: Style) -> String {
        if let run = task.cachedRun {
            return style.strong(task.task) + "\n  \(style.good("✓")) from the cache: \(run)\n"
        }
        var lines = [style.strong(task.task) + style.faint("  duration: \(task.basis)")]
        if let environment = task.environment {
            let margin = task.runnerUp.map { runnerUp in
                "; next best is \(runnerUp)" + (task.difference.map { ", \($0) more" } ?? "")
            }
            lines.append("  \(style.good("✓")) \(environment)\(margin ?? "")")
            if let stores = task.unpricedStores {
                lines.append(
                    "    unknown: what \(task.transferred) from \(stores.joined(separator: ", ")) cost to move")
            }
        } else {
            lines.append("  \(style.bad("✗")) no site may run it")
        }
        lines += task.rejected.map { rejection in
            "  \(style.bad("✗")) \(rejection.environment): \(rejection.reason.printable)"
                + (rejection.cost.map { " (\($0))" } ?? "")
        }
        return lines.map { $0 + "\n" }.joined()
    }
}
