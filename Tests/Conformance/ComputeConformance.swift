package import CloudPorts
package import Kernel

/// What every driver that starts workers must do, checked against the real thing.
///
/// Each sentence of the contract in `ComputeDriver` is a check with a name of its own; a driver's test target runs them all,
/// each on a subject of its own. Waiting is bounded by the subject's patience, since a cloud takes longer than a process.
package struct ComputeConformance: Sendable, CustomStringConvertible {
    /// The sentence that is checked.
    package let description: String
    private let check: @Sendable (ComputeSubject) async throws -> Void

    /// - Throws: `ConformanceFailure`, or whatever the driver throws where it must not. Everything that was launched is
    ///   released before this returns.
    package func callAsFunction(_ subject: ComputeSubject) async throws {
        let result: Result<Void, any Error>
        do { result = .success(try await self.check(subject)) } catch { result = .failure(error) }
        let driver = try subject.driver()
        for observation in try await driver.observe() { try await driver.release(observation.name) }
        try result.get()
    }

    package static let checks = [
        ComputeConformance(description: "what was launched is observed at once and runs", check: Self.launches),
        ComputeConformance(
            description: "a second launch of a name changes nothing and succeeds", check: Self.idempotent),
        ComputeConformance(description: "racing launches of a name start one worker", check: Self.race),
        ComputeConformance(description: "workers of different names are apart", check: Self.apart),
        ComputeConformance(
            description: "a worker that ended by itself is gone, and may be launched again", check: Self.ends),
        ComputeConformance(description: "a release succeeds where nothing is", check: Self.releaseNothing),
        ComputeConformance(description: "after a release nothing of the worker runs", check: Self.releases),
        ComputeConformance(description: "a new driver knows what the one before launched", check: Self.restart),
    ]
}

/// A place to start workers in, with what the checks cannot know.
package struct ComputeSubject: Sendable {
    /// A driver as a control plane that was just started has it. Each call makes a new one over the same place.
    package let driver: @Sendable () throws -> any ComputeDriver
    /// What to launch under a name.
    let launch: @Sendable (_ name: String) -> WorkerLaunch
    /// How many processes (or machines) of the worker run, found by other means than the driver.
    let running: @Sendable (_ name: String) async throws -> Int
    /// Makes the worker end by itself.
    let end: @Sendable (_ name: String) async throws -> Void
    let patience: TimeSpan

    package init(
        driver: @escaping @Sendable () throws -> any ComputeDriver,
        launch: @escaping @Sendable (String) -> WorkerLaunch,
        running: @escaping @Sendable (String) async throws -> Int,
        end: @escaping @Sendable (String) async throws -> Void,
        patience: TimeSpan
    ) {
        self.driver = driver
        self.launch = launch
        self.running = running
        self.end = end
        self.patience = patience
    }

    func start(_ name: String) async throws { try await self.driver().launch(self.launch(name)) }

    func observation(of name: String) async throws -> LaunchObservation? {
        let found = try await self.driver().observe().filter { $0.name == name }
        try require(found.count <= 1, "'\(name)' is observed once, not \(found.count) times")
        return found.first
    }

    /// Polls until `condition` holds.
    func eventually(_ sentence: String, _ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + self.patience.duration
        while ContinuousClock.now < deadline {
            if try await condition() { return }
            // Between two looks at a condition with a deadline.
            try await ContinuousClock().sleep(for: .milliseconds(10))
        }
        throw ConformanceFailure("\(sentence), but not within \(self.patience)")
    }
}

extension ComputeConformance {
    private static func launches(_ subject: ComputeSubject) async throws {
        try await subject.start("one")
        let observed = try await subject.observation(of: "one")
        try require(observed != nil && observed?.status != .gone, "what was launched is observed at once")
        try await subject.eventually("the worker runs") { try await subject.running("one") > 0 }
        try await subject.eventually("it is observed as running") {
            try await subject.observation(of: "one")?.status == .running
        }
    }

    private static func idempotent(_ subject: ComputeSubject) async throws {
        try await subject.start("one")
        try await subject.eventually("the worker runs") { try await subject.running("one") > 0 }
        let before = (try await subject.running("one"), try await subject.observation(of: "one")?.handle)
        for _ in 0..<3 { try await subject.start("one") }
        let after = (try await subject.running("one"), try await subject.observation(of: "one")?.handle)
        try require(before == after, "a launch while the first lives leaves \(before), not \(after)")
    }

    private static func race(_ subject: ComputeSubject) async throws {
        let driver = try subject.driver()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { try await driver.launch(subject.launch("one")) } }
            try await group.waitForAll()
        }
        try await subject.eventually("the worker runs") { try await subject.running("one") > 0 }
        let running = try await subject.running("one")
        try require(running == 1, "eight racing launches start one worker, not \(running)")
    }

    private static func apart(_ subject: ComputeSubject) async throws {
        for name in ["one", "two"] { try await subject.start(name) }
        for name in ["one", "two"] {
            try await subject.eventually("'\(name)' runs") { try await subject.running(name) > 0 }
        }
        try await subject.driver().release("one")
        let (one, two) = (try await subject.running("one"), try await subject.running("two"))
        try require(one == 0 && two > 0, "releasing 'one' leaves 'two' running")
        try require(try await subject.observation(of: "two")?.status == .running, "'two' is still observed as running")
    }

    private static func ends(_ subject: ComputeSubject) async throws {
        try await subject.start("one")
        try await subject.eventually("the worker runs") { try await subject.running("one") > 0 }
        try await subject.end("one")
        try await subject.eventually("a worker that ended by itself is gone or absent") {
            let status = try await subject.observation(of: "one")?.status
            return status == nil || status == .gone
        }
        try await subject.start("one")
        try await subject.eventually("it runs again after another launch") { try await subject.running("one") > 0 }
        try await subject.end("one")
        try await subject.eventually("it ends again") { try await subject.running("one") == 0 }
        try await subject.driver().release("one")
        let status = try await subject.observation(of: "one")?.status
        try require(status == nil || status == .gone, "a release of what has ended leaves nothing that runs")
    }

    private static func releaseNothing(_ subject: ComputeSubject) async throws {
        try await subject.driver().release("never-was")
        try await subject.start("one")
        for _ in 0..<2 { try await subject.driver().release("one") }
        let observed = try await subject.driver().observe().filter { $0.status != .gone }
        try require(observed.isEmpty, "nothing is observed after everything was released")
    }

    private static func releases(_ subject: ComputeSubject) async throws {
        try await subject.start("one")
        try await subject.eventually("the worker runs") { try await subject.running("one") > 0 }
        try await subject.driver().release("one")
        let running = try await subject.running("one")
        try require(running == 0, "after a release nothing of the worker runs, not \(running)")
        let status = try await subject.observation(of: "one")?.status
        try require(status == nil || status == .gone, "a released worker is gone or absent")
        try await subject.start("one")
        try await subject.eventually("the name may be launched again") { try await subject.running("one") > 0 }
    }

    private static func restart(_ subject: ComputeSubject) async throws {
        try await subject.start("one")
        try await subject.eventually("the worker runs") { try await subject.running("one") > 0 }
        let fresh = try subject.driver()
        let observed = try await fresh.observe()
        try require(observed.map(\.name) == ["one"] && observed[0].status != .gone, "a new driver observes the worker")
        try await fresh.launch(subject.launch("one"))
        let running = try await subject.running("one")
        try require(running == 1, "a new driver's launch adopts the worker, instead of starting number \(running)")
        try await fresh.release("one")
        let rest = try await subject.running("one")
        try require(rest == 0, "a new driver releases the worker")
    }
}
