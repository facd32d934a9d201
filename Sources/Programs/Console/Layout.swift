import Contract
import Kernel

/// What every page has around it, and the small pieces that pages share.
enum Layout {
    /// - Parameter live: load again in two seconds, because something on the page moves.
    static func page(title: String, live: Bool, body: HTML) -> HTML {
        let refresh: HTML = live ? "<meta http-equiv=\"refresh\" content=\"2\">" : ""
        return """
            <!doctype html><html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">\(refresh)
            <title>\(title) · Martlet</title><link rel="stylesheet" href="/style.css"></head>
            <body><header><a class="brand" href="/"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M2 9c5 0 7 2 10 5 1-5 4-9 10-10-2 3-3 5-3 8 0 5-4 8-9 8-2 0-3-1-4-2 2 0 3-1 4-2-3-1-6-3-8-7z"/></svg>Martlet</a>
            <span class="title">\(title)</span></header><main>\(body)</main></body></html>
            """
    }

    static func section(_ title: String, _ body: HTML) -> HTML {
        "<section><h2>\(title)</h2>\(body)</section>"
    }

    /// A table; `numeric` are the columns set to the right.
    static func table(_ head: [String], _ rows: [[HTML]], numeric: Set<Int> = [], empty: String) -> HTML {
        guard !rows.isEmpty else { return "<p class=\"empty\">\(empty)</p>" }
        func cell(_ tag: HTML, _ column: Int, _ content: HTML) -> HTML {
            let kind: HTML = numeric.contains(column) ? " class=\"n\"" : ""
            return "<\(tag)\(kind)>\(content)</\(tag)>"
        }
        let header = head.enumerated().map { cell("th", $0.offset, HTML.text($0.element)) }.joined()
        let body = rows.map { row in
            let cells: HTML = row.enumerated().map { cell("td", $0.offset, $0.element) }.joined()
            return "<tr>\(cells)</tr>" as HTML
        }.joined()
        return "<div class=\"scroll\"><table><thead><tr>\(header)</tr></thead><tbody>\(body)</tbody></table></div>"
    }

    static func badge(_ status: String) -> HTML { "<span class=\"badge \(status)\">\(status)</span>" }

    static func runLink(_ id: ID<Run>, _ text: String? = nil) -> HTML {
        "<a href=\"/runs/\(id.description)\">\(text ?? Self.short(id.description))</a>"
    }

    /// The last characters of an id, which differ when the first do not.
    static func short(_ id: String) -> String { "…" + id.suffix(6) }

    static func time(_ time: Timestamp?) -> HTML {
        guard let time else { return "" }
        let text = time.description
        return "<time datetime=\"\(text)\" title=\"\(text)\">\(String(text.dropFirst(11).prefix(8)))</time>"
    }

    static func span(_ start: Timestamp?, _ end: Timestamp?) -> String {
        guard let start, let end else { return "" }
        let milliseconds = (end - start).milliseconds
        if milliseconds < 10_000 { return "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s" }
        let seconds = milliseconds / 1000
        if seconds < 120 { return "\(seconds) s" }
        return seconds < 7200 ? "\(seconds / 60) min \(seconds % 60) s" : "\(seconds / 3600) h \(seconds / 60 % 60) min"
    }
}
