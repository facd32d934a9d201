package import Kernel

extension ApplyResult {
    /// What declaring `after` over `before` changes, field by field as both stand in JSON.
    ///
    /// The one way in which stores, environments and endpoints are compared. Objects are compared key by key and their
    /// fields named by dotted paths (`routing.weight`); anything else, arrays included, is one value. A field that is
    /// absent and one that is null are the same.
    ///
    /// - Parameters:
    ///   - kind: the `kind:` of the document, such as `Store`.
    ///   - before: what is declared now; nil when there is none.
    /// - Throws: nothing in practice; every Contract value encodes.
    package static func between<Declared: Codable>(
        kind: String, name: String, before: Declared?, after: Declared
    ) throws(PlainFault) -> ApplyResult {
        let new = try self.flattened(after)
        let old = try before.map { value throws(PlainFault) in try self.flattened(value) } ?? [:]
        let fields = Set(old.keys).union(new.keys).sorted().compactMap { field in
            old[field] == new[field] ? nil : FieldChange(field: field, before: old[field], after: new[field])
        }
        let change: Change = before == nil ? .created : fields.isEmpty ? .unchanged : .updated
        return ApplyResult(kind: kind, name: name, change: change, fields: fields)
    }

    private static func flattened(_ value: some Encodable) throws(PlainFault) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [:]
        self.flatten(try Wire.decode(JSONValue.self, from: try Wire.encode(value)), at: "", into: &fields)
        return fields
    }

    private static func flatten(_ value: JSONValue, at path: String, into fields: inout [String: JSONValue]) {
        switch value {
        case .object(let members) where path.isEmpty || !members.isEmpty:
            for (key, member) in members {
                self.flatten(member, at: path.isEmpty ? key : "\(path).\(key)", into: &fields)
            }
        case .null: break
        default: fields[path] = value
        }
    }
}
