import Contract
import Kernel

/// A replay in words.
struct WhatIfText {
    private let report: WhatIfReport
    private let style: Style

    init(_ report: WhatIfReport, _ style: Style) {
        self.report = report
        self.style = style
    }

    func text() -> String {
        let parts = [self.heading(), self.projects(), self.added(), self.purchase(), self.unplaced(), self.notes()]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private func heading() -> String {
        let report = self.report
        var lines = [
            "runs submitted from \(Words.time(report.from)) until \(Words.time(report.until)), the first at "
                + Words.time(report.firstRun)
        ]
        if !report.removed.isEmpty { lines.append("without: \(report.removed.joined(separator: ", ").printable)") }
        let offers = report.kept + report.added.map { "\($0.environment) (new)" }
        lines.append("with: \(offers.joined(separator: ", ").printable)")
        if report.leftOut > 0 {
            lines.append(
                "\(Words.count(report.leftOut, "older run")) left out: \(report.total.runs) are replayed at most. "
                    + "Give a shorter 'period' or a 'project'.")
        }
        return Self.lines(lines)
    }

    private func projects() -> String {
        var table = Table(
            .init("project"), .init("runs", .right), .init("moved", .right), .init("billed", .right),
            .init("actual", .decimal), .init("compute", .decimal), .init("egress", .decimal),
            .init("what-if", .decimal), .init("difference", .decimal))
        for row in self.report.projects { table.add([row.project] + Self.cells(row.totals)) }
        table.footer = ["all"] + Self.cells(self.report.total)
        return table.text(self.style)
    }

    private static func cells(_ totals: WhatIfTotals) -> [String] {
        [
            String(totals.runs), String(totals.moved), Words.span(totals.billed), totals.actual.total.money.exact,
            totals.whatIf.compute.money.exact, totals.whatIf.egress.money.exact, totals.whatIf.total.money.exact,
            totals.difference.money.exact,
        ]
    }

    private func added() -> String {
        var table = Table(
            .init("new environment"), .init("machines", .right), .init("slots", .right), .init("slot/h", .decimal),
            .init("runs", .right), .init("used", .right), .init("of", .right), .init("utilisation", .right))
        for row in self.report.added {
            table.add([
                row.environment, String(row.machines), String(row.slots), row.pricePerSlotHour.description,
                String(row.runs), Words.span(row.used), Words.span(row.available), "\(row.utilisation) %",
            ])
        }
        return table.text(self.style)
    }

    private func purchase() -> String {
        guard let purchase = self.report.purchase else { return "" }
        var lines = [
            "purchase: \(purchase.price); running: \(purchase.running) in the period, of it electricity "
                + "\(purchase.electricity); saving in 30 days: \(purchase.monthlySaving)"
        ]
        if let month = purchase.breakEvenMonth {
            lines.append("\(self.style.good("✓")) it pays for itself in month \(month)")
        } else {
            lines.append("\(self.style.bad("✗")) it never pays for itself: \(purchase.reason ?? "it saves nothing")")
        }
        return Self.lines(lines)
    }

    private func unplaced() -> String {
        guard self.report.total.unplaced > 0 else { return "" }
        var lines = ["\(Words.count(self.report.total.unplaced, "run")) may run nowhere; kept at the actual cost"]
        for row in self.report.unplaced {
            let examples = row.examples.map(\.description).joined(separator: ", ")
            lines.append("  \(self.style.bad("✗")) \(row.runs) (\(row.actual)): \(row.reason.printable); \(examples)")
        }
        return Self.lines(lines)
    }

    private func notes() -> String {
        var lines = self.report.assumptions.map { self.style.faint("- \($0)") }
        if self.report.unpricedRuns > 0 {
            lines.append(
                "- \(Words.count(self.report.unpricedRuns, "run")) would move bytes at a price that nobody knows: "
                    + "these count as nothing.")
        }
        return Self.lines(lines)
    }

    private static func lines(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }
}
