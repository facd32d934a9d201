package import Contract

/// The routes of tokens.
package struct AccessRoutes: Sendable {
    private let access: Access

    package init(access: Access) { self.access = access }

    package var bound: [BoundRoute] {
        let access = self.access
        return [
            Routes.whoami.bind { call in call.principal },
            Routes.issueToken.bind { call, request in try await access.issue(request, by: call.principal) },
            Routes.listTokens.bind { call in try await access.tokens(try call.page()) },
            Routes.revokeToken.bind { call in
                try await access.revoke(try call.id(of: AccessToken.self), by: call.principal)
            },
            Routes.checkToken.bind { _, check in try await access.check(check) },
        ]
    }
}
