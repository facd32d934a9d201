import Kernel

extension RouteMachine {
    /// The replica for the first try of a request.
    ///
    /// - Throws: `noRoutingTable`, `unknownEndpoint`, `noReadyReplica`.
    /// - Complexity: O(replicas of the endpoint).
    package mutating func choose(
        endpoint: String, using random: inout some RandomNumberGenerator
    ) throws(GatewayError) -> Choice {
        guard self.table != nil else { throw .noRoutingTable }
        guard let shares = self.endpoints[endpoint] else {
            throw .unknownEndpoint(endpoint, known: Array(self.endpoints.keys.sorted().prefix(3)))
        }
        self.budget.deposit()
        let found =
            self.draw(from: shares, besides: [], onlyHealthy: true, using: &random)
            ?? self.draw(from: shares, besides: [], onlyHealthy: false, using: &random)
        guard let found else { throw .noReadyReplica(endpoint: endpoint) }
        return self.take(found.replica, of: found.share, endpoint: endpoint, besides: [])
    }

    /// Another replica for a request that failed at `tried`; nil when there is none, or too many were tried again lately.
    package mutating func chooseAgain(
        endpoint: String, after tried: [Choice], using random: inout some RandomNumberGenerator
    ) -> Choice? {
        guard let shares = self.endpoints[endpoint], let last = tried.last else { return nil }
        let besides = tried.map(\.replica)
        let same = shares.filter { $0.revision == last.revision }
        let found =
            self.draw(from: same, besides: besides, onlyHealthy: true, using: &random)
            ?? self.draw(from: shares, besides: besides, onlyHealthy: true, using: &random)
            ?? self.draw(from: same, besides: besides, onlyHealthy: false, using: &random)
            ?? self.draw(from: shares, besides: besides, onlyHealthy: false, using: &random)
        guard let found, self.budget.withdraw() else { return nil }
        return self.take(found.replica, of: found.share, endpoint: endpoint, besides: besides)
    }

    private func draw(
        from shares: [Share], besides tried: [Int], onlyHealthy: Bool, using random: inout some RandomNumberGenerator
    ) -> (share: Share, replica: Int)? {
        var total = 0
        for share in shares where share.traffic > 0 {
            if self.best(of: share, besides: tried, onlyHealthy: onlyHealthy) != nil { total += share.traffic }
        }
        guard total > 0 else { return nil }
        var ticket = Int.random(in: 0..<total, using: &random)
        for share in shares where share.traffic > 0 {
            guard let replica = self.best(of: share, besides: tried, onlyHealthy: onlyHealthy) else { continue }
            ticket -= share.traffic
            if ticket < 0 { return (share, replica) }
        }
        return nil
    }

    /// The replica with the fewest requests under way; of equals the one chosen longest ago.
    private func best(of share: Share, besides tried: [Int], onlyHealthy: Bool) -> Int? {
        var best: (number: Int, underWay: Int, chosen: UInt64)?
        for number in share.replicas where !tried.contains(number) {
            guard let replica = self.replicas[number], !onlyHealthy || replica.health.isHealthy else { continue }
            if let held = best, (held.underWay, held.chosen) <= (replica.underWay, replica.chosen) { continue }
            best = (number, replica.underWay, replica.chosen)
        }
        return best?.number
    }

    private mutating func take(_ number: Int, of share: Share, endpoint: String, besides tried: [Int]) -> Choice {
        guard var replica = self.replicas[number] else {
            preconditionFailure("a share names a replica that is not there")
        }
        self.choices += 1
        replica.underWay += 1
        replica.chosen = self.choices
        self.replicas[number] = replica
        let others = self.endpoints[endpoint]?.contains { other in
            other.traffic > 0 && other.replicas.contains { $0 != number && !tried.contains($0) }
        }
        return Choice(
            endpoint: endpoint, revision: share.revision, environment: replica.environment, run: replica.run,
            address: replica.address, hasAlternative: others ?? false, replica: number)
    }
}
