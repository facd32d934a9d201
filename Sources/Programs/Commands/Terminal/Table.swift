/// Rows in aligned columns, as `martlet … list` prints them.
struct Table: Sendable {
    enum Alignment: Sendable {
        case left
        case right
        /// Right, with decimal points below each other.
        case decimal
    }

    struct Column: Sendable {
        let title: String
        let alignment: Alignment

        init(_ title: String, _ alignment: Alignment = .left) {
            self.title = title
            self.alignment = alignment
        }
    }

    let columns: [Column]
    private(set) var rows: [[String]] = []
    /// Shown below, behind a rule: sums.
    var footer: [String]?

    init(_ columns: Column...) { self.columns = columns }
    init(columns: [Column]) { self.columns = columns }

    /// - Parameter cells: one for each column; an empty one is shown as `-`.
    mutating func add(_ cells: [String?]) {
        precondition(cells.count == self.columns.count, "a row has a cell for each column")
        self.rows.append(cells.map { $0.flatMap { $0.isEmpty ? nil : $0.printable } ?? "-" })
    }

    /// Lines, each ended by a newline. Empty when there are no rows.
    func text(_ style: Style) -> String {
        if self.rows.isEmpty, self.footer == nil { return "" }
        var lines = self.rows + (self.footer.map { [$0] } ?? [])
        for (index, column) in self.columns.enumerated() where column.alignment == .decimal {
            let fractions = lines.map { $0[index].split(separator: ".").dropFirst().first?.count ?? -1 }
            let widest = fractions.max() ?? 0
            for (row, fraction) in fractions.enumerated() {
                lines[row][index] += String(repeating: " ", count: max(0, widest - fraction))
            }
        }
        let titles = self.columns.map { $0.title.uppercased() }
        let widths = self.columns.indices.map { index in
            lines.reduce(titles[index].columns) { max($0, $1[index].columns) }
        }
        func line(_ cells: [String]) -> String {
            let padded = cells.enumerated().map { index, cell in
                self.columns[index].alignment == .left
                    ? cell.padded(to: widths[index]) : cell.indented(to: widths[index])
            }
            let text = padded.joined(separator: "  ")
            return String(text.reversed().drop { $0 == " " }.reversed())
        }
        var out = [style.faint(line(titles))] + lines.prefix(self.rows.count).map(line)
        if self.footer != nil, let last = lines.last {
            out.append(style.faint(widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")))
            out.append(style.strong(line(last)))
        }
        return out.map { $0 + "\n" }.joined()
    }
}
