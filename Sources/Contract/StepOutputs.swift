package import Kernel

/// What a step writes under `$MARTLET_OUTPUTS`.
///
/// On the wire and in YAML a list of names, or an object of names with what is said of each:
/// `{"model": {"path": "out/model", "size": 53687091200}}`.
package struct StepOutputs: Sendable, Hashable, ExpressibleByArrayLiteral {
    package var byName: [String: StepOutput]

    package init(_ byName: [String: StepOutput]) { self.byName = byName }

    package init(arrayLiteral names: String...) {
        self.byName = Dictionary(names.map { ($0, StepOutput()) }) { first, _ in first }
    }

    package var names: [String] { self.byName.keys.sorted() }
    package func contains(_ name: String) -> Bool { self.byName[name] != nil }

    /// Where an output lies under `$MARTLET_OUTPUTS`: its own path, else its name.
    package func path(of name: String) -> String {
        guard let path = self.byName[name]?.path else { return name }
        return path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// The path of `<output>` or `<output>/<rest>` in the tree that the step commits.
    package func resolved(_ reference: String) -> String {
        let name = String(reference.prefix { $0 != "/" })
        return self.path(of: name) + reference.dropFirst(name.count)
    }

    /// How large they are expected to be, all together; nil when nothing is said of any.
    package var expectedSize: ByteCount? {
        let sizes = self.byName.values.compactMap(\.size)
        return sizes.isEmpty ? nil : sizes.reduce(.zero, +)
    }

    /// How large `<output>` or a part of it is expected to be at most; an empty reference is everything.
    package func expectedSize(of reference: String) -> ByteCount? {
        reference.isEmpty ? self.expectedSize : self.byName[String(reference.prefix { $0 != "/" })]?.size
    }
}

/// What a step says of one output.
package struct StepOutput: Codable, Sendable, Hashable {
    /// Where it lies under `$MARTLET_OUTPUTS`; a file or folder named as the output is when absent.
    package var path: String?
    /// Expected, for what moving and keeping it will cost before a run has shown it.
    package var size: ByteCount?

    package init(path: String? = nil, size: ByteCount? = nil) {
        self.path = path
        self.size = size
    }
}

extension StepOutputs: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let names = try? container.decode([String].self) {
            self.init(try container.unique(names, StepOutput()))
        } else {
            self.init(try container.decode([String: StepOutput].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        let isPlain = self.byName.values.allSatisfy { $0 == StepOutput() }
        if isPlain { try container.encode(self.names) } else { try container.encode(self.byName) }
    }
}

extension SingleValueDecodingContainer {
    /// Names with nothing said of them.
    func unique<Value>(_ names: [String], _ plain: Value) throws -> [String: Value] {
        var values: [String: Value] = [:]
        for name in names where values.updateValue(plain, forKey: name) != nil {
            throw DecodingError.dataCorruptedError(in: self, debugDescription: "'\(name)' is listed twice")
        }
        return values
    }
}
