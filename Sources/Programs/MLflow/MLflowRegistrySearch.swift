import Contract
import Models

// Searches of registered models and of versions.
extension MLflowRegistry {
    private static let defaultModels: Int64 = 100
    private static let maximumModels: Int64 = 1000
    private static let defaultVersions: Int64 = 10_000
    private static let maximumVersions: Int64 = 200_000

    var searchRoutes: [MLflowRoute] {
        [
            self.route("GET", "registered-models/search", handle: self.searchModels),
            self.route("GET", "model-versions/search", handle: self.searchVersions),
        ]
    }

    @Sendable private func searchModels(_ call: MLflowCall) async throws -> Answer {
        let search = try Self.search(call.fields, default: Self.defaultModels, maximum: Self.maximumModels)
        let page = try await self.models.searchModels(search)
        return MLflowWriter.answer {
            $0.list("registered_models", page.items) { writer, details in
                writer.object { $0.model(details.model, latest: details.latest) }
            }
            $0.field("next_page_token", page.next)
        }
    }

    @Sendable private func searchVersions(_ call: MLflowCall) async throws -> Answer {
        if let asked = try call.fields.integer("max_results"), asked < 1 {
            throw MLflowError(
                .invalidParameterValue, "Invalid value for max_results. It must be a positive integer, but got \(asked)"
            )
        }
        let search = try Self.search(call.fields, default: Self.defaultVersions, maximum: Self.maximumVersions)
        let page = try await self.models.searchVersions(search)
        return MLflowWriter.answer {
            $0.list("model_versions", page.items) { writer, version in
                writer.object { $0.version(version, aliases: []) }
            }
            $0.field("next_page_token", page.next)
        }
    }

    private static func search(_ fields: MLflowFields, default: Int64, maximum: Int64) throws -> ModelSearch {
        let limit = try fields.integer("max_results") ?? `default`
        guard limit <= maximum else {
            throw MLflowError.invalid(fields["max_results"] ?? .integer(limit), for: "max_results")
        }
        return ModelSearch(
            filter: try fields.string("filter"), order: try fields.strings("order_by"),
            token: try fields.string("page_token"), limit: Int(max(0, limit)))
    }
}
