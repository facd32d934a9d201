import Contract
package import Kernel

/// Finds the route of a method and a path in time proportional to the path.
///
/// A trie over the parts between slashes. A literal part wins over a parameter; parameters are percent-decoded after the
/// path was split, so that a name may hold a slash.
struct RouteIndex: Sendable {
    /// A path longer than any that this server makes.
    static let maximumPathBytes = 4096

    struct Match: Sendable {
        let position: Int
        let route: BoundRoute
        let path: [String: String]
    }

    enum Outcome {
        case found(Match)
        /// The path exists, with other methods.
        case methods([String])
        case missing
    }

    private struct Node {
        var literals: [String: Int] = [:]
        var parameter: (name: String, node: Int)?
        /// Positions of routes by method.
        var routes: [String: Int] = [:]
    }

    /// In the order in which they were given.
    let routes: [BoundRoute]
    private var nodes: [Node] = [Node()]

    /// - Throws: `unbound`, `boundTwice` or `unknown` when `routes` are not exactly the rows of `table`.
    init(_ routes: [BoundRoute], table: [RouteRow]) throws(BindingError) {
        self.routes = routes
        let bound = Dictionary(grouping: routes, by: \.row.key)
        let twice = bound.filter { $0.value.count > 1 }.keys.sorted()
        guard twice.isEmpty else { throw .boundTwice(twice) }
        let missing = table.map(\.key).filter { bound[$0] == nil }
        guard missing.isEmpty else { throw .unbound(missing) }
        let rows = Set(table.map(\.key))
        let unknown = bound.keys.filter { !rows.contains($0) }.sorted()
        guard unknown.isEmpty else { throw .unknown(unknown) }
        for (position, route) in routes.enumerated() { self.insert(route.row, position) }
    }

    /// - Throws: `invalid` for a path whose percent-encoding is broken.
    func find(method: String, path: Substring) throws(PlainFault) -> Outcome {
        guard path.utf8.count <= Self.maximumPathBytes else { return .missing }
        var node = 0
        var parameters: [String: String] = [:]
        for part in path.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            if let next = self.nodes[node].literals[String(part)] {
                node = next
            } else if let parameter = self.nodes[node].parameter, !part.isEmpty {
                guard let value = PercentEncoding.decode(part) else {
                    throw PlainFault(.invalid, "The path part '\(part)' is not percent-encoded UTF-8. Encode it anew.")
                }
                parameters[parameter.name] = value
                node = parameter.node
            } else {
                return .missing
            }
        }
        let routes = self.nodes[node].routes
        if let position = routes[method] {
            return .found(Match(position: position, route: self.routes[position], path: parameters))
        }
        return routes.isEmpty ? .missing : .methods(routes.keys.sorted())
    }

    private mutating func insert(_ row: RouteRow, _ position: Int) {
        var node = 0
        for part in row.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            node =
                part.hasPrefix("{")
                ? self.parameter(String(part.dropFirst().dropLast()), of: node) : self.literal(String(part), of: node)
        }
        self.nodes[node].routes[row.method.rawValue] = position
    }

    private mutating func literal(_ part: String, of node: Int) -> Int {
        if let next = self.nodes[node].literals[part] { return next }
        self.nodes.append(Node())
        self.nodes[node].literals[part] = self.nodes.count - 1
        return self.nodes.count - 1
    }

    private mutating func parameter(_ name: String, of node: Int) -> Int {
        if let parameter = self.nodes[node].parameter {
            precondition(parameter.name == name, "one place in a path has two names: \(parameter.name) and \(name)")
            return parameter.node
        }
        self.nodes.append(Node())
        self.nodes[node].parameter = (name, self.nodes.count - 1)
        return self.nodes.count - 1
    }
}

/// Why a server with these routes does not start.
package enum BindingError: Fault, Equatable {
    case unbound([String])
    case boundTwice([String])
    case unknown([String])

    package var kind: FaultKind { .bug }

    package var message: String {
        switch self {
        case .unbound(let keys): "No code answers \(keys.joined(separator: ", ")). Bind every row of the route table."
        case .boundTwice(let keys): "\(keys.joined(separator: ", ")) is bound twice. Bind every row once."
        case .unknown(let keys): "\(keys.joined(separator: ", ")) is not in the route table. Add the row first."
        }
    }
}
