import Contract
import Foundation
import Kernel

/// Searches of runs through MLflow's own route: a page, an order by a metric, a pattern on a tag.
///
/// Every run has 20 metrics, 20 parameters and 4 tags. MLflow's server gets the same requests over a tenth of the runs, because
/// filling it takes long; that is to its advantage, and is said.
struct TrackingSearchSuite {
    static let runs = 10_000
    static let peerRuns = 1000
    /// Metrics, and parameters, of a run.
    static let values = 20
    static let page = 100

    let programs: Programs
    let peers: Peers

    /// The searches, in the order of the rows.
    private enum Search: CaseIterable {
        case page, metric, commonPattern, rarePattern

        var name: String {
            switch self {
            case .page: "page of 100 runs"
            case .metric: "page of 100 runs ordered by a metric"
            case .commonPattern: "LIKE on a tag that a third of the runs meet"
            case .rarePattern: "LIKE on a tag that nearly none meets"
            }
        }

        /// Milliseconds.
        var goal: Double {
            switch self {
            case .page: 5
            case .metric: 10
            case .commonPattern, .rarePattern: 20
            }
        }

        var fields: String {
            switch self {
            case .page: ""
            case .metric: #", "order_by": ["metrics.m3 DESC"]"#
            case .commonPattern: #", "filter": "tags.`mlflow.source.name` LIKE '%train%'""#
            case .rarePattern: #", "filter": "tags.commit LIKE '%a1b2c%'""#
            }
        }
    }

    func measure() async throws -> [MeasuredRow] {
        let platform = try await Platform(programs: self.programs, configuration: .bare)
        let target = Target(port: platform.port, token: platform.adminToken, processes: [platform.process.id])
        progress("search: \(Self.runs) runs")
        let ours = try self.times(target, runs: Self.runs, rounds: 100)
        let peers = self.peers.figures("MLflow", count: Search.allCases.count) {
            let platform = try PeerPlatform.mlflow(self.peers)
            let target = Target(port: platform.port, token: "none", processes: platform.processes)
            return try self.times(target, runs: Self.peerRuns, rounds: 10).map { times in
                PeerFigure(
                    program: platform.title, value: times.median,
                    note: "\(times.count) times, among \(Double(Self.peerRuns).short) runs only")
            }
        }
        return zip(Search.allCases, zip(ours, peers)).map { search, times in
            MeasuredRow(
                ours: Measurement(
                    name: "\(search.name), of \(Double(Self.runs).short)", value: times.0.median, unit: "ms",
                    goal: (.atMost, search.goal), note: "\(times.0.count) times, \(times.0.range)"),
                peers: [times.1])
        }
    }

    private func times(_ target: Target, runs: Int, rounds: Int) throws -> [Samples] {
        let connection = try HTTPConnection(port: target.port)
        try self.fill(target, runs, over: connection)
        return try Search.allCases.map { search in
            let body = #"{"experiment_ids": ["0"], "max_results": \#(Self.page)\#(search.fields)}"#
            let request = target.request("POST", "/api/2.0/mlflow/runs/search", Array(body.utf8))
            var times = Samples()
            for _ in 0..<rounds {
                let start = ContinuousClock.now
                let answer = try connection.exchange(request)
                times.add((ContinuousClock.now - start) / .milliseconds(1))
                guard answer.status == 200 else {
                    throw ChildProcess.Failure(description: "runs/search answered \(answer.status)")
                }
            }
            return times
        }
    }

    private func fill(_ target: Target, _ runs: Int, over connection: HTTPConnection) throws {
        var random = SeededRandom(seed: 1)
        let files = ["train.py", "eval.py", "sweep.py"]
        for number in 0..<runs {
            let start = 1_700_000_000_000 + number * 1000
            let commit = (0..<5).map { _ in String(random.next() & 0xFFFF_FFFF | 0x1_0000_0000, radix: 16).dropFirst() }
                .joined()
            let tags =
                #"[{"key": "mlflow.source.name", "value": "\#(files[number % 3])"}, {"key": "commit", "value": "\#(commit)"}]"#
            let create = #"{"experiment_id": "0", "start_time": \#(start), "user_id": "ada", "tags": \#(tags)}"#
            let made = try self.exchange("runs/create", create, target, connection)
            guard let id = try? JSONValue(utf8: made)["run"]?["info"]?["run_id"]?.stringValue else {
                throw ChildProcess.Failure(description: "runs/create answered without a run")
            }
            let metrics = (0..<Self.values).map {
                #"{"key": "m\#($0)", "value": \#(Double.random(in: 0..<1, using: &random)), "timestamp": \#(start), "step": 1}"#
            }
            let parameters = (0..<Self.values).map {
                #"{"key": "p\#($0)", "value": "\#(Int.random(in: 0..<100_000, using: &random))"}"#
            }
            let batch =
                #"{"run_id": "\#(id)", "metrics": [\#(metrics.joined(separator: ","))], "params": [\#(parameters.joined(separator: ","))]}"#
            _ = try self.exchange("runs/log-batch", batch, target, connection)
        }
    }

    private func exchange(
        _ path: String, _ body: String, _ target: Target, _ connection: HTTPConnection
    ) throws -> [UInt8] {
        let answer = try connection.exchange(target.request("POST", "/api/2.0/mlflow/" + path, Array(body.utf8)))
        guard answer.status == 200 else { throw ChildProcess.Failure(description: "\(path) answered \(answer.status)") }
        return Array(answer.body)
    }
}
