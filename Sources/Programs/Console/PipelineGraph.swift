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

    private static let width = 156
    private static let height = 72
    private static let gapX = 44
    private static let gapY = 18
    private static let margin = 2

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

    /// The drawing, from left to right and, for narrow screens, from top to bottom; the style sheet shows one of them. Empty
    /// for a graph without nodes or with too many.
    var drawing: HTML {
        guard !self.nodes.isEmpty, self.nodes.count <= Self.maximumNodes else { return "" }
        return self.svg(.right) + self.svg(.down)
    }

    /// Where the columns go.
    private enum Direction: String { case right, down }

    private func svg(_ direction: Direction) -> HTML {
        let rows = self.columns.map(\.count).max() ?? 0
        // Along the way, and across it.
        let (along, across) = direction == .right ? (Self.width, Self.height) : (Self.height, Self.width)
        let (alongGap, acrossGap) = direction == .right ? (Self.gapX, Self.gapY) : (Self.gapY + 10, Self.gapY)
        let length = self.columns.count * (along + alongGap) - alongGap + 2 * Self.margin
        let breadth = rows * (across + acrossGap) - acrossGap + 2 * Self.margin
        var corner: [Int: (x: Int, y: Int)] = [:]
        for (position, column) in self.columns.enumerated() {
            let free = (rows - column.count) * (across + acrossGap) / 2
            for (place, node) in column.enumerated() {
                let a = Self.margin + position * (along + alongGap)
                let b = Self.margin + free + place * (across + acrossGap)
                corner[node] = direction == .right ? (a, b) : (b, a)
            }
        }
        let curves = self.edges.html {
            Self.curve(
                from: corner[$0.from], to: corner[$0.to], direction, isDone: self.nodes[$0.from].status.isGood)
        }
        let boxes = self.nodes.indices.html { self.box(self.nodes[$0], at: corner[$0]) }
        let (width, height) = direction == .right ? (length, breadth) : (breadth, length)
        return """
            <svg class="graph \(direction.rawValue)" viewBox="0 0 \(width) \(height)" width="\(width)" \
            height="\(height)" role="img" aria-label="The nodes of the pipeline">\(curves)\(boxes)</svg>
            """
    }

    /// What is drawn: an edge that a longer way implies would only cross the picture. The list of nodes names them all.
    private var edges: [(from: Int, to: Int)] {
        var ancestors = [Set<Int>](repeating: [], count: self.nodes.count)
        for node in self.columns.joined() {
            for need in self.needs[node] { ancestors[node].formUnion(ancestors[need].union([need])) }
        }
        return self.needs.indices.flatMap { node in
            self.needs[node].filter { need in !self.needs[node].contains { ancestors[$0].contains(need) } }
                .map { (from: $0, to: node) }
        }
    }

    private static func curve(
        from a: (x: Int, y: Int)?, to b: (x: Int, y: Int)?, _ direction: Direction, isDone: Bool
    ) -> HTML {
        guard let a, let b else { return "" }
        let kind: HTML = isDone ? "edge done" : "edge"
        if direction == .right {
            let (x1, y1, x2, y2) = (a.x + self.width, a.y + self.height / 2, b.x, b.y + self.height / 2)
            let middle = (x1 + x2) / 2
            return "<path class=\"\(kind)\" d=\"M\(x1) \(y1) C\(middle) \(y1) \(middle) \(y2) \(x2) \(y2)\"/>"
        }
        let (x1, y1, x2, y2) = (a.x + self.width / 2, a.y + self.height, b.x + self.width / 2, b.y)
        let middle = (y1 + y2) / 2
        return "<path class=\"\(kind)\" d=\"M\(x1) \(y1) C\(x1) \(middle) \(x2) \(middle) \(x2) \(y2)\"/>"
    }

    private func box(_ node: NodeRun, at corner: (x: Int, y: Int)?) -> HTML {
        guard let corner else { return "" }
        let builtIn = node.status.isGood ? "in the control plane" : node.status.rawValue
        let place = node.environment ?? (node.status == .cached ? "from the cache" : builtIn)
        let cost: HTML = node.cost == .zero ? "" : "\(node.cost)"
        let shape: HTML = """
            <g class="node \(node.status.rawValue)" transform="translate(\(corner.x) \(corner.y))">\
            <title>\(node.name): \(node.status.rawValue)\(node.reason.map { ". " + $0 } ?? "")</title>\
            <rect width="\(Self.width)" height="\(Self.height)" rx="8"/>\
            <circle cx="15" cy="20" r="5"/>\
            <text class="name" x="28" y="25">\(Self.cut(node.name, to: 16))</text>\
            <text class="place" x="28" y="44">\(Self.cut(place, to: 20))</text>\
            <text class="place" x="28" y="61">\(cost)</text></g>
            """
        return node.run.map { "<a href=\"/runs/\($0)\">\(shape)</a>" } ?? shape
    }

    private static func cut(_ text: String, to length: Int) -> String {
        text.count <= length ? text : text.prefix(length - 1) + "…"
    }
}
