package import Contract
package import Kernel

/// Decides which replicas of one endpoint to start and to stop, and who gets its traffic meanwhile.
///
/// A revision that is new is *arriving* until all its replicas are ready, then it is *serving*; one that is not asked for any
/// more is *leaving*. While anything arrives, what leaves goes on serving (a surge); when all has arrived the traffic moves, and
/// after a pause in which gateways learn of it the old replicas are stopped. Replicas of a revision are started one after
/// another, each told to keep away from where the others are, because an environment is known only once a replica is placed. A
/// replica that ended is replaced: at once the first time, then after pauses that double until one stays ready.
///
/// Pure: rows in, effects out; the calendar is an argument, and one that jumps delays nothing by more than the longest pause.
package struct EndpointMachine: Sendable, Hashable {
    /// Between the first and the second restart; doubled each time.
    package static let restartPause = TimeSpan.seconds(1)
    /// A replica that never works is tried about this often in the end.
    package static let longestRestartPause = TimeSpan.minutes(1)
    /// A replica that was ready for this long starts the pauses anew when it ends.
    package static let provenAfter = TimeSpan.minutes(1)
    /// Between the traffic's move and the end of the old replicas: gateways refetch within a fraction of it.
    package static let retirePause = TimeSpan.seconds(5)
    /// A surge that finds no free slot for this long takes one from what leaves.
    package static let surgePatience = TimeSpan.seconds(30)

    /// One definition of a revision: the same name with another step, source or model version is another one.
    package struct Key: Sendable, Hashable {
        package var name: String
        package var definition: ContentDigest

        package init(name: String, definition: ContentDigest) {
            self.name = name
            self.definition = definition
        }
    }

    package enum Phase: String, Sendable, Hashable, CaseIterable { case arriving, serving, leaving }

    package struct Revision: Sendable, Hashable {
        package var key: Key
        /// Per cent as declared; of one that leaves, as it was.
        package var traffic: Int
        package var replicas: Int
        package var phase: Phase
        /// Replicas that ended since one was proven.
        package var failures: Int
        /// No replica is started before.
        package var notBefore: Timestamp
        /// When the replicas of one that leaves are stopped; nil while it is still needed.
        package var retireAt: Timestamp?

        package init(
            key: Key, traffic: Int, replicas: Int, phase: Phase = .arriving, failures: Int = 0,
            notBefore: Timestamp = Timestamp(milliseconds: 0), retireAt: Timestamp? = nil
        ) {
            self.key = key
            self.traffic = traffic
            self.replicas = replicas
            self.phase = phase
            self.failures = failures
            self.notBefore = notBefore
            self.retireAt = retireAt
        }
    }

    package struct Replica: Sendable, Hashable {
        package var run: ID<Run>
        package var key: Key
        package var status: RunStatus
        package var environment: String?
        package var url: String?
        package var submittedAt: Timestamp
        package var readyAt: Timestamp?
        /// It was told to stop.
        package var stopping: Bool

        package init(
            run: ID<Run>, key: Key, status: RunStatus, environment: String? = nil, url: String? = nil,
            submittedAt: Timestamp,
            readyAt: Timestamp? = nil, stopping: Bool = false
        ) {
            self.run = run
            self.key = key
            self.status = status
            self.environment = environment
            self.url = url
            self.submittedAt = submittedAt
            self.readyAt = readyAt
            self.stopping = stopping
        }

        package var isReady: Bool { self.status == .running && self.url != nil && !self.stopping }
        var isLive: Bool { !self.status.isTerminal && !self.stopping }
    }

    package enum Effect: Sendable, Hashable {
        case start(Key, avoid: Set<String>)
        case stop(ID<Run>)
        /// The run has ended and is no replica any more.
        case forget(ID<Run>)
        case markReady(ID<Run>)
        /// Nothing of the revision is left.
        case drop(Key)
    }

    package internal(set) var revisions: [Revision]
    package internal(set) var replicas: [Replica]

    package init(revisions: [Revision], replicas: [Replica]) {
        self.revisions = revisions
        self.replicas = replicas
    }

    /// Takes what is asked for now: nothing at all when the endpoint is deleted.
    package mutating func declare(_ wanted: [(key: Key, traffic: Int, replicas: Int)]) {
        for index in self.revisions.indices where !wanted.contains(where: { $0.key == self.revisions[index].key }) {
            self.revisions[index].phase = .leaving
        }
        for revision in wanted {
            guard let index = self.revisions.firstIndex(where: { $0.key == revision.key }) else {
                self.revisions.append(
                    Revision(key: revision.key, traffic: revision.traffic, replicas: revision.replicas))
                continue
            }
            self.revisions[index].traffic = revision.traffic
            self.revisions[index].replicas = revision.replicas
            guard self.revisions[index].phase == .leaving else { continue }
            self.revisions[index].phase = .arriving
            self.revisions[index].retireAt = nil
        }
    }

    /// What is to be done now.
    package mutating func tick(at now: Timestamp) -> [Effect] {
        var effects = self.bury(at: now)
        self.arrive()
        for index in self.revisions.indices where self.revisions[index].phase != .leaving {
            effects += self.scale(index, at: now)
        }
        return effects + self.retire(at: now)
    }

    /// A replica could not even be submitted: counts as one that ended.
    package mutating func startFailed(_ key: Key, at now: Timestamp) {
        guard let index = self.revisions.firstIndex(where: { $0.key == key }) else { return }
        self.punish(index, at: now)
    }

    /// Whether every revision that is asked for has its replicas ready.
    package var isSteady: Bool {
        self.revisions.allSatisfy { $0.phase == .leaving || self.ready($0.key).count >= $0.replicas }
    }

    func ready(_ key: Key) -> [Replica] { self.replicas.filter { $0.key == key && $0.isReady } }
}

extension EndpointMachine {
    /// Notes which replicas became ready and which ended.
    private mutating func bury(at now: Timestamp) -> [Effect] {
        var effects: [Effect] = []
        for index in self.replicas.indices where self.replicas[index].isReady && self.replicas[index].readyAt == nil {
            self.replicas[index].readyAt = now
            effects.append(.markReady(self.replicas[index].run))
        }
        for replica in self.replicas where replica.status.isTerminal {
            effects.append(.forget(replica.run))
            guard !replica.stopping, let index = self.revisions.firstIndex(where: { $0.key == replica.key }) else {
                continue
            }
            if let since = replica.readyAt, now - since >= Self.provenAfter { self.revisions[index].failures = 0 }
            self.punish(index, at: now)
        }
        self.replicas.removeAll { $0.status.isTerminal }
        return effects
    }

    private mutating func punish(_ index: Int, at now: Timestamp) {
        self.revisions[index].failures += 1
        let doublings = Int64(min(self.revisions[index].failures - 2, 16))
        guard doublings >= 0 else { return }
        let pause = min(Self.restartPause.milliseconds << doublings, Self.longestRestartPause.milliseconds)
        self.revisions[index].notBefore = now + .milliseconds(pause)
    }

    private mutating func arrive() {
        for index in self.revisions.indices where self.revisions[index].phase == .arriving {
            if self.ready(self.revisions[index].key).count >= self.revisions[index].replicas {
                self.revisions[index].phase = .serving
            }
        }
    }

    private mutating func scale(_ index: Int, at now: Timestamp) -> [Effect] {
        let revision = self.revisions[index]
        let live = self.replicas.filter { $0.key == revision.key && $0.isLive }
        if live.count > revision.replicas { return self.shrink(live, by: live.count - revision.replicas) }
        guard live.count < revision.replicas, live.allSatisfy({ $0.environment != nil }),
            Self.isDue(revision.notBefore, at: now, within: Self.longestRestartPause)
        else { return [] }
        return [.start(revision.key, avoid: Set(live.compactMap(\.environment)))]
    }

    /// Stops first what is not ready, then what shares an environment with another, then the youngest.
    private mutating func shrink(_ live: [Replica], by count: Int) -> [Effect] {
        let crowd = Dictionary(grouping: live, by: { $0.environment ?? "" }).mapValues(\.count)
        func worth(_ replica: Replica) -> (Int, Int, Int64) {
            (replica.isReady ? 1 : 0, -(crowd[replica.environment ?? ""] ?? 0), -replica.submittedAt.milliseconds)
        }
        return live.sorted { worth($0) < worth($1) }.prefix(count).map { self.stop($0) }
    }

    private mutating func retire(at now: Timestamp) -> [Effect] {
        let isSurging = self.revisions.contains { $0.phase == .arriving }
        var effects: [Effect] = []
        for index in self.revisions.indices where self.revisions[index].phase == .leaving {
            if isSurging {
                self.revisions[index].retireAt = nil
                continue
            }
            let retireAt = self.revisions[index].retireAt ?? now + Self.retirePause
            self.revisions[index].retireAt = retireAt
            guard Self.isDue(retireAt, at: now, within: Self.retirePause) else { continue }
            let key = self.revisions[index].key
            effects += self.replicas.filter { $0.key == key && $0.isLive }.map { self.stop($0) }
        }
        if isSurging { effects += self.makeRoom(at: now) }
        let gone = self.revisions.filter { revision in
            revision.phase == .leaving && !self.replicas.contains { $0.key == revision.key }
        }
        self.revisions.removeAll { gone.contains($0) }
        return effects + gone.map { .drop($0.key) }
    }

    /// A replica that arrives and finds no slot gets that of one that leaves.
    private mutating func makeRoom(at now: Timestamp) -> [Effect] {
        guard !self.replicas.contains(where: { $0.stopping }) else { return [] }
        let leaving = Set(self.revisions.filter { $0.phase == .leaving }.map(\.key))
        let isStuck = self.replicas.contains { replica in
            replica.isLive && replica.status == .queued && !leaving.contains(replica.key)
                && now - replica.submittedAt >= Self.surgePatience
        }
        guard isStuck, let victim = self.replicas.last(where: { leaving.contains($0.key) && $0.isLive }) else {
            return []
        }
        return [self.stop(victim)]
    }

    private mutating func stop(_ replica: Replica) -> Effect {
        for index in self.replicas.indices where self.replicas[index].run == replica.run {
            self.replicas[index].stopping = true
        }
        return .stop(replica.run)
    }

    /// Whether a moment has come; one that is further away than it was ever set to was left behind by a calendar that jumped.
    private static func isDue(_ moment: Timestamp, at now: Timestamp, within longest: TimeSpan) -> Bool {
        moment <= now || moment - now > longest
    }
}
