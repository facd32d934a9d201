package import Contract

/// One route of MLflow's API.
package struct MLflowRoute: Sendable {
    /// Where a path is found: MLflow serves what came with version 2 under `/api/2.0` and what came with version 3 under
    /// `/api/3.0`, and both again under `/ajax-api`.
    package enum Prefix: Sendable, Hashable, CaseIterable {
        case version2, version3, root
    }

    /// What the caller must be allowed to do.
    package enum Permission: Sendable {
        /// Anybody, without credentials.
        case open
        case read
        case edit
        case admin

        /// The least role that may; nil for everybody.
        var role: Role? {
            switch self {
            case .open: nil
            case .read: .viewer
            case .edit: .developer
            case .admin: .admin
            }
        }
    }

    /// How the request's body is taken.
    package enum Body: Sendable {
        /// A JSON object; of GET and DELETE also the query.
        case fields
        /// The handler reads it from `MLflowCall.http`.
        case stream
    }

    package typealias Handler = @Sendable (MLflowCall) async throws -> Answer

    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    package let method: String
    /// What follows the prefix. `{name}` stands for one part and `{name...}`, at the end, for all that follow.
    package let path: String
    package let prefix: Prefix
    package let permission: Permission
    package let body: Body
    package let handle: Handler
    /// Why the route is known and refused; nil of those that are answered.
    package let refusal: String?

    package init(
        _ method: String, _ path: String, in prefix: Prefix = .version2, _ permission: Permission = .read,
        body: Body = .fields, refusal: String? = nil, handle: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.prefix = prefix
        self.permission = permission
        self.body = body
        self.handle = handle
        self.refusal = refusal
    }
}

/// A request that may be answered.
package struct MLflowCall: Sendable {
    package let principal: Principal
    /// Decoded, by name.
    package let path: [String: String]
    package let fields: MLflowFields
    /// As it came in, for bodies that are streamed and headers that matter.
    package let http: CompatibleCall
}
