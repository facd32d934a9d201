import Contract
import Models

// Versions of registered models, and of prompts.
extension MLflowRegistry {
    var versionRoutes: [MLflowRoute] {
        [
            self.route("POST", "model-versions/create", .edit) { call in
                Self.answer(try await self.models.add(try Self.draft(call.fields), by: call.principal))
            },
            self.route("GET", "model-versions/get", isVersion: true) { call in
                Self.answer(
                    try await self.models.get(try call.fields.required("name"), try call.fields.version()))
            },
            self.route("PATCH", "model-versions/update", .edit, isVersion: true) { call in
                Self.answer(
                    try await self.models.describe(
                        try call.fields.required("name"), try call.fields.version(),
                        try call.fields.string("description"), by: call.principal))
            },
            self.route("POST", "model-versions/transition-stage", .edit, isVersion: true) { call in
                Self.answer(
                    try await self.models.move(
                        try call.fields.required("name"), try call.fields.version(),
                        to: try call.fields.required("stage"),
                        archiving: try call.fields.bool("archive_existing_versions") ?? false, by: call.principal))
            },
            self.route("DELETE", "model-versions/delete", .edit, isVersion: true) { call in
                try await self.models.delete(
                    try call.fields.required("name"), try call.fields.version(), by: call.principal)
                return MLflowWriter.empty
            },
            self.route("GET", "model-versions/get-download-uri", isVersion: true) { call in
                let location = try await self.models.location(
                    of: try call.fields.required("name"), try call.fields.version())
                return MLflowWriter.answer { $0.field("artifact_uri", location) }
            },
            self.route("POST", "model-versions/set-tag", .edit, isVersion: true) { call in
                try await self.models.setTag(
                    try call.fields.required("key"), try call.fields.string("value") ?? "",
                    of: try call.fields.required("name"), try call.fields.version(), by: call.principal)
                return MLflowWriter.empty
            },
            self.route("DELETE", "model-versions/delete-tag", .edit, isVersion: true) { call in
                try await self.models.deleteTag(
                    try call.fields.required("key"), of: try call.fields.required("name"), try call.fields.version(),
                    by: call.principal)
                return MLflowWriter.empty
            },
        ]
    }

    private static func draft(_ fields: MLflowFields) throws -> VersionDraft {
        VersionDraft(
            model: try fields.required("name"), source: try fields.required("source"), run: try fields.string("run_id"),
            runLink: try fields.string("run_link"), loggedModel: try fields.string("model_id"),
            description: try fields.string("description") ?? "", tags: try fields.tags())
    }
}
