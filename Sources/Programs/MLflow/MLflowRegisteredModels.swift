import Contract
import Models

// Registered models, and prompts, which are registered models with a tag.
extension MLflowRegistry {
    var modelRoutes: [MLflowRoute] {
        [
            self.route("POST", "registered-models/create", .edit) { call in
                let model = try await self.models.create(
                    try call.fields.required("name"), description: try call.fields.string("description") ?? "",
                    tags: try call.fields.tags(), by: call.principal)
                return Self.answer(ModelDetails(model: model, latest: []))
            },
            self.route("GET", "registered-models/get") { call in
                Self.answer(try await self.models.details(try call.fields.required("name")))
            },
            self.route("PATCH", "registered-models/update", .edit) { call in
                Self.answer(
                    try await self.models.describe(
                        try call.fields.required("name"), try call.fields.string("description") ?? "",
                        by: call.principal))
            },
            self.route("POST", "registered-models/rename", .edit) { call in
                Self.answer(
                    try await self.models.rename(
                        try call.fields.required("name"), to: try call.fields.required("new_name"), by: call.principal))
            },
            self.route("DELETE", "registered-models/delete", .edit) { call in
                try await self.models.delete(try call.fields.required("name"), by: call.principal)
                return MLflowWriter.empty
            },
            self.route("GET", "registered-models/get-latest-versions", handle: self.latestVersions),
            self.route("POST", "registered-models/get-latest-versions", handle: self.latestVersions),
            self.route("POST", "registered-models/set-tag", .edit) { call in
                try await self.models.setTag(
                    try call.fields.required("key"), try call.fields.string("value") ?? "",
                    of: try call.fields.required("name"), by: call.principal)
                return MLflowWriter.empty
            },
            self.route("DELETE", "registered-models/delete-tag", .edit) { call in
                try await self.models.deleteTag(
                    try call.fields.required("key"), of: try call.fields.required("name"), by: call.principal)
                return MLflowWriter.empty
            },
            self.route("GET", "registered-models/alias") { call in
                let version = try await self.models.version(
                    try call.fields.required("name"), alias: try call.fields.required("alias"))
                return Self.answer(version)
            },
            self.route("POST", "registered-models/alias", .edit, isVersion: true) { call in
                _ = try await self.models.setAlias(
                    try call.fields.required("alias"), of: try call.fields.required("name"),
                    to: try call.fields.version(), by: call.principal)
                return MLflowWriter.empty
            },
            self.route("DELETE", "registered-models/alias", .edit) { call in
                try await self.models.deleteAlias(
                    try call.fields.required("alias"), of: try call.fields.required("name"), by: call.principal)
                return MLflowWriter.empty
            },
        ]
    }

    @Sendable private func latestVersions(_ call: MLflowCall) async throws -> Answer {
        let versions = try await self.models.latest(
            of: try call.fields.required("name"), in: try call.fields.strings("stages"))
        return MLflowWriter.answer {
            $0.list("model_versions", versions) { writer, version in
                writer.object { $0.version(version, aliases: version.aliases) }
            }
        }
    }

    private static func answer(_ details: ModelDetails) -> Answer {
        MLflowWriter.answer {
            $0.object("registered_model") { $0.model(details.model, latest: details.latest) }
        }
    }

    static func answer(_ version: ModelVersion) -> Answer {
        MLflowWriter.answer {
            $0.object("model_version") { $0.version(version, aliases: version.aliases) }
        }
    }
}
