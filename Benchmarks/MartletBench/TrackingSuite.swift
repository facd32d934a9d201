import Contract
import Foundation
import Kernel

/// Metrics through MLflow's own routes: logged one at a time and in batches, read back whole, and what that leaves behind.
///
/// Ours and MLflow's server get the same requests from the same code over the same kind of connection. MLflow's is at its best: one
/// worker, SQLite, no jobs. It gets fewer requests, for it would take long; a rate does not change with that.
struct TrackingSuite {
    /// Clients at once, each with a run of its own.
    static let connections = 64
    /// Connections that send batches.
    static let batchers = 4
    static let history = 100_000
    /// As MLflow's client asks for them.
    static let page = 25_000

    let programs: Programs
    let peers: Peers

    /// What one server was seen to do.
    struct Figures {
        var single = LogLoad.Outcome()
        var many = LogLoad.Outcome()
        var batch = LogLoad.Outcome()
        /// Milliseconds, in pages of `page`.
        var history = Samples()
        /// MB resident after all that.
        var memory = 0.0
        /// Of the database, for every point logged.
        var bytesPerPoint = 0.0
    }

    /// How many requests of each kind a server gets.
    struct Amounts {
        var single: Int
        var many: Int
        var batches: Int
    }

    func measure() async throws -> [MeasuredRow] {
        let platform = try await Platform(programs: self.programs, configuration: .bare)
        let target = Target(port: platform.port, token: platform.adminToken, processes: [platform.process.id])
        let ours = try self.figures(target, Amounts(single: 10_000, many: 100_000, batches: 3000)) {
            Self.size(of: platform.folder.path + "/data", prefix: "martlet.sqlite")
        }
        let peers = self.peers.figures("MLflow", count: 6) { try self.peerFigures() }
        return self.rows(ours, peers)
    }

    private func peerFigures() throws -> [PeerFigure] {
        let platform = try PeerPlatform.mlflow(self.peers)
        let target = Target(port: platform.port, token: "none", processes: platform.processes)
        let figures = try self.figures(target, Amounts(single: 500, many: 2000, batches: 60)) {
            Self.size(of: platform.home.path, prefix: "mlflow.db")
        }
        let title = platform.title
        return [
            PeerFigure(program: title, value: figures.single.rate, note: figures.single.note),
            PeerFigure(program: title, value: figures.many.rate, note: figures.many.note),
            PeerFigure(program: title, value: figures.batch.rate * 1000, note: figures.batch.note),
            PeerFigure(program: title, value: figures.history.median, note: "\(figures.history.count) times"),
            PeerFigure(
                program: title, value: figures.memory, note: "all its processes, after its load"),
            PeerFigure(program: title, value: figures.bytesPerPoint, note: "its SQLite file"),
        ]
    }

    private func figures(_ target: Target, _ amounts: Amounts, size: () -> Double) throws -> Figures {
        var figures = Figures()
        let runs = try (0..<Self.connections).map { _ in try target.makeRun() }
        let before = size()
        progress("tracking: \(amounts.single) metrics from one client, \(amounts.many) from \(Self.connections)")
        figures.single = try LogLoad(target: target, runs: [runs[0]]).metrics(amounts.single)
        figures.many = try LogLoad(target: target, runs: runs).metrics(amounts.many)
        progress("tracking: \(amounts.batches) batches of 1,000")
        figures.batch = try LogLoad(target: target, runs: Array(runs.prefix(Self.batchers))).batches(amounts.batches)
        let long = try target.makeRun()
        _ = try LogLoad(target: target, runs: [long]).batches(Self.history / 1000, keys: 1)
        progress("tracking: a history of \(Self.history) points")
        for _ in 0..<5 { figures.history.add(try target.readHistory(of: long, points: Self.history)) }
        figures.memory = ProcessTable.memory(of: target.processes).resident
        let points = amounts.single + amounts.many + amounts.batches * 1000 + Self.history
        figures.bytesPerPoint = (size() - before) / Double(points)
        return figures
    }

    private func rows(_ ours: Figures, _ peers: [PeerFigure]) -> [MeasuredRow] {
        let published = "mlflow-rs claims 13–40 × lower p95 than MLflow, 28 MiB idle, 47 MiB loaded"
        return [
            MeasuredRow(
                ours: Measurement(
                    name: "log-metric, 1 client", value: ours.single.rate, unit: "/s", goal: (.atLeast, 2000),
                    note: ours.single.note),
                peers: [peers[0]], published: published),
            MeasuredRow(
                ours: Measurement(
                    name: "log-metric, \(Self.connections) clients", value: ours.many.rate, unit: "/s",
                    goal: (.atLeast, 10_000), note: ours.many.note),
                peers: [peers[1]]),
            MeasuredRow(
                ours: Measurement(
                    name: "log-batch of 1,000, metrics", value: ours.batch.rate * 1000, unit: "/s",
                    goal: (.atLeast, 300_000), note: ours.batch.note),
                peers: [peers[2]]),
            MeasuredRow(
                ours: Measurement(
                    name: "history of \(Double(Self.history).short) points", value: ours.history.median, unit: "ms",
                    goal: (.atMost, 100),
                    note: "in pages of \(Double(Self.page).short); \(ours.history.count) times, \(ours.history.range)"),
                peers: [peers[3]]),
            MeasuredRow(
                ours: Measurement(
                    name: "server after that load, resident memory", value: ours.memory, unit: "MB",
                    goal: (.atMost, 80), note: "`martletd`"),
                peers: [peers[4]]),
            MeasuredRow(
                ours: Measurement(
                    name: "storage of a metric point", value: ours.bytesPerPoint, unit: "bytes", goal: nil,
                    note: "SQLite files after that load, log included"),
                peers: [peers[5]]),
        ]
    }

    /// Bytes of the files in a folder whose names begin so.
    private static func size(of folder: String, prefix: String) -> Double {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix(prefix) }.reduce(0) { sum, name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: folder + "/" + name)
            return sum + ((attributes?[.size] as? NSNumber)?.doubleValue ?? 0)
        }
    }
}

/// A server that speaks MLflow's API.
struct Target {
    let port: UInt16
    let token: String
    let processes: [pid_t]

    func makeRun() throws -> String {
        let body = Array(#"{"experiment_id": "0", "start_time": 1700000000000}"#.utf8)
        let answer = try HTTPConnection(port: self.port).exchange(
            self.request("POST", "/api/2.0/mlflow/runs/create", body))
        guard let value = try? JSONValue(utf8: Array(answer.body)),
            let id = value["run"]?["info"]?["run_id"]?.stringValue
        else { throw ChildProcess.Failure(description: "runs/create answered \(answer.status)") }
        return id
    }

    func request(_ method: String, _ path: String, _ body: [UInt8] = []) -> [UInt8] {
        HTTPConnection.request(method, path, token: self.token, body: body)
    }

    /// Reads a history to its end and returns the milliseconds that took.
    func readHistory(of run: String, points: Int) throws -> Double {
        let connection = try HTTPConnection(port: self.port)
        let start = ContinuousClock.now
        var path = "/api/2.0/mlflow/metrics/get-history?run_id=\(run)&metric_key=m0&max_results=\(TrackingSuite.page)"
        let first = path
        var count = 0
        while true {
            let answer = try connection.exchange(self.request("GET", path))
            guard answer.status == 200 else {
                throw ChildProcess.Failure(description: "get-history answered \(answer.status)")
            }
            count += TrackingSuite.page
            let end = String(decoding: answer.body.suffix(120), as: UTF8.self)
            guard
                let token = end.split(separator: "\"next_page_token\": \"").dropFirst().first?.split(separator: "\"")
                    .first
            else { break }
            path = first + "&page_token=" + PercentEncoding.encode(String(token))
        }
        guard count >= points else { throw ChildProcess.Failure(description: "the history has \(count) points") }
        return (ContinuousClock.now - start) / .milliseconds(1)
    }
}
