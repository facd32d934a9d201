/// What a step reads under `$MARTLET_INPUTS/<name>/`.
///
/// On the wire and in YAML a list of names, each of which a run must give, or an object of names with what is said of each:
/// `{"x": {"optional": true}}`.
package struct StepInputs: Sendable, Hashable, ExpressibleByArrayLiteral {
    package var byName: [String: StepInput]

    package init(_ byName: [String: StepInput]) { self.byName = byName }

    /// Inputs that must all be given.
    package init(arrayLiteral names: String...) {
        self.byName = Dictionary(names.map { ($0, StepInput()) }) { first, _ in first }
    }

    package var names: [String] { self.byName.keys.sorted() }
    /// Those that a run must give.
    package var required: [String] { self.names.filter { self.byName[$0]?.optional != true } }
    package func contains(_ name: String) -> Bool { self.byName[name] != nil }
}

/// What a step says of one input.
package struct StepInput: Codable, Sendable, Hashable {
    /// Whether a run may leave it out; false when absent.
    package var optional: Bool?

    package init(optional: Bool? = nil) { self.optional = optional }
}

extension StepInputs: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let names = try? container.decode([String].self) {
            self.init(try container.unique(names, StepInput()))
        } else {
            self.init(try container.decode([String: StepInput].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        let isPlain = self.byName.values.allSatisfy { $0 == StepInput() }
        if isPlain { try container.encode(self.names) } else { try container.encode(self.byName) }
    }
}
