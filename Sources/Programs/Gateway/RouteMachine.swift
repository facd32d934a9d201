package import Contract
package import Kernel

/// Decides which replica a request goes to, and which replicas are left alone.
///
/// The revision is drawn by its share of the traffic among those that have a healthy replica; within it the replica with the
/// fewest requests under way is taken, of equals the one that was taken longest ago. When no replica at all is healthy they are
/// tried all the same: a gateway that refuses because of its own suspicion makes an outage out of a hiccup. A second try goes to
/// another replica, of the same revision if that has a healthy one.
///
/// Pure: knows no clock, socket or lock; times and randomness are arguments. The shell around it is `Router`.
package struct RouteMachine: Sendable {
    /// Where a routing table came from. One from disk yields to any from the control plane.
    package enum Origin: Sendable { case disk, controlPlane }

    /// What became of a try.
    package enum Outcome: Sendable, Hashable {
        case answered, failed
        /// The client left, or the body was refused: says nothing about the replica.
        case abandoned
    }

    struct Key: Hashable {
        let run: String
        let url: String
    }

    struct Replica {
        let run: String
        let environment: String
        let address: ReplicaAddress
        var health = ReplicaHealth()
        var underWay = 0
        /// The count of choices when it was last chosen.
        var chosen: UInt64 = 0
    }

    struct Share {
        let revision: String
        let traffic: Int
        let replicas: [Int]
    }

    private(set) var table: RoutingTable?
    private var origin: Origin?
    var endpoints: [String: [Share]] = [:]
    var replicas: [Int: Replica] = [:]
    private var numbers: [Key: Int] = [:]
    private var nextNumber = 0
    var choices: UInt64 = 0
    var budget: RetryBudget

    package init(budget: RetryBudget = RetryBudget()) { self.budget = budget }

    /// The version of the table it routes by; nil before the first.
    package var version: Int64? { self.table?.version }

    /// Takes a table unless a newer one, or one of better origin, is there already. Replicas that stay keep their health.
    ///
    /// - Returns: whether it was taken.
    package mutating func apply(_ table: RoutingTable, from origin: Origin) -> Bool {
        if let present = self.table, let held = self.origin {
            if held == .controlPlane, origin == .disk { return false }
            if held == origin, table.version <= present.version { return false }
        }
        self.table = table
        self.origin = origin
        var kept: [Key: Int] = [:]
        self.endpoints = Dictionary(
            table.endpoints.map { route in (route.endpoint, route.revisions.map { self.share($0, keeping: &kept) }) },
            uniquingKeysWith: { first, _ in first })
        self.numbers = kept
        let live = Set(kept.values)
        self.replicas = self.replicas.filter { live.contains($0.key) }
        return true
    }

    /// A try ended.
    ///
    /// - Returns: whether the replica is left alone from now on because of it.
    package mutating func settle(
        _ choice: Choice, _ outcome: Outcome, at now: TimeSpan, using random: inout some RandomNumberGenerator
    ) -> Bool {
        guard var replica = self.replicas[choice.replica] else { return false }
        defer { self.replicas[choice.replica] = replica }
        replica.underWay -= 1
        switch outcome {
        case .abandoned: return false
        case .answered:
            replica.health.answered()
            return false
        case .failed: return replica.health.failed(at: now, using: &random)
        }
    }

    /// The replicas whose health is to be checked now, at most `limit`. Each must be reported by `probed`.
    package mutating func takeProbes(at now: TimeSpan, limit: Int) -> [Probe] {
        var probes: [Probe] = []
        for number in self.replicas.keys.sorted() where probes.count < limit {
            guard self.replicas[number]?.health.takeProbe(at: now) == true, let replica = self.replicas[number] else {
                continue
            }
            probes.append(
                Probe(replica: number, run: replica.run, environment: replica.environment, address: replica.address))
        }
        return probes
    }

    /// A health check ended.
    package mutating func probed(
        _ probe: Probe, ready: Bool, at now: TimeSpan, using random: inout some RandomNumberGenerator
    ) {
        self.replicas[probe.replica]?.health.probed(ready, at: now, using: &random)
    }

    private mutating func share(_ route: RoutingTable.RevisionRoute, keeping kept: inout [Key: Int]) -> Share {
        let numbers = route.replicas.compactMap { replica -> Int? in
            guard let address = ReplicaAddress(url: replica.url) else { return nil }
            let key = Key(run: replica.run, url: replica.url)
            if let number = kept[key] ?? self.numbers[key] {
                kept[key] = number
                return number
            }
            self.nextNumber += 1
            kept[key] = self.nextNumber
            self.replicas[self.nextNumber] = Replica(
                run: replica.run, environment: replica.environment, address: address)
            return self.nextNumber
        }
        return Share(revision: route.revision, traffic: route.traffic, replicas: numbers)
    }
}

/// The replica a request is sent to.
package struct Choice: Sendable, Hashable {
    package let endpoint: String
    package let revision: String
    package let environment: String
    package let run: String
    package let address: ReplicaAddress
    /// Whether there is yet another replica that was not tried.
    package let hasAlternative: Bool
    let replica: Int
}

/// A health check to be made.
package struct Probe: Sendable, Hashable {
    let replica: Int
    package let run: String
    package let environment: String
    package let address: ReplicaAddress
}
