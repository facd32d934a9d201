import Contract
import Kernel

/// A pipeline run as a picture: columns by distance from the start, a curve for each need.
enum PipelineGraph {
    private static let width = 168
    private static let height = 52
    private static let gapX = 56
    private static let gapY = 20

    static func render(_ nodes: [NodeRun]) -> HTML {
        let columns = self.columns(nodes)
        var corners: [String: (x: Int, y: Int)] = [:]
        let tallest = columns.map(\.count).max() ?? 0
        for (column, names) in columns.enumerated() {
            let offset = (tallest - names.count) * (self.height + self.gapY) / 2
            for (row, name) in names.enumerated() {
                corners[name] = (column * (self.width + self.gapX) + 2, offset + row * (self.height + self.gapY) + 2)
            }
        }
        let edges = nodes.flatMap { node in
            node.needs.compactMap { need in corners[need].flatMap { from in corners[node.name].map { self.edge(from, $0) } } }
        }
        let boxes = nodes.compactMap { node in corners[node.name].map { self.box(node, at: $0) } }
        let width = columns.count * (self.width + self.gapX) - self.gapX + 4
        let height = tallest * (self.height + self.gapY) - self.gapY + 4
        return """
            <div class="scroll"><svg class="graph" role="img" aria-label="pipeline graph" width="\(width)" height="\(height)"
             viewBox="0 0 \(width) \(height)">\(edges.joined())\(boxes.joined())</svg></div>
            """
    }

    /// Node names by the length of the longest way to them. A cycle cannot be here, but would not hang either.
    static func columns(_ nodes: [NodeRun]) -> [[String]] {
        var depth: [String: Int] = [:]
        for _ in nodes.indices {
            for node in nodes {
                depth[node.name] = (node.needs.compactMap { depth[$0] }.max() ?? -1) + 1
            }
        }
        let deepest = min(depth.values.max() ?? -1, nodes.count - 1)
        guard deepest >= 0 else { return [] }
        return (0...deepest).map { column in nodes.map(\.name).filter { depth[$0] == column }.sorted() }
    }

    private static func edge(_ from: (x: Int, y: Int), _ to: (x: Int, y: Int)) -> HTML {
        let startX = from.x + self.width
        let startY = from.y + self.height / 2
        let endY = to.y + self.height / 2
        let middle = (startX + to.x) / 2
        return "<path class=\"edge\" d=\"M\(startX) \(startY) C\(middle) \(startY) \(middle) \(endY) \(to.x) \(endY)\"/>"
    }

    private static func box(_ node: NodeRun, at corner: (x: Int, y: Int)) -> HTML {
        let detail = [node.status.rawValue, node.environment].compactMap(\.self).joined(separator: " · ")
        let shape: HTML = """
            <g class="node \(node.status.rawValue)"><title>\(node.result ?? node.reason ?? node.name)</title>
            <rect x="\(corner.x)" y="\(corner.y)" width="\(self.width)" height="\(self.height)" rx="9"/>
            <text x="\(corner.x + 12)" y="\(corner.y + 22)">\(node.name)</text>
            <text class="detail" x="\(corner.x + 12)" y="\(corner.y + 40)">\(detail)</text></g>
            """
        guard let run = node.run else { return shape }
        return "<a href=\"/runs/\(run.description)\">\(shape)</a>"
    }
}
