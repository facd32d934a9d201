import Contract

/// What a request's target asks of the gateway.
package enum GatewayPath: Hashable, Sendable {
    /// For a replica of `endpoint`, there at `uri`.
    case replica(endpoint: String, uri: String)
    case statistics(endpoint: String)
    /// The process is alive.
    case live
    /// There is a routing table to serve by.
    case ready
    case metrics
    case unknown
    case wrongMethod(allowed: String)

    /// Whether it tells or does anything: only health, and that there is nothing, are for everybody.
    package var needsToken: Bool {
        switch self {
        case .replica, .statistics, .metrics: true
        case .live, .ready, .unknown, .wrongMethod: false
        }
    }

    package init(method: String, target: String) {
        let path = target.prefix { $0 != "?" }
        let parts = Array(path.split(separator: "/", omittingEmptySubsequences: false).dropFirst())
        func part(_ index: Int) -> Substring { index < parts.count ? parts[index] : "" }
        switch (part(0), part(1), parts.count) {
        case ("v1", "endpoints", 4):
            self = Self.endpoint(part(2), part(3), method: method, query: target[path.endIndex...])
        case ("v2", "models", 3...): self = Self.named(part(2)) { .replica(endpoint: $0, uri: target) }
        case ("v2", "health", 3) where part(2) == "live": self = Self.reading(.live, method)
        case ("v2", "health", 3) where part(2) == "ready": self = Self.reading(.ready, method)
        case ("healthz", _, 1): self = Self.reading(.live, method)
        case ("metrics", _, 1): self = Self.reading(.metrics, method)
        default: self = .unknown
        }
    }

    private static func endpoint(_ name: Substring, _ verb: Substring, method: String, query: Substring) -> Self {
        switch verb {
        case "predict":
            guard method == "POST" else { return .wrongMethod(allowed: "POST") }
            return self.named(name) { .replica(endpoint: $0, uri: "/predict" + query) }
        case "statistics": return self.named(name) { self.reading(.statistics(endpoint: $0), method) }
        default: return .unknown
        }
    }

    private static func named(_ name: Substring, _ make: (String) -> Self) -> Self {
        guard let name = PercentEncoding.decode(name), !name.isEmpty else { return .unknown }
        return make(name)
    }

    private static func reading(_ path: Self, _ method: String) -> Self {
        method == "GET" || method == "HEAD" ? path : .wrongMethod(allowed: "GET")
    }
}
