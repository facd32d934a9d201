import Contract
import Foundation
import Kernel
import Synchronization
import Testing
import Transport

/// `kill -9` of the control plane while many clients log: whatever was acknowledged is there afterwards, once.
@Suite(.serialized) struct MetricsCrashTests {
    static let kills = Programs.isSoak ? 100 : 10
    static let clients = 16

    /// What one client was told is kept.
    private struct Acknowledged: Sendable {
        var run: String
        var steps: [Int] = []
        var batchSteps: [Int] = []
        var parameters: [Int] = []
    }

    /// Says when the clients may stop.
    private final class End: Sendable {
        private let state = Mutex(false)

        var isReached: Bool { self.state.withLock { $0 } }
        func reach() { self.state.withLock { $0 = true } }
    }

    @Test("kill -9 under load loses no point and no parameter that was acknowledged", .timeLimit(.minutes(20)))
    func survivesKills() async throws {
        let platform = try await Platform(localSlots: nil)
        let end = End()
        let kept = try await withThrowingTaskGroup(of: Acknowledged.self) { group in
            for _ in 0..<Self.clients {
                let run = try await Self.makeRun(platform)
                group.addTask { await Self.log(to: run, platform, until: end) }
            }
            var random = SystemRandomNumberGenerator()
            for _ in 0..<Self.kills {
                // The random moment itself: nothing to wait for but time.
                try await Task.sleep(for: .milliseconds(Int.random(in: 100...700, using: &random)))
                platform.kill()
                try await platform.start()
            }
            end.reach()
            var kept: [Acknowledged] = []
            for try await client in group { kept.append(client) }
            return kept
        }
        #expect(kept.reduce(0) { $0 + $1.steps.count } > Self.clients * Self.kills)
        for client in kept {
            let single = try await Self.steps(of: "single", client.run, platform)
            #expect(Set(client.steps).isSubset(of: single), "points of \(client.run) are lost")
            #expect(single.count == Set(single).count, "points of \(client.run) are there twice")
            let batched = try await Self.steps(of: "batched", client.run, platform)
            #expect(Set(client.batchSteps).isSubset(of: batched), "a batch of \(client.run) is lost")
            #expect(batched.count % 10 == 0, "half a batch of \(client.run) is there")
            let run = try await Self.get("runs/get?run_id=\(client.run)", platform)
            guard case .array(let parameters)? = run["run"]?["data"]?["params"] else {
                #expect(client.parameters.isEmpty)
                continue
            }
            let names = Set(parameters.compactMap { $0["key"]?.stringValue })
            #expect(Set(client.parameters.map { "p\($0)" }).isSubset(of: names), "parameters of \(client.run) are lost")
        }
    }

    /// Logs without a pause and notes what was acknowledged; what was not may be there or not.
    private static func log(to run: String, _ platform: Platform, until end: End) async -> Acknowledged {
        var kept = Acknowledged(run: run)
        var step = 0
        while !end.isReached {
            step += 1
            let point = #"{"run_id":"\#(run)","key":"single","value":\#(step),"timestamp":\#(step),"step":\#(step)}"#
            if await Self.post("runs/log-metric", point, platform) { kept.steps.append(step) }
            guard step % 5 == 0 else { continue }
            let batch = (0..<10).map {
                #"{"key":"batched","value":0.5,"timestamp":\#(step * 10 + $0),"step":\#(step * 10 + $0)}"#
            }.joined(separator: ",")
            if await Self.post("runs/log-batch", #"{"run_id":"\#(run)","metrics":[\#(batch)]}"#, platform) {
                kept.batchSteps += (0..<10).map { step * 10 + $0 }
            }
            let parameter = #"{"run_id":"\#(run)","key":"p\#(step)","value":"v"}"#
            if await Self.post("runs/log-parameter", parameter, platform) { kept.parameters.append(step) }
        }
        return kept
    }

    private static func makeRun(_ platform: Platform) async throws -> String {
        let answer = try await Self.send(
            .post, "runs/create", Array(#"{"experiment_id":"0","start_time":1}"#.utf8), platform)
        return try #require(try JSONValue(utf8: answer)["run"]?["info"]?["run_id"]?.stringValue)
    }

    private static func post(_ path: String, _ body: String, _ platform: Platform) async -> Bool {
        (try? await Self.send(.post, path, Array(body.utf8), platform)) != nil
    }

    private static func get(_ path: String, _ platform: Platform) async throws -> JSONValue {
        try JSONValue(utf8: try await Self.send(.get, path, [], platform))
    }

    private static func steps(of metric: String, _ run: String, _ platform: Platform) async throws -> [Int] {
        let answer = try await Self.get("metrics/get-history?run_id=\(run)&metric_key=\(metric)", platform)
        guard case .array(let points)? = answer["metrics"] else { return [] }
        return points.compactMap { $0["step"]?.integerValue.map { Int($0) } }
    }

    private static func send(
        _ method: Contract.HTTPMethod, _ path: String, _ body: [UInt8], _ platform: Platform
    ) async throws -> [UInt8] {
        let request = HTTPRequest(
            method, "http://\(platform.server.split(separator: "/").last ?? "")/api/2.0/mlflow/\(path)",
            headers: ["authorization": "Bearer \(platform.token)", "content-type": "application/json"],
            body: body.isEmpty ? .none : .bytes(body))
        return try await HTTPTransport(rule: .never).send(request).body
    }
}
