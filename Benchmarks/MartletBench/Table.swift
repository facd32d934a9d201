/// The rows for a terminal, a line for each peer.
struct Table {
    let rows: [MeasuredRow]

    static let header = ["measure", "Martlet", "goal", "met", "peer", "peer's", "ratio"]

    /// One line of cells for each figure.
    var cells: [[String]] {
        self.rows.flatMap { row in
            let first = [row.ours.name, "\(row.ours.value.short) \(row.ours.unit)", row.goalText, row.verdict]
            guard !row.peers.isEmpty else { return [first + ["", "", ""]] }
            return row.peers.enumerated().map { index, peer in
                let value = peer.value.map { "\($0.short) \(row.ours.unit)" } ?? "not measured"
                let ratio = row.ratio(to: peer).map { "\($0.short) ×" } ?? ""
                return (index == 0 ? first : ["", "", "", ""]) + [peer.program, value, ratio]
            }
        }
    }

    var plain: String {
        let lines = [Self.header] + self.cells
        let widths = Self.header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            zip(line, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ").trimmed
        }.joined(separator: "\n") + "\n\n" + self.notes.map { "- \($0)" }.joined(separator: "\n") + "\n"
    }

    /// What each figure is made of.
    var notes: [String] {
        self.rows.flatMap { row in
            ["\(row.ours.name): \(row.ours.note)"] + row.peers.map { "\(row.ours.name), \($0.program): \($0.note)" }
        }
    }
}

extension MeasuredRow {
    var goalText: String {
        self.ours.goal.map { "\($0.direction == .atMost ? "≤" : "≥") \($0.value.short) \(self.ours.unit)" } ?? ""
    }

    var verdict: String { self.ours.isMet.map { $0 ? "yes" : "no" } ?? "" }
}

/// `docs/benchmarks.md`.
struct Document {
    let rows: [MeasuredRow]
    let machine: Machine
    let commit: String

    var markdown: String {
        """
        # Benchmarks

        Written by `make bench`; do not edit. Measured on \(self.machine.date) at commit \(self.commit), on \(self.machine.cores) cores of
        \(self.machine.processor), \(self.machine.memory.short) GB, \(self.machine.system), Linux \(self.machine.kernel). Load before the start: \
        \(self.machine.load.short) (above 0.5, other programs were at work and times are pessimistic).

        Every figure under *Martlet* and *peer's* was measured in this run, on this machine, by `Benchmarks/MartletBench` from the
        outside. *Ratio* is how many times better ours is. *Published* quotes what others measured, on other machines; it is not
        compared.

        \(self.table)

        ## What the figures are made of

        \(Table(rows: self.rows).notes.map { "- \($0)" }.joined(separator: "\n"))

        """
    }

    private var table: String {
        let published = self.rows.flatMap { row in
            [row.published] + Array(repeating: "", count: max(0, row.peers.count - 1))
        }
        let lines = zip(Table(rows: self.rows).cells, published).map { $0 + [$1] }
        let header = Table.header + ["published"]
        return ([header, header.map { _ in "---" }] + lines).map { "| " + $0.joined(separator: " | ") + " |" }.joined(
            separator: "\n")
    }
}
