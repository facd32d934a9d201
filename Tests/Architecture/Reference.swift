import Contract
import Foundation
import Kernel
import Testing

/// A page of `docs/reference` that is written from the code. `MARTLET_WRITE_REFERENCE=1 swift test --filter Reference` writes
/// the pages anew; without it a page that is out of date fails.
struct ReferencePage: Sendable, CustomTestStringConvertible {
    let path: String
    let content: @Sendable () -> String

    var testDescription: String { self.path }

    static let all = [
        ReferencePage(path: "docs/reference/api.md", content: Self.routes),
        ReferencePage(path: "docs/reference/faults.md", content: Self.faults),
    ]

    private static func routes() -> String {
        var page = """
            # The API

            Every request is JSON over HTTP with `Authorization: Bearer <token>`; field names are camelCase, money is integer
            nano-dollars, times are RFC 3339 in UTC, durations are texts such as `90s`. Listings are pages: `{"items": [...],
            "next": "..."}`, `next` goes into `cursor`. Errors are described in [faults.md](faults.md). The schemas are in
            `/api/v1/openapi.json`, which is made from the same table as this page.

            """
        let rows = RouteTable.all.sorted { ($0.path, $0.method.rawValue) < ($1.path, $1.method.rawValue) }
        for row in rows {
            page += "\n## `\(row.key)`\n\n\(row.summary)\n\n"
            page +=
                "Needs \(Self.words(row.access)). Takes \(Self.words(row.request)), answers \(Self.words(row.response)).\n"
            if case .nothing = row.request {} else { page += "A body above \(row.bodyLimit) is refused.\n" }
            if !row.query.isEmpty {
                page += "\n| query | |\n|---|---|\n"
                page += row.query.map { "| `\($0.name)` | \($0.summary) |\n" }.joined()
            }
        }
        return page
    }

    private static func words(_ access: RouteAccess) -> String {
        switch access {
        case .open: "no token"
        case .role(let role): "the role `\(role.rawValue)`"
        case .worker: "the token of the worker concerned"
        case .gateway: "the role `viewer`, or a gateway's token"
        case .joinToken: "a join token"
        }
    }

    private static func words(_ payload: Payload) -> String {
        switch payload {
        case .nothing: "nothing"
        case .json(let type): "`\(type)`"
        case .bytes(let contentType): "`\(contentType)`"
        case .events(let type): "server-sent events of `\(type)`"
        }
    }

    private static func faults() -> String {
        """
        # Faults

        Every error says what happened, with the value, and what to do next:
        `{"error": {"kind": "...", "message": "...", "reference": "..."}}`. The reference is in the operator's log. Act on the kind,
        show the message.

        | kind | HTTP | exit code of `martlet` | the same request again |
        |---|---|---|---|

        """
            + FaultKind.allCases.map {
                "| `\($0.rawValue)` | \($0.httpStatus) | \($0.exitCode) | \($0.isRetryable ? "soon" : $0 == .exhausted ? "later" : "no") |\n"
            }.joined() + """

                A body above a route's limit is `invalid` and answered with HTTP 413 before it is read.

                """
    }
}

@Suite struct Reference {
    static let rewrites = ProcessInfo.processInfo.environment["MARTLET_WRITE_REFERENCE"] == "1"

    @Test("a reference page says what the code says", arguments: ReferencePage.all)
    func isCurrent(page: ReferencePage) throws {
        let content = page.content()
        if Self.rewrites {
            let file = SourceTree.root.appendingPathComponent(page.path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try content.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(
            SourceTree.text(page.path) == content,
            "out of date: MARTLET_WRITE_REFERENCE=1 swift test --filter Architecture.Reference")
    }

    @Test("martlet-yaml.md documents every field, and no field that is not there")
    func yamlFields() {
        let page = SourceTree.text("docs/reference/martlet-yaml.md")
        let documented = Set(
            page.matches(of: #/^\| `([a-z0-9\-]+)` \|/#.anchorsMatchLineEndings()).map { String($0.1) })
        let types = [
            "ProjectSpec", "PipelineSpec", "NodeSpec", "RegisterSpec", "DeploySpec", "StepSpec", "Resources",
            "RetryPolicy",
            "PlacementPolicy", "Declassification", "Environment", "Amortisation", "Store",
            "PriceBook", "Discount", "Credit", "Commitment",
        ]
        let fields = types.reduce(into: Set<String>()) { $0.formUnion(Self.fields(of: $1)) }
        #expect(fields.subtracting(documented) == [], "fields without a row")
        #expect(
            documented.subtracting(fields).subtracting(["kind", "endpoint", "revisions"]) == [], "rows without a field")
    }

    @Test("every limit that limits.md names has the value that it says")
    func limits() throws {
        let page = SourceTree.text("docs/reference/limits.md")
        let rows = page.matches(of: #/^\|[^|]*\| ([^|]+) \| `(\w+)\.(\w+)` \|/#.anchorsMatchLineEndings())
        #expect(rows.count >= 10)
        for row in rows {
            let files = SourceTree.house.sources.filter {
                $0.text.contains(try! Regex("(struct|enum|class) \(row.2)\\b|extension \(row.2)\\b"))
            }
            let pattern = try Regex("static let \(row.3)(:[^=]+)? = (.+)")
            let found = files.compactMap { $0.text.firstMatch(of: pattern)?.output[2].substring }.map(String.init)
            #expect(!found.isEmpty, "\(row.2).\(row.3) is not in the code")
            let value = String(row.1).replacing("`", with: "")
            #expect(found.contains(value), "\(row.2).\(row.3) is \(found), the page says \(value)")
        }
    }

    /// The stored properties of a value in Contract, as they are written in YAML.
    static func fields(of type: String) -> Set<String> {
        for file in SourceTree.house.sources where file.target == "Contract" {
            guard let start = file.code.range(of: "package struct \(type): ") else { continue }
            let body = file.code[start.upperBound...]
            let end = body.range(of: "package init(")?.lowerBound ?? body.endIndex
            return Set(
                body[..<end].matches(of: #/package var (\w+): [^{\n]+$/#.anchorsMatchLineEndings()).map {
                    self.kebab(String($0.1))
                })
        }
        return []
    }

    static func kebab(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
    }

    @Test("the reader of fields finds them") func readsFields() {
        #expect(Self.fields(of: "RegisterSpec") == ["model", "from", "metric", "higher-is-better", "alias"])
        #expect(Self.fields(of: "Amortisation").contains("electricity-per-kilowatt-hour"))
    }
}
