package import Contract
import Kernel

extension EndpointMachine {
    /// Who gets the traffic now: revisions that have a ready replica, with their shares.
    ///
    /// A revision that arrives gets its share once it has arrived. Until then what leaves gets it, in proportion to what it had;
    /// when nothing of that is ready either, the arriving one takes what it can. Shares are whole per cent and need not sum to
    /// 100: gateways weigh those that are there.
    package var routes: [RoutingTable.RevisionRoute] {
        let leaving = self.revisions.filter {
            $0.phase == .leaving && $0.retireAt == nil && !self.ready($0.key).isEmpty
        }
        let old = leaving.reduce(0) { $0 + $1.traffic }
        let isSurging = old > 0
        var routes: [RoutingTable.RevisionRoute] = []
        var free = 0
        for revision in self.revisions where revision.phase != .leaving {
            if revision.phase == .arriving, isSurging {
                free += revision.traffic
            } else {
                routes += self.route(revision, traffic: revision.traffic)
            }
        }
        for revision in leaving where free > 0 {
            // Rounded up, so that a small share is not rounded away.
            routes += self.route(revision, traffic: (free * revision.traffic + old - 1) / old)
        }
        return routes.sorted { ($0.revision, $0.traffic) < ($1.revision, $1.traffic) }
    }

    private func route(_ revision: Revision, traffic: Int) -> [RoutingTable.RevisionRoute] {
        let replicas = self.ready(revision.key).compactMap { replica in
            replica.url.map {
                RoutingTable.Replica(run: replica.run.description, environment: replica.environment ?? "", url: $0)
            }
        }
        guard !replicas.isEmpty, traffic > 0 else { return [] }
        return [
            RoutingTable.RevisionRoute(
                revision: revision.key.name, traffic: traffic, replicas: replicas.sorted { $0.run < $1.run })
        ]
    }
}
