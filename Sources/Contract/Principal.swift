import Kernel

/// What someone may do. Each role may do what the roles before it may; `worker` and `gateway` stand apart.
package enum Role: String, Codable, Sendable, CaseIterable {
    /// Reads everything but secrets.
    case viewer
    /// Submits and cancels runs, pipelines, datasets, models and endpoints.
    case developer
    /// Declares environments and stores, issues join tokens, releases residency (`declassify`).
    case `operator`
    /// Issues and revokes tokens.
    case admin
    /// A machine that runs attempts: may speak of its own attempts only.
    case worker
    /// An inference gateway: reads the routing table, reports what it served.
    case gateway

    /// Whether a principal of this role may do what needs `required`.
    package func includes(_ required: Role) -> Bool {
        let ladder: [Role] = [.viewer, .developer, .operator, .admin]
        guard let mine = ladder.firstIndex(of: self), let needed = ladder.firstIndex(of: required) else {
            return self == required
        }
        return mine >= needed
    }
}

/// Who is asking: the user, worker or gateway behind a request.
package struct Principal: Codable, Hashable, Sendable {
    /// A user's name, or the id of a worker or gateway.
    package var name: String
    package var role: Role

    package init(name: String, role: Role) {
        self.name = name
        self.role = role
    }

    /// The control plane itself, when a reconciler acts.
    package static let controlPlane = Principal(name: "martletd", role: .admin)
}
