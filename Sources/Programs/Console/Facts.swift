import Contract
import Kernel

/// Small pieces of markup that several pages share.
enum Facts {
    /// A status in its colour.
    static func status(_ text: String) -> HTML { "<span class=\"status \(text)\">\(text)</span>" }

    static func link(_ run: ID<Run>, _ text: String) -> HTML { "<a href=\"/runs/\(run)\">\(text)</a>" }
    static func link(_ run: ID<PipelineRun>, _ text: String) -> HTML { "<a href=\"/pipelines/\(run)\">\(text)</a>" }

    /// `12:03:05`, with the whole time for who hovers.
    static func time(_ time: Timestamp?) -> HTML {
        guard let time else { return "" }
        let text = time.description
        return
            "<time datetime=\"\(text)\" title=\"\(text)\">\(text.dropFirst(5).prefix(5)) \(text.dropFirst(11).prefix(8))</time>"
    }

    /// `1 h 02 min`, `3 min 20 s`, `12.3 s`.
    static func span(_ span: TimeSpan) -> String {
        let seconds = max(0, span.milliseconds) / 1000
        if seconds >= 3600 { return "\(seconds / 3600) h \(seconds / 60 % 60) min" }
        if seconds >= 60 { return "\(seconds / 60) min \(seconds % 60) s" }
        return "\(seconds).\(max(0, span.milliseconds) % 1000 / 100) s"
    }

    /// From start to end, or until now.
    static func duration(from start: Timestamp?, to end: Timestamp?, now: Timestamp) -> String {
        start.map { self.span((end ?? now) - $0) } ?? ""
    }

    /// A bar of used and free, with its numbers.
    static func bar(_ used: Int, of total: Int) -> HTML {
        let width = total > 0 ? min(100, used * 100 / total) : 0
        return """
            <span class="bar"><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">\
            <rect class="all" width="100" height="8"/><rect class="used" width="\(width)" height="8"/></svg>\
            \(used) / \(total)</span>
            """
    }

    /// A table, or a sentence when there is nothing in it.
    static func table(_ heads: [String], _ rows: [[HTML]], empty: String, numeric: Set<Int> = []) -> HTML {
        guard !rows.isEmpty else { return "<p class=\"empty\">\(empty)</p>" }
        func cell(_ tag: HTML, _ content: HTML, _ column: Int) -> HTML {
            numeric.contains(column) ? "<\(tag) class=\"number\">\(content)</\(tag)>" : "<\(tag)>\(content)</\(tag)>"
        }
        let head = heads.enumerated().html { cell("th", "\($0.element)", $0.offset) }
        let body = rows.html { row in "<tr>\(row.enumerated().html { cell("td", $0.element, $0.offset) })</tr>" }
        return "<div class=\"scroll\"><table><thead><tr>\(head)</tr></thead><tbody>\(body)</tbody></table></div>"
    }

    static func section(_ title: String, _ content: HTML) -> HTML {
        "<section class=\"card\"><h2>\(title)</h2>\(content)</section>"
    }

    /// Rows of a cost report with bars in proportion.
    static func costs(_ report: CostReport, empty: String) -> HTML {
        let most = max(1, report.rows.map(\.amount.nanodollars).max() ?? 1)
        let rows = report.rows.prefix(30).map { row -> [HTML] in
            let share = max(0, row.amount.nanodollars) * 100 / most
            let bar: HTML = """
                <svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">\
                <rect class="used" width="\(share)" height="8"/></svg>
                """
            return row.key.map { "\($0.isEmpty ? "—" : $0)" } + [bar, "\(row.amount)"]
        }
        guard !rows.isEmpty else { return "<p class=\"empty\">\(empty)</p>" }
        let total: HTML = "<p class=\"total\">Total <strong>\(report.total)</strong></p>"
        return self.table(
            report.by.map(\.rawValue) + ["", "amount"], rows, empty: empty, numeric: [report.by.count + 1]) + total
    }
}
