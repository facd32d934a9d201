package import Contract

/// Models over the API.
package struct ModelRoutes: Sendable {
    private let models: Models

    package init(models: Models) { self.models = models }

    package var bound: [BoundRoute] {
        let models = self.models
        return [
            Routes.listModels.bind { call in try await models.list(try call.page()) },
            Routes.getModel.bind { call in try await models.get(call.name()) },
            Routes.listModelVersions.bind { call in try await models.versions(of: call.name(), try call.page()) },
            Routes.setModelAlias.bind { call, assignment in
                try await models.setAlias(
                    call.name("alias"), of: call.name(), to: assignment.version, by: call.principal)
            },
            Routes.deleteModelAlias.bind { call in
                try await models.deleteAlias(call.name("alias"), of: call.name(), by: call.principal)
                return try await models.get(call.name())
            },
        ]
    }
}
