import Contract
import Kernel

// The nouns whose JSON is not an object of their stored properties.

extension JSONValue: SchemaDescribed {
    static var sample: JSONValue { .null }
    static func schema(_ probe: SchemaProbe) -> JSONValue { ["description": "Any JSON value."] }
}

extension Command: SchemaDescribed {
    static var sample: Command { .shell("") }
    static func schema(_ probe: SchemaProbe) -> JSONValue {
        [
            "oneOf": [["type": "string"], ["type": "array", "items": ["type": "string"]]],
            "description": "A text for /bin/sh -c, or an argument vector that no shell touches.",
        ]
    }
}

extension DecimalDollars: SchemaDescribed {
    static var sample: DecimalDollars { DecimalDollars(.zero) }
    static func schema(_ probe: SchemaProbe) -> JSONValue {
        ["type": "string", "description": "US dollars.", "pattern": "^-?[0-9]+(\\.[0-9]{1,9})?$"]
    }
}

extension Tree: SchemaDescribed {
    static var sample: Tree { .empty }
    static func schema(_ probe: SchemaProbe) throws -> JSONValue {
        ["type": "array", "items": try probe.schema(of: TreeEntry.self)]
    }
}

extension InputSource: SchemaDescribed {
    static var sample: InputSource { .dataset(name: "", version: nil) }

    /// One key that names the kind, as the compiler encodes an enum with values.
    static func schema(_ probe: SchemaProbe) throws -> JSONValue {
        func variant(_ name: String, _ fields: [String: JSONValue], optional: Set<String> = []) -> JSONValue {
            let required = fields.keys.filter { !optional.contains($0) }.sorted().map(JSONValue.string)
            let value: JSONValue = ["type": "object", "properties": .object(fields), "required": .array(required)]
            return [
                "type": "object", "properties": .object([name: value]), "required": [.string(name)],
                "additionalProperties": false,
            ]
        }
        let text = String.schema(probe)
        let integer = Int.schema(probe)
        return [
            "oneOf": [
                variant("dataset", ["name": text, "version": integer], optional: ["version"]),
                variant("output", ["run": try probe.schema(of: ID<Run>.self), "path": text]),
                variant("model", ["name": text, "version": integer]),
                variant("tree", ["_0": ContentDigest.schema(probe), "residency": Residency.schema(probe)]),
            ]
        ]
    }
}
