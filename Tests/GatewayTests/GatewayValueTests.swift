import Kernel
import NIOHTTP1
import Testing

@testable import Gateway

@Suite("paths, headers, addresses, quantiles")
struct GatewayValueTests {
    @Test("paths are told apart")
    func paths() {
        func path(_ method: String, _ target: String) -> GatewayPath { GatewayPath(method: method, target: target) }
        #expect(path("POST", "/v1/endpoints/digits/predict") == .replica(endpoint: "digits", uri: "/predict"))
        #expect(path("POST", "/v1/endpoints/a%20b/predict?x=1") == .replica(endpoint: "a b", uri: "/predict?x=1"))
        #expect(path("GET", "/v1/endpoints/digits/predict") == .wrongMethod(allowed: "POST"))
        #expect(path("GET", "/v1/endpoints/digits/statistics") == .statistics(endpoint: "digits"))
        #expect(path("GET", "/v2/models/digits") == .replica(endpoint: "digits", uri: "/v2/models/digits"))
        #expect(
            path("POST", "/v2/models/digits/versions/1/infer?y")
                == .replica(endpoint: "digits", uri: "/v2/models/digits/versions/1/infer?y"))
        #expect(path("GET", "/v2/health/live") == .live)
        #expect(path("GET", "/v2/health/ready") == .ready)
        #expect(path("GET", "/healthz") == .live)
        #expect(path("GET", "/metrics") == .metrics)
        #expect(path("POST", "/metrics") == .wrongMethod(allowed: "GET"))
        for unknown in [
            "/", "", "*", "/v1/endpoints/digits", "/v2/models/", "/v2/health/x", "/v1/endpoints/%zz/predict",
        ] {
            #expect(path("POST", unknown) == .unknown, "\(unknown)")
        }
    }

    @Test("addresses are read from their url")
    func addresses() {
        #expect(ReplicaAddress(url: "http://10.0.0.1:8080") == ReplicaAddress(host: "10.0.0.1", port: 8080))
        #expect(ReplicaAddress(url: "http://node-1:80/") == ReplicaAddress(host: "node-1", port: 80))
        #expect(ReplicaAddress(url: "http://[fd00::1]:80")?.description == "[fd00::1]:80")
        for bad in ["https://a:1", "http://a", "http://:80", "http://a:0", "http://a:70000", "http://a:1/x", "a:1"] {
            #expect(ReplicaAddress(url: bad) == nil, "\(bad)")
        }
    }

    @Test("fields of one connection do not pass, the host and the request id are set")
    func headers() {
        let head = HTTPRequestHead(
            version: .http1_1, method: .POST, uri: "/x",
            headers: [
                "Host": "gateway", "Connection": "close, X-Private", "X-Private": "1",
                "Content-Type": "application/json",
                "Transfer-Encoding": "chunked", "TE": "trailers", "Expect": "100-continue", "X-Request-Id": "abc",
            ])
        let sent = HeaderRules.upstream(
            head, uri: "/predict", address: ReplicaAddress(host: "10.0.0.1", port: 81), requestID: "abc")
        #expect(sent.uri == "/predict")
        #expect(sent.headers["host"] == ["10.0.0.1:81"])
        #expect(sent.headers["x-request-id"] == ["abc"])
        #expect(sent.headers["transfer-encoding"] == ["chunked"])
        #expect(sent.headers["content-type"] == ["application/json"])
        for name in ["connection", "x-private", "te", "expect"] {
            #expect(!sent.headers.contains(name: name), "\(name)")
        }
    }

    @Test("the control plane's tokens do not reach a replica, credentials of its own do")
    func credentials() {
        func sent(_ credentials: String) -> [String] {
            let head = HTTPRequestHead(
                version: .http1_1, method: .POST, uri: "/x", headers: ["Authorization": credentials])
            return HeaderRules.upstream(
                head, uri: "/predict", address: ReplicaAddress(host: "a", port: 1), requestID: "r"
            ).headers["authorization"]
        }
        #expect(sent("Bearer mrt_01m7_secret") == [])
        #expect(sent("bearer  mrt_01m7_secret") == [])
        #expect(sent("Bearer of-the-replica") == ["Bearer of-the-replica"])
    }

    @Test("a request id that could not stand in a log is replaced")
    func requestIDs() {
        #expect(HeaderRules.requestID(in: ["x-request-id": "abc-1"]) == "abc-1")
        #expect(HeaderRules.requestID(in: ["x-request-id": "a b"]) == nil)
        #expect(HeaderRules.requestID(in: ["x-request-id": String(repeating: "a", count: 129)]) == nil)
        #expect(HeaderRules.requestID(in: [:]) == nil)
    }

    @Test("quantiles are right within 1.6 per cent", arguments: [1, 2, 3] as [UInt64])
    func quantiles(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var histogram = LatencyHistogram()
        // Latencies over six decades.
        let values = (0..<20_000).map { _ -> UInt64 in
            let decade = Int.random(in: 0..<6, using: &random)
            return UInt64.random(in: 1...10, using: &random) * (0..<decade).reduce(1) { product, _ in product * 10 }
        }
        for value in values { histogram.record(microseconds: value) }
        let sorted = values.sorted()
        for q in [0.0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1] {
            let exact = Double(sorted[max(0, Int((q * Double(sorted.count)).rounded(.up)) - 1)]) / 1_000_000
            #expect(abs(histogram.quantile(q) - exact) <= exact * 0.016, "\(q): \(histogram.quantile(q)) for \(exact)")
        }
        #expect(LatencyHistogram().quantile(0.5) == 0)
        var long = LatencyHistogram()
        long.record(microseconds: .max)
        #expect(long.quantile(1) > 4000)
    }
}
