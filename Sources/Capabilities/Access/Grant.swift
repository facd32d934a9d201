/// A permission on one thing of a kind, or on all of them (`*`).
package struct Grant: Sendable, Hashable {
    package static let all = "*"

    package var type: ResourceType
    package var pattern: String
    package var permission: Permission

    package init(type: ResourceType, pattern: String, permission: Permission) {
        self.type = type
        self.pattern = pattern
        self.permission = permission
    }

    func applies(to resource: Resource) -> Bool {
        self.type == resource.type && (self.pattern == Self.all || self.pattern == resource.id)
    }
}

/// A thing that is asked about; `*` when it has no name of its own.
package struct Resource: Sendable, Hashable {
    package var type: ResourceType
    package var id: String

    package init(_ type: ResourceType, _ id: String = Grant.all) {
        self.type = type
        self.id = id
    }
}

/// One thing that an operation needs: an action on a resource.
///
/// The first of the resource and its `fallbacks` on which there is any grant decides, so that a narrower grant is not
/// rescued, nor held back, by a wider one.
package struct Requirement: Sendable, Hashable {
    package var resource: Resource
    package var action: Permission.Action
    package var fallbacks: [Resource]

    package init(_ resource: Resource, _ action: Permission.Action, or fallbacks: [Resource] = []) {
        self.resource = resource
        self.action = action
        self.fallbacks = fallbacks
    }
}

/// Everything that was granted to one user, by whatever role.
package struct Grants: Sendable, Hashable {
    /// What whoever is known may do where nothing is granted: read.
    package static let standard = Permission.read

    package var grants: [Grant]
    /// What holds where nothing is granted.
    package var otherwise: Permission

    package init(_ grants: [Grant], otherwise: Permission = Self.standard) {
        self.grants = grants
        self.otherwise = otherwise
    }

    /// Who manages the workspace is not to be restricted, by no veto either.
    private var managesAll: Bool {
        self.grants.contains { $0.type == .workspace && $0.pattern == Grant.all && $0.permission == .manage }
    }

    /// Whether anything is vetoed on the kind: only then can a listing show less than everything.
    package func denies(_ type: ResourceType) -> Bool {
        !self.managesAll
            && (self.otherwise == .none || self.grants.contains { $0.type == type && $0.permission == .deny })
    }

    /// What may be done with a resource.
    ///
    /// - Complexity: O(grants).
    package func permission(on resource: Resource, or fallbacks: [Resource] = []) -> Permission {
        if self.managesAll { return .manage }
        for key in [resource] + fallbacks {
            if let granted = self.granted(key) { return granted.raised(to: self.otherwise) }
        }
        return self.otherwise
    }

    package func meets(_ requirement: Requirement) -> Bool {
        self.permission(on: requirement.resource, or: requirement.fallbacks).allows(requirement.action)
    }

    /// The veto if there is one, else the highest of several; nil when nothing is granted there.
    private func granted(_ resource: Resource) -> Permission? {
        var best: Permission?
        for grant in self.grants where grant.applies(to: resource) {
            if grant.permission == .deny { return .deny }
            best = best.map { Permission.higher($0, grant.permission) } ?? grant.permission
        }
        return best
    }
}
