import Contract
import Kernel

/// Small pieces of markup that several pages share.
enum Facts {
    /// A status in its colour.
    static func status(_ text: String) -> HTML { "<span class=\"status \(text)\">\(text)</span>" }

    /// A name and what it is, in the head of a page.
    static func title(_ name: String, _ status: String, id: String, reason: String?, trail: HTML, isRunning: Bool)
        -> HTML
    {
        let running: HTML = isRunning ? " data-running" : ""
        let why: HTML = reason.map { "<p class=\"reason\">\($0)</p>" } ?? ""
        return """
            <section class="title"\(running)><p class="trail"><a href="/">Overview</a>\(trail)</p><h1>\(name)</h1>\
            \(self.status(status))<span class="id">\(id)</span>\(why)</section>
            """
    }

    /// Names and values, side by side as far as there is room.
    static func list(_ facts: [(name: String, value: HTML)], wide: Set<String> = []) -> HTML {
        let items = facts.html { fact in
            let kind: HTML = wide.contains(fact.name) ? " class=\"wide\"" : ""
            return "<div\(kind)><dt>\(fact.name)</dt><dd>\(fact.value)</dd></div>"
        }
        return "<section class=\"card\"><dl>\(items)</dl></section>"
    }

    static func link(_ run: ID<Run>, _ text: String) -> HTML { "<a href=\"/runs/\(run)\">\(text)</a>" }
    static func link(_ run: ID<PipelineRun>, _ text: String) -> HTML { "<a href=\"/pipelines/\(run)\">\(text)</a>" }

    /// `12:03:05`, with the whole time for who hovers.
    static func time(_ time: Timestamp?) -> HTML {
        guard let time else { return "" }
        let text = time.description
        return
            "<time datetime=\"\(text)\" title=\"\(text)\">\(text.dropFirst(5).prefix(5)) \(text.dropFirst(11).prefix(8))</time>"
    }

    /// `1 h 2 min`, `3 min 20 s`, `12.3 s`, `65 ms`.
    static func span(_ span: TimeSpan) -> String {
        let seconds = max(0, span.milliseconds) / 1000
        if seconds >= 3600 { return "\(seconds / 3600) h \(seconds / 60 % 60) min" }
        if seconds >= 60 { return "\(seconds / 60) min \(seconds % 60) s" }
        if seconds == 0 { return "\(max(0, span.milliseconds)) ms" }
        return "\(seconds).\(max(0, span.milliseconds) % 1000 / 100) s"
    }

    /// From start to end, or until now.
    static func duration(from start: Timestamp?, to end: Timestamp?, now: Timestamp) -> String {
        start.map { self.span((end ?? now) - $0) } ?? ""
    }

    /// A bar of used and free, with its numbers.
    static func bar(_ used: Int, of total: Int, unit: String? = nil) -> HTML {
        let width = total > 0 ? min(100, used * 100 / total) : 0
        return """
            <span class="bar"><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">\
            <rect class="all" width="100" height="8"/><rect class="used" width="\(width)" height="8"/></svg>\
            <span>\(used)\(unit ?? " of \(total)")</span></span>
            """
    }

    /// An amount with every digit; the zeros that align it with its neighbours are faint.
    static func money(_ amount: Money) -> HTML {
        let text = amount.exact
        let decimals = text.split(separator: ".").last.map(\.count) ?? 0
        let padding = String(repeating: "0", count: max(0, 9 - decimals))
        return "<span class=\"money\">\(text)<span class=\"pad\" aria-hidden=\"true\">\(padding)</span></span>"
    }

    private static let dense: HTML = " class=\"dense\""

    /// Cells under a column's name.
    struct Row {
        var cells: [HTML]
        /// A sentence below the cells, over the whole width.
        var note: String?

        init(_ cells: [HTML], note: String? = nil) {
            self.cells = cells
            self.note = note
        }
    }

    /// A table, or a sentence when there is nothing in it. On a narrow screen each row stands alone, its cells under each other
    /// with their column's name; the first two are its heading. A dense table does without the names there.
    static func table(_ heads: [String], _ rows: [Row], empty: String, numeric: Set<Int> = [], isDense: Bool = false)
        -> HTML
    {
        guard !rows.isEmpty else { return "<p class=\"empty\">\(empty)</p>" }
        func named(_ column: Int) -> HTML { numeric.contains(column) ? " class=\"number\"" : "" }
        let head = heads.enumerated().html { "<th\(named($0.offset))>\($0.element)</th>" }
        let body = rows.html { row in
            let cells = row.cells.enumerated().html { column, cell in
                cell.text.isEmpty
                    ? "<td class=\"none\"></td>" : "<td\(named(column)) data-name=\"\(heads[column])\">\(cell)</td>"
            }
            guard let note = row.note else { return "<tr>\(cells)</tr>" }
            return """
                <tr class="noted">\(cells)</tr>\
                <tr class="note"><td class="none"></td><td colspan="\(heads.count - 1)">\(note)</td></tr>
                """
        }
        return "<table\(isDense ? Self.dense : "")><thead><tr>\(head)</tr></thead><tbody>\(body)</tbody></table>"
    }

    static func section(_ title: String, _ content: HTML) -> HTML {
        "<section class=\"card\"><h2>\(title)</h2>\(content)</section>"
    }

    /// Rows of a cost report with bars in proportion.
    static func costs(_ report: CostReport, empty: String) -> HTML {
        let most = max(1, report.rows.map(\.amount.nanodollars).max() ?? 1)
        let rows = report.rows.prefix(30).map { row -> Row in
            let share = max(0, row.amount.nanodollars) * 100 / most
            let bar: HTML = """
                <svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">\
                <rect class="used" width="\(share)" height="8"/></svg>
                """
            return Row(row.key.map { "\($0)" } + [bar, self.money(row.amount)])
        }
        guard !rows.isEmpty else { return "<p class=\"empty\">\(empty)</p>" }
        let total: HTML = "<p class=\"total\">Total <strong>\(self.money(report.total))</strong></p>"
        return self.table(
            report.by.map(\.rawValue) + ["", "amount"], rows, empty: empty, numeric: [report.by.count + 1]) + total
    }
}
