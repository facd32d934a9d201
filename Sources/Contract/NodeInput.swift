/// Where an input of a node comes from: one reference, or several of which each lies in a folder of its name.
///
/// On the wire and in YAML `"prepare.split"` or `["a.y", "b.y"]`.
package struct NodeInput: Sendable, Hashable, ExpressibleByStringLiteral {
    /// As they are written; see `InputReference`.
    package var references: [String]

    package init(_ references: [String]) { self.references = references }
    package init(stringLiteral reference: String) { self.references = [reference] }
}

extension NodeInput: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let one = try? container.decode(String.self) {
            self.references = [one]
        } else {
            self.references = try container.decode([String].self)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if self.references.count == 1 {
            try container.encode(self.references[0])
        } else {
            try container.encode(self.references)
        }
    }
}
