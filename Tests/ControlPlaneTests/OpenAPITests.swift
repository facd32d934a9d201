import Contract
import Kernel
import Testing

@Suite("the description of the API")
struct OpenAPITests {
    private func document() async throws -> JSONValue {
        let box = Box()
        try await withServer { server in
            let answer = try await server.send("GET", "/api/v1/openapi.json")
            box.value = try Wire.decode(JSONValue.self, from: answer.body)
        }
        return box.value
    }

    private final class Box: @unchecked Sendable {
        // SAFETY: written before `withServer` returns and read after it.
        var value = JSONValue.null
    }

    @Test("has every route of the table with its parameters, and nothing more")
    func routes() async throws {
        let document = try await self.document()
        guard case .object(let paths) = document["paths"] else {
            Issue.record("no paths")
            return
        }
        var described: Set<String> = []
        for (path, operations) in paths {
            guard case .object(let operations) = operations else { continue }
            for method in operations.keys { described.insert("\(method.uppercased()) \(path)") }
        }
        #expect(described == Set(RouteTable.all.map(\.key)))
        for row in RouteTable.all {
            let operation = paths[row.path]?[row.method.rawValue.lowercased()]
            var names: Set<String> = []
            if case .array(let parameters) = operation?["parameters"] {
                names = Set(parameters.compactMap { $0["name"]?.stringValue })
            }
            let inPath = row.path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
                String($0.dropFirst().dropLast())
            }
            #expect(names == Set(row.query.map(\.name) + inPath), "\(row.key)")
            #expect((operation?["security"] == nil) == (row.access == .open), "\(row.key)")
        }
    }

    @Test("every reference resolves, and every operation has an id of its own")
    func references() async throws {
        let document = try await self.document()
        guard case .object(let schemas) = document["components"]?["schemas"] else {
            Issue.record("no schemas")
            return
        }
        var references: Set<String> = []
        var ids: [String] = []
        func walk(_ value: JSONValue) {
            switch value {
            case .object(let fields):
                if let reference = fields["$ref"]?.stringValue { references.insert(reference) }
                if let id = fields["operationId"]?.stringValue { ids.append(id) }
                fields.values.forEach(walk)
            case .array(let values): values.forEach(walk)
            default: break
            }
        }
        walk(document)
        #expect(!references.isEmpty)
        for reference in references {
            #expect(schemas[String(reference.dropFirst("#/components/schemas/".count))] != nil, "\(reference)")
        }
        #expect(Set(ids).count == ids.count)
        #expect(ids.count == RouteTable.all.count)
    }

    @Test("says of a run which fields it has, which may be absent, and which statuses there are")
    func run() async throws {
        let schemas = try await self.document()["components"]?["schemas"]
        let run = schemas?["Run"]
        #expect(run?["properties"]?["id"]?["pattern"]?.stringValue?.hasPrefix("^run_") == true)
        #expect(run?["properties"]?["status"]?["enum"] == .array(RunStatus.allCases.map { .string($0.rawValue) }))
        #expect(run?["properties"]?["cost"]?["type"]?.stringValue == "integer")
        guard case .array(let required) = run?["required"] else {
            Issue.record("nothing required")
            return
        }
        #expect(required.contains("submittedAt"))
        #expect(!required.contains("endedAt"))
        #expect(
            schemas?["PageOfRun"]?["properties"]?["items"]?["items"]?["$ref"]?.stringValue == "#/components/schemas/Run"
        )
    }
}
