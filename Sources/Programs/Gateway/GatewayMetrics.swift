import Contract
import Kernel

/// The gateway's totals as Prometheus text (exposition format 0.0.4).
enum GatewayMetrics {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    static func text(_ shared: GatewayShared) -> String {
        let statistics = shared.counters.statistics()
        let sums = shared.counters.latencySums()
        var text = ""
        func family(_ name: String, _ type: String, _ help: String) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
        }
        func counter(_ name: String, _ help: String, _ value: (ServingStatistics) -> Int64) {
            family(name, "counter", help)
            for series in statistics { text += "\(name){\(self.labels(series))} \(value(series))\n" }
        }
        counter("martlet_gateway_requests_total", "Requests answered or failed.") { $0.requests }
        counter("martlet_gateway_failures_total", "Requests that no replica answered.") { $0.failures }
        counter("martlet_gateway_retries_total", "Requests that a second replica answered.") { $0.retries }
        let latency = "martlet_gateway_latency_seconds"
        family(latency, "summary", "From a request's head to the end of its answer.")
        for (series, sum) in zip(statistics, sums) {
            let labels = self.labels(series)
            text += "\(latency){\(labels),quantile=\"0.5\"} \(series.latencyP50)\n"
            text += "\(latency){\(labels),quantile=\"0.99\"} \(series.latencyP99)\n"
            text += "\(latency)_sum{\(labels)} \(sum)\n\(latency)_count{\(labels)} \(series.requests)\n"
        }
        let population = shared.router.population().sorted { $0.key < $1.key }
        family("martlet_gateway_replicas", "gauge", "Replicas in the routing table.")
        for (site, count) in population {
            text += "martlet_gateway_replicas{environment=\"\(self.escaped(site))\"} \(count.replicas)\n"
        }
        family("martlet_gateway_healthy_replicas", "gauge", "Replicas that are sent requests.")
        for (site, count) in population {
            text += "martlet_gateway_healthy_replicas{environment=\"\(self.escaped(site))\"} \(count.healthy)\n"
        }
        family("martlet_gateway_refusals_total", "counter", "Requests that got an error of the gateway's own, by kind.")
        for (kind, count) in shared.refused.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            text += "martlet_gateway_refusals_total{kind=\"\(kind.rawValue)\"} \(count)\n"
        }
        family("martlet_gateway_requests_under_way", "gauge", "Requests under way.")
        text += "martlet_gateway_requests_under_way \(shared.underWay)\n"
        family("martlet_gateway_routing_version", "gauge", "Version of the routing table in use.")
        text += "martlet_gateway_routing_version \(shared.router.version ?? -1)\n"
        return text
    }

    private static func labels(_ series: ServingStatistics) -> String {
        "endpoint=\"\(self.escaped(series.endpoint))\",revision=\"\(self.escaped(series.revision))\","
            + "environment=\"\(self.escaped(series.environment))\""
    }

    /// A label's value may hold anything but `\`, `"` and a newline.
    private static func escaped(_ value: String) -> String {
        var out = ""
        for character in value {
            switch character {
            case "\\": out += "\\\\"
            case "\"": out += "\\\""
            case "\n": out += "\\n"
            default: out.append(character)
            }
        }
        return out
    }
}
