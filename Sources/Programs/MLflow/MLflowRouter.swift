import Contract

/// Finds the route of a method and a path.
///
/// Paths without parameters, which are nearly all, are one look-up; the few others are tried one after another.
struct MLflowRouter: Sendable {
    /// A path longer than any that a client sends: an artifact's path may be long.
    static let maximumPathBytes = 16_384

    struct Match: Sendable {
        let route: MLflowRoute
        let parameters: [String: String]
    }

    private struct Pattern: Sendable {
        let parts: [Substring]
        let route: MLflowRoute
    }

    /// What stands before the paths of each prefix; all of MLflow's paths begin with one of these or stand in `rootPaths`.
    static let prefixes: [(text: String, prefix: MLflowRoute.Prefix)] = [
        ("/api/2.0/", .version2), ("/ajax-api/2.0/", .version2), ("/api/3.0/", .version3),
        ("/ajax-api/3.0/", .version3),
    ]
    /// Paths of MLflow that stand outside of its prefixes.
    static let rootPaths: Set<Substring> = [
        "/health", "/version", "/get-artifact", "/model-versions/get-artifact", "/v1/traces", "/graphql", "/signup",
    ]

    private var exact: [MLflowRoute.Prefix: [Substring: [String: MLflowRoute]]] = [:]
    private var patterns: [MLflowRoute.Prefix: [Pattern]] = [:]

    init(_ routes: [MLflowRoute]) {
        for route in routes {
            if route.path.contains("{") {
                let pattern = Pattern(parts: Self.parts(route.path[...]), route: route)
                self.patterns[route.prefix, default: []].append(pattern)
            } else {
                let known = self.exact[route.prefix]?[route.path[...]]?[route.method]
                precondition(known == nil, "\(route.method) \(route.path) is there twice")
                self.exact[route.prefix, default: [:]][route.path[...], default: [:]][route.method] = route
            }
        }
    }

    static func owns(_ path: Substring) -> Bool {
        path.hasPrefix("/api/2.0/") || path.hasPrefix("/ajax-api/") || path.hasPrefix("/api/3.0/")
            || self.rootPaths.contains(path)
    }

    /// - Throws: `endpointNotFound`; `methodNotAllowed` when the path is there with other methods.
    func find(method: String, path: Substring) throws(MLflowError) -> Match {
        guard path.utf8.count <= Self.maximumPathBytes else { throw .endpointNotFound(path) }
        let (prefix, rest) = Self.split(path)
        let method = method == "HEAD" ? "GET" : method
        if let methods = self.exact[prefix]?[rest] {
            if let route = methods[method] { return Match(route: route, parameters: [:]) }
            // A path with a parameter may have the same shape.
        }
        let parts = Self.parts(rest)
        var isKnown = self.exact[prefix]?[rest] != nil
        for pattern in self.patterns[prefix] ?? [] {
            guard let parameters = Self.parameters(of: parts, in: pattern.parts) else { continue }
            if pattern.route.method == method { return Match(route: pattern.route, parameters: parameters) }
            isKnown = true
        }
        throw isKnown ? .methodNotAllowed(path) : .endpointNotFound(path)
    }

    private static func split(_ path: Substring) -> (MLflowRoute.Prefix, Substring) {
        for (text, prefix) in Self.prefixes where path.hasPrefix(text) {
            return (prefix, path.dropFirst(text.count - 1))
        }
        return (.root, path)
    }

    private static func parts(_ path: Substring) -> [Substring] {
        path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { $0 }
    }

    /// The parameters, decoded, when `parts` have the shape of `pattern`.
    private static func parameters(of parts: [Substring], in pattern: [Substring]) -> [String: String]? {
        var found: [String: String] = [:]
        for (position, expected) in pattern.enumerated() {
            guard position < parts.count else { return nil }
            guard expected.hasPrefix("{") else {
                if expected != parts[position] { return nil }
                continue
            }
            let isRest = expected.hasSuffix("...}")
            let text = isRest ? parts[position...].joined(separator: "/") : String(parts[position])
            guard !text.isEmpty, let value = PercentEncoding.decode(text) else { return nil }
            found[String(expected.dropFirst().dropLast(isRest ? 4 : 1))] = value
            if isRest { return found }
        }
        return parts.count == pattern.count ? found : nil
    }
}
