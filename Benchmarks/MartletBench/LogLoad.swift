import Foundation

/// Clients that log to a run each, with one request in flight each, from one thread.
struct LogLoad {
    struct Outcome {
        /// Requests a second.
        var rate = 0.0
        /// Milliseconds from a request's first byte to its answer's last.
        var latency = Samples()
        /// Microseconds of CPU for a request: of the server, and of this process.
        var cpu = (server: 0.0, client: 0.0)

        var note: String {
            """
            \(self.latency.count) requests; p50 \(self.latency.median.short) ms, p99 \
            \(self.latency.quantile(0.99).short) ms; CPU for one: server \(self.cpu.server.short) µs, client \
            \(self.cpu.client.short) µs
            """
        }
    }

    /// When the points were measured: any moment that a server takes.
    private static let start = 1_700_000_000_000

    let target: Target
    let runs: [String]

    /// `count` calls of `log-metric`, each of a step of its own.
    func metrics(_ count: Int) throws -> Outcome {
        try self.measure(count, path: "/api/2.0/mlflow/runs/log-metric") { run, index in
            Array(
                """
                {"run_id": "\(run)", "key": "loss", "value": \(1 / Double(index + 3)), "timestamp": \
                \(Self.start + index * 7), "step": \(index)}
                """.utf8)
        }
    }

    /// `count` calls of `log-batch` with 1,000 points each, spread over `keys` metrics.
    func batches(_ count: Int, keys: Int = 10) throws -> Outcome {
        try self.measure(count, path: "/api/2.0/mlflow/runs/log-batch") { run, index in
            var body = "{\"run_id\": \"\(run)\", \"metrics\": ["
            body.reserveCapacity(100_000)
            for point in 0..<1000 {
                let step = index * 1000 / keys + point / keys
                if point > 0 { body += ", " }
                body +=
                    "{\"key\": \"m\(point % keys)\", \"value\": \(Double(Float(1 / Double(step + 3 + point % keys)))), "
                body += "\"timestamp\": \(Self.start + step * 50 + step * step % 11), \"step\": \(step)}"
            }
            return Array((body + "], \"params\": [], \"tags\": []}").utf8)
        }
    }

    /// Requests are made before the clock starts, some hundreds at a time, so that a client's own work counts little.
    private func measure(
        _ count: Int, path: String, _ body: (_ run: String, _ index: Int) -> [UInt8]
    ) throws -> Outcome {
        let lines = try self.runs.map { _ in try HTTPConnection(port: self.target.port) }
        var outcome = Outcome()
        var spent = Duration.zero
        var sent = 0
        let chunk = max(self.runs.count, min(count, count > 5000 ? 5000 : 100))
        while sent < count {
            let size = min(chunk, count - sent)
            let requests = (sent..<sent + size).map { index in
                self.target.request("POST", path, body(self.runs[index % self.runs.count], index / self.runs.count))
            }
            let before = self.cpu()
            let start = ContinuousClock.now
            try Self.run(requests, lines, &outcome.latency)
            spent += ContinuousClock.now - start
            let after = self.cpu()
            outcome.cpu.server += (after.server - before.server) * 1000 / Double(count)
            outcome.cpu.client += (after.client - before.client) * 1000 / Double(count)
            sent += size
        }
        outcome.rate = Double(count) / (spent / .seconds(1))
        return outcome
    }

    /// Milliseconds so far.
    private func cpu() -> (server: Double, client: Double) {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let server = self.target.processes.reduce(0) { $0 + ProcessTable.cpu(of: $1) }
        return (server, usage.ru_utime.milliseconds + usage.ru_stime.milliseconds)
    }

    /// Sends all, request `i` over line `i % lines`, and waits for every answer.
    private static func run(_ requests: [[UInt8]], _ lines: [HTTPConnection], _ latency: inout Samples) throws {
        var next = Array(lines.indices)
        var since = [ContinuousClock.Instant](repeating: .now, count: lines.count)
        var open = 0
        func send(_ line: Int) throws {
            guard next[line] < requests.count else { return }
            since[line] = .now
            try lines[line].send(requests[next[line]])
            next[line] += lines.count
            open += 1
        }
        for line in lines.indices { try send(line) }
        var waiting = lines.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        while open > 0 {
            guard poll(&waiting, nfds_t(waiting.count), 60_000) > 0 else {
                throw ChildProcess.Failure(description: "no answer for a minute")
            }
            for index in lines.indices where waiting[index].revents != 0 {
                guard let answer = try lines[index].receive() else { continue }
                guard answer.status == 200 else {
                    throw ChildProcess.Failure(
                        description: "status \(answer.status): \(String(decoding: answer.body, as: UTF8.self))")
                }
                latency.add((ContinuousClock.now - since[index]) / .milliseconds(1))
                open -= 1
                try send(index)
            }
        }
    }
}
