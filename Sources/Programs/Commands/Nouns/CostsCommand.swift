import ArgumentParser
import Client
import Contract
import Kernel

struct CostsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "costs", abstract: "Show what everything cost, exactly.",
        discussion: "Amounts are shown with every digit there is, so that they add up to the total.")

    @Option(
        help: ArgumentHelp(
            "Group by any of \(CostDimension.allCases.map(\.rawValue).joined(separator: ", ")), comma-separated.",
            valueName: "dimensions"))
    var by: String = "environment"

    @Option(help: ArgumentHelp("Only this pipeline run's, with what it would have cost elsewhere.", valueName: "id"))
    var pipelineRun: ID<PipelineRun>?

    @Option(help: ArgumentHelp("Only this project's.", valueName: "name"))
    var project: String?

    @Option(help: ArgumentHelp("Only this run's.", valueName: "id"))
    var run: ID<Run>?

    @OptionGroup var global: GlobalOptions

    /// With a pipeline run: the report and the comparison.
    private struct Compared: Encodable {
        var report: CostReport
        var comparison: CostComparison
    }

    func validate() throws {
        for name in self.by.split(separator: ",") where CostDimension(rawValue: String(name)) == nil {
            let known = CostDimension.allCases.map(\.rawValue)
            let hint =
                NearestName.of(String(name), among: known).map { "Did you mean '\($0)'?" }
                ?? "There are: \(known.joined(separator: ", "))."
            throw ValidationError("Costs have no dimension '\(name)'. \(hint)")
        }
    }

    func run() async throws {
        let client = try self.global.client()
        let report = try await client.call(
            Routes.costReport,
            query: [
                "by": self.by, "pipelineRun": self.pipelineRun?.description, "project": self.project,
                "run": self.run?.description,
            ])
        guard let pipelineRun else { return try self.global.show(report) { CostText.text(report, $0) } }
        let comparison = try await client.call(Routes.compareCosts, path: ["id": pipelineRun.description])
        try self.global.show(Compared(report: report, comparison: comparison)) {
            CostText.text(report, $0) + "\n" + CostText.sentence(comparison) + "\n"
        }
    }
}

/// Money in words.
enum CostText {
    /// What a month of a busy team is multiplied with.
    static let runsAMonth: Int64 = 10_000

    /// The table, and below it what is not in it.
    static func text(_ report: CostReport, _ style: Style) -> String {
        let table = self.table(report).text(style)
        guard let unpriced = report.unpriced else { return table }
        return table + "\(unpriced) travelled at a price that nobody here knows; what that cost is not in the sum.\n"
    }

    static func table(_ report: CostReport) -> Table {
        var table = Table(columns: report.by.map { Table.Column($0.rawValue) } + [Table.Column("amount", .decimal)])
        for row in report.rows { table.add(row.key + [row.amount.exact]) }
        table.footer = report.by.enumerated().map { $0.offset == 0 ? "total" : "" } + [report.total.exact]
        return table
    }

    /// What it cost, what it would have cost elsewhere, what failed, and the same each month.
    static func sentence(_ costs: CostComparison) -> String {
        let elsewhere = costs.alternatives.map {
            "all in \($0.environment) \($0.amount)\(self.unknown($0.unpriced))\($0.allowed ? "" : " (residency forbids it)")"
        }
        var parts = ["This pipeline cost \(costs.actual)\(self.unknown(costs.unpriced))"]
        if !elsewhere.isEmpty { parts.append("the same machine time \(elsewhere.joined(separator: ", "))") }
        parts.append(
            costs.failedAttempts == .zero
                ? "none of it went to failed attempts"
                : "of \(costs.actual), failed attempts were \(costs.failedAttempts)")
        let monthly = costs.alternatives.map { "\($0.amount * Self.runsAMonth) in \($0.environment)" }
        let month = "at 10,000 runs a month \(costs.actual * Self.runsAMonth)"
        return parts.joined(separator: "; ") + "; \(month)"
            + (monthly.isEmpty ? "." : " against \(monthly.joined(separator: ", ")).")
    }

    private static func unknown(_ bytes: ByteCount?) -> String {
        bytes.map { " and what moving \($0) costs, which nobody here knows" } ?? ""
    }
}
