import Contract
import Kernel

/// The API in OpenAPI 3.1, made from the route table and from the types that its rows name.
struct OpenAPIDocument {
    /// The version of the API, not of the program.
    static let version = "1.0.0"

    private let probe = SchemaProbe()

    /// - Throws: `SchemaError` when a type in the table has no schema.
    static func make(_ table: [RouteRow]) throws -> JSONValue {
        try OpenAPIDocument().document(table)
    }

    private func document(_ table: [RouteRow]) throws -> JSONValue {
        var paths: [String: [String: JSONValue]] = [:]
        for row in table { paths[row.path, default: [:]][row.method.rawValue.lowercased()] = try self.operation(row) }
        _ = try self.probe.schema(of: ErrorBody.self)
        let schemes: JSONValue = ["token": ["type": "http", "scheme": "bearer"]]
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Martlet", "version": .string(Self.version),
                "description": "The control plane's API. Listings are pages; pass `next` as `cursor` to go on.",
            ],
            "paths": .object(paths.mapValues(JSONValue.object)),
            "components": ["schemas": .object(self.probe.components), "securitySchemes": schemes],
        ]
    }

    private func operation(_ row: RouteRow) throws -> JSONValue {
        var operation: [String: JSONValue] = [
            "operationId": .string(Self.operationID(row)),
            "summary": .string(row.summary),
            "tags": [.string(Self.tag(row))],
            "x-martlet-access": .string(Self.access(row.access)),
            "responses": try self.responses(row),
        ]
        let parameters = Self.parameters(row)
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        if let content = try self.content(row.request) {
            operation["requestBody"] = ["required": true, "content": content]
            operation["x-martlet-body-limit"] = .integer(row.bodyLimit.bytes)
        }
        if row.access != .open { operation["security"] = [["token": []]] }
        return .object(operation)
    }

    private func responses(_ row: RouteRow) throws -> JSONValue {
        var success: [String: JSONValue] = ["description": "Done."]
        if let content = try self.content(row.response) { success["content"] = content }
        return [
            "200": .object(success),
            "default": [
                "description": "What went wrong, and what to do next.",
                "content": ["application/json": ["schema": ["$ref": "#/components/schemas/ErrorBody"]]],
            ],
        ]
    }

    private func content(_ payload: Payload) throws -> JSONValue? {
        switch payload {
        case .nothing:
            return nil
        case .json(let type):
            return ["application/json": ["schema": try self.probe.schema(of: type)]]
        case .bytes(let contentType):
            let media = String(contentType.prefix { $0 != ";" })
            return .object([media: ["schema": ["type": "string"]]])
        case .events(let type):
            // The schema is that of one event's data.
            return ["text/event-stream": ["schema": try self.probe.schema(of: type)]]
        }
    }

    private static func parameters(_ row: RouteRow) -> [JSONValue] {
        let path = row.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { part -> JSONValue in
            [
                "name": .string(String(part.dropFirst().dropLast())), "in": "path", "required": true,
                "schema": ["type": "string"],
            ]
        }
        let query = row.query.map { parameter -> JSONValue in
            [
                "name": .string(parameter.name), "in": "query", "description": .string(parameter.summary),
                "schema": ["type": "string"],
            ]
        }
        return path + query
    }

    /// `postEnvironmentsNameJoinTokens`: the method and the words of the path.
    private static func operationID(_ row: RouteRow) -> String {
        let words = row.path.split { !$0.isLetter && !$0.isNumber }.map(String.init).filter {
            $0 != "api" && $0 != "v1"
        }
        return row.method.rawValue.lowercased() + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private static func tag(_ row: RouteRow) -> String {
        let parts = row.path.split(separator: "/")
        return String(parts.count > 2 ? parts[2] : "system")
    }

    private static func access(_ access: RouteAccess) -> String {
        switch access {
        case .open: "open"
        case .role(let role): role.rawValue
        case .worker: "worker"
        case .gateway: "gateway or viewer"
        case .joinToken: "join token"
        }
    }
}
