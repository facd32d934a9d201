import Contract
import Foundation
import Kernel

/// How long a page of runs takes when many have finished.
struct PageSuite {
    /// Pages asked for, one after another on one connection.
    static let pages = 400

    let platform: Platform

    func measure() async throws -> [MeasuredRow] {
        let connection = try HTTPConnection(port: self.platform.port)
        let total = try self.finished(connection)
        progress("pages: \(Self.pages) of 50 rows, \(total) finished runs")
        var times = Samples()
        var cursor: String?
        for _ in 0..<Self.pages {
            let path = Routes.listRuns.row.path + (cursor.map { "?cursor=" + PercentEncoding.encode($0) } ?? "")
            let request = HTTPConnection.request("GET", path, token: self.platform.adminToken)
            let start = ContinuousClock.now
            let answer = try connection.exchange(request)
            times.add((ContinuousClock.now - start) / .milliseconds(1))
            guard answer.status == 200 else {
                throw ChildProcess.Failure(description: "a page answered \(answer.status)")
            }
            // Walks through the listing, and begins anew at its end.
            cursor = try Wire.decode(Page<Run>.self, from: Array(answer.body)).next
        }
        return [
            MeasuredRow(
                ours: Measurement(
                    name: "page of 50 runs, p95, \(Double(total).short) finished runs", value: times.quantile(0.95),
                    unit: "ms",
                    goal: (.atMost, 20),
                    note: "\(times.count) pages by cursor, newest first; p50 \(times.median.short) ms"))
        ]
    }

    /// The server's own count.
    private func finished(_ connection: HTTPConnection) throws -> Int {
        let answer = try connection.exchange(HTTPConnection.request("GET", "/metrics", token: self.platform.adminToken))
        let text = String(decoding: answer.body, as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("martlet_runs{status=\"succeeded\"}") }
        return line?.split(separator: " ").last.flatMap { Double($0) }.map { Int($0) } ?? 0
    }
}
