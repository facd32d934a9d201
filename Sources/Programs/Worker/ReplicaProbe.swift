import Contract
import Kernel
import Transport

/// Asks a replica whether it is ready: `GET /v2/health/ready` on its port of this machine, as the Open Inference Protocol has it.
struct ReplicaProbe: Sendable {
    /// While it starts: soon enough that nobody waits for the probe.
    private static let startInterval = TimeSpan.milliseconds(100)
    /// Once it is ready.
    private static let interval = TimeSpan.seconds(2)
    private static let deadline = TimeSpan.seconds(2)
    /// One answer may be late under load; this many in a row mean that it is gone.
    private static let toleratedFailures = 3

    private let url: String
    private let transport = HTTPTransport(rule: .never)

    init(port: Int) { self.url = "http://127.0.0.1:\(port)/v2/health/ready" }

    /// Calls `change` at each change, from not ready at first, until the task is cancelled; then once more if it was ready.
    func run(_ change: @Sendable (Bool) -> Void) async {
        var isReady = false
        var failures = 0
        while !Task.isCancelled {
            let answers = await self.answers()
            failures = answers ? 0 : failures + 1
            if answers != isReady, answers || failures >= Self.toleratedFailures {
                isReady = answers
                change(isReady)
            }
            await pause(isReady ? Self.interval : Self.startInterval)
        }
        if isReady { change(false) }
    }

    private func answers() async -> Bool {
        do {
            return try await self.transport.send(HTTPRequest(.get, self.url), within: Self.deadline).status == 200
        } catch {
            return false
        }
    }
}
