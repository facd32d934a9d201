import Contract
import Kernel

/// Draws a pipeline run: its nodes in columns by how much must come before them, with curves for what they wait for.
///
/// A value that computes positions and markup; O(nodes + edges) for the columns, and two sweeps by neighbours' mean
/// position to keep curves from crossing. Source: Sugiyama, Tagawa, Toda, *Methods for Visual Understanding of Hierarchical
/// System Structures* (1981), with the barycentre heuristic.
struct PipelineGraph {
    /// Larger graphs are listed, not drawn.
    static let maximumNodes = 200

    private static let width = 168
    private static let height = 56
    private static let gapX = 56
    private static let gapY = 18
    private static let margin = 8

    private let nodes: [NodeRun]
    private var columns: [[Int]] = []
    private let needs: [[Int]]

    init(_ nodes: [NodeRun]) {
        self.nodes = nodes
        let index = Dictionary(
            nodes.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
        self.needs = nodes.map { $0.needs.compactMap { index[$0] } }
        self.columns = Self.columns(self.needs)
        self.untangle()
    }

    /// The column of a node is one more than the greatest of those it needs.
    private static func columns(_ needs: [[Int]]) -> [[Int]] {
        var column = [Int](repeating: 0, count: needs.count)
        // As many sweeps as there are nodes settle any graph without a cycle, and end with one.
        for _ in needs.indices {
            var changed = false
            for node in needs.indices {
                let wanted = needs[node].map { column[$0] + 1 }.max() ?? 0
                if wanted > column[node], wanted < needs.count {
                    column[node] = wanted
                    changed = true
                }
            }
            if !changed { break }
        }
        guard let last = column.max() else { return [] }
        return (0...last).map { position in column.indices.filter { column[$0] == position } }
    }

    private mutating func untangle() {
        for _ in 0..<2 {
            for position in self.columns.indices.dropFirst() {
                var rank: [Int: Int] = [:]
                for column in self.columns { for (place, node) in column.enumerated() { rank[node] = place } }
                func mean(_ node: Int) -> Double {
                    let places = self.needs[node].compactMap { rank[$0] }
                    return places.isEmpty ? Double(rank[node] ?? 0) : Double(places.reduce(0, +)) / Double(places.count)
                }
                self.columns[position].sort { (mean($0), self.nodes[$0].name) < (mean($1), self.nodes[$1].name) }
            }
        }
    }

    /// The drawing; empty for a graph without nodes or with too many.
    var svg: HTML {
        guard !self.nodes.isEmpty, self.nodes.count <= Self.maximumNodes else { return "" }
        let rows = self.columns.map(\.count).max() ?? 0
        let totalWidth = self.columns.count * (Self.width + Self.gapX) - Self.gapX + 2 * Self.margin
        let totalHeight = rows * (Self.height + Self.gapY) - Self.gapY + 2 * Self.margin
        var corner: [Int: (x: Int, y: Int)] = [:]
        for (position, column) in self.columns.enumerated() {
            let free = (rows - column.count) * (Self.height + Self.gapY) / 2
            for (place, node) in column.enumerated() {
                let y = Self.margin + free + place * (Self.height + Self.gapY)
                corner[node] = (Self.margin + position * (Self.width + Self.gapX), y)
            }
        }
        let curves = self.needs.indices.html { node in
            self.needs[node].html {
                Self.curve(from: corner[$0], to: corner[node], isDone: self.nodes[$0].status.isGood)
            }
        }
        let boxes = self.nodes.indices.html { self.box(self.nodes[$0], at: corner[$0]) }
        return """
            <div class="scroll"><svg class="graph" viewBox="0 0 \(totalWidth) \(totalHeight)" width="\(totalWidth)" \
            height="\(totalHeight)" role="img" aria-label="The nodes of the pipeline">\(curves)\(boxes)</svg></div>
            """
    }

    private static func curve(from a: (x: Int, y: Int)?, to b: (x: Int, y: Int)?, isDone: Bool) -> HTML {
        guard let a, let b else { return "" }
        let (x1, y1) = (a.x + self.width, a.y + self.height / 2)
        let (x2, y2) = (b.x, b.y + self.height / 2)
        let bend = max(24, (x2 - x1) / 2)
        return """
            <path class="\(isDone ? "edge done" : "edge")" d="M\(x1) \(y1) C\(x1 + bend) \(y1) \(x2 - bend) \(y2) \(x2) \(y2)"/>
            """
    }

    private func box(_ node: NodeRun, at corner: (x: Int, y: Int)?) -> HTML {
        guard let corner else { return "" }
        let place = node.environment ?? (node.status == .cached ? "from the cache" : "")
        let cost: HTML = node.cost == .zero ? "" : "\(node.cost)"
        let shape: HTML = """
            <g class="node \(node.status.rawValue)" transform="translate(\(corner.x) \(corner.y))">\
            <title>\(node.name): \(node.status.rawValue)\(node.reason.map { ". " + $0 } ?? "")</title>\
            <rect width="\(Self.width)" height="\(Self.height)" rx="8"/>\
            <circle cx="16" cy="20" r="5"/>\
            <text class="name" x="28" y="24">\(Self.cut(node.name, to: 18))</text>\
            <text class="place" x="16" y="43">\(Self.cut(place, to: 19))</text>\
            <text class="cost" x="\(Self.width - 12)" y="43">\(cost)</text></g>
            """
        return node.run.map { "<a href=\"/runs/\($0)\">\(shape)</a>" } ?? shape
    }

    private static func cut(_ text: String, to length: Int) -> String {
        text.count <= length ? text : text.prefix(length - 1) + "…"
    }
}
