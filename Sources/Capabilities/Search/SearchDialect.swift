/// What one search of MLflow can be asked: which entities and attributes there are, how else they are called, what each may
/// be compared with, and what it may be ordered by.
///
/// The grammar (`FilterSyntax`) is the same for every search; a dialect gives its names a meaning. `filter` reads a filter
/// into clauses that are valid as they stand, so that a Store only has to turn each into SQL: keys are the store's own, the
/// comparison is one the entity has, the value is of the entity's type, and a list is there exactly when the comparison takes
/// one. Messages begin with the words of MLflow's server, which differ a little from search to search (`Wording`).
///
/// - Source: MLflow 3.17.2, `search_utils.py` and the tests of it.
package struct SearchDialect: Sendable {
    /// In whose words a refusal is said.
    enum Wording: Sendable {
        case tracking, registeredModels, modelVersions, loggedModels, traces, evaluationDatasets
    }

    let wording: Wording
    /// The names of entities, as a message lists them.
    let entityNames: [String]
    /// Every name of an entity, aliases included.
    let entities: [String: SearchEntity]
    /// Every name of an attribute, aliases included.
    let attributes: [String: SearchAttribute]
    /// The keys of a dataset, an issue or a span; of other entities any key goes.
    let keys: [SearchEntity: Set<String>]
    /// How an entity other than an attribute may be compared.
    let comparisons: [SearchEntity: Set<SearchComparison>]
    /// What may be ordered by.
    let ordered: Set<SearchEntity>

    init(
        _ wording: Wording, entityNames: [String], aliases: [String: SearchEntity], attributes: [SearchAttribute],
        keys: [SearchEntity: Set<String>] = [:], comparisons: [SearchEntity: Set<SearchComparison>],
        ordered: Set<SearchEntity>
    ) {
        self.wording = wording
        self.entityNames = entityNames
        self.entities = aliases
        self.attributes = attributes.reduce(into: [:]) { byName, attribute in
            for name in attribute.names { byName[name] = attribute }
        }
        self.keys = keys
        self.comparisons = comparisons
        self.ordered = ordered
    }

    /// The clauses of a filter, all of which must hold; none for no filter and for an empty one.
    ///
    /// - Throws: `invalidFilter`: what is written, where, and what was expected.
    /// - Complexity: O(bytes of `text`).
    package func filter(_ text: String?) throws(SearchError) -> [SearchClause] {
        guard let text, !text.isEmpty else { return [] }
        let clauses = try FilterSyntax.clauses(of: text)
        var resolved: [SearchClause] = []
        resolved.reserveCapacity(clauses.count)
        var listed = 0
        for clause in clauses {
            let clause = try self.resolve(clause)
            if case .list(let values) = clause.value { listed += values.count }
            resolved.append(clause)
        }
        guard listed <= Self.maximumListed else {
            throw .invalidFilter(
                "The lists of the filter have \(listed) values. At most \(Self.maximumListed) are taken.")
        }
        return resolved
    }

    private func resolve(_ clause: FilterSyntax.Clause) throws(SearchError) -> SearchClause {
        guard case .name(let parts, let written) = clause.left else {
            throw .invalidFilter(
                "Invalid comparison clause. Expected 'Identifier' found '\(clause.left.written.prefix(200))'")
        }
        let subject = try self.subject(parts, written: written, error: SearchError.invalidFilter) { $0.isSearched }
        guard let comparison = SearchComparison(rawValue: clause.comparator), subject.comparisons.contains(comparison)
        else { throw self.comparatorRefusal(clause.comparator, of: subject) }
        let value =
            if let right = clause.right { try self.value(right, of: subject, comparison) } else { SearchValue.none }
        return SearchClause(subject.entity, subject.key, comparison, value)
    }

    /// What a dotted name stands for.
    func subject(
        _ parts: [String], written: String, error: (String) -> SearchError, _ isUsable: (SearchAttribute) -> Bool
    ) throws(SearchError) -> SearchSubject {
        // A quoted name with a dot within is no attribute: MLflow's server cuts it at the dot, quotes or not.
        if parts.count == 1, let dot = parts[0].firstIndex(of: ".") {
            throw error(self.entityRefusal(String(parts[0][..<dot])))
        }
        guard let entity = parts.count == 1 ? .attribute : self.entities[parts[0]] else {
            throw error(self.entityRefusal(parts[0]))
        }
        let key = parts.count == 1 ? parts[0] : parts[1...].joined(separator: ".")
        if entity == .attribute {
            guard let attribute = self.attributes[key], isUsable(attribute) else {
                let names = self.attributes.filter { isUsable($0.value) }.keys
                // MLflow's registry has other words where models are ordered, which no key is only for.
                let what = self.wording == .registeredModels && names.count > 1 ? "order by" : "attribute"
                throw error(
                    "Invalid \(what) key '\(key.prefix(200))' specified. Valid keys are '\(Self.set(names))'")
            }
            return SearchSubject(attribute)
        }
        try self.check(key, of: entity, error: error)
        return SearchSubject(entity, key, self.comparisons(of: entity, key))
    }

    private func check(
        _ key: String, of entity: SearchEntity, error: (String) -> SearchError
    ) throws(SearchError) {
        switch entity {
        case .span:
            if key == "attributes" || key == "attributes." {
                throw error("Span attribute name cannot be empty after 'attributes.'")
            }
            guard !key.hasPrefix("attributes."), self.keys[entity]?.contains(key) == false else { return }
            throw error(
                "Invalid span attribute '\(key.prefix(200))'. "
                    + "Supported attributes: name, status, type, attributes.<attribute_name>.")
        default:
            guard let keys = self.keys[entity], !keys.contains(key) else { return }
            let supported =
                entity == .issue
                ? "Supported attributes: \(keys.sorted().joined(separator: ", "))"
                : "Valid keys are '\(Self.set(keys))'"
            throw error(
                entity == .issue
                    ? "Invalid issue attribute '\(key.prefix(200))'. \(supported)"
                    : "Invalid \(entity.rawValue) key '\(key.prefix(200))' specified. \(supported)")
        }
    }

    private func comparisons(of entity: SearchEntity, _ key: String) -> Set<SearchComparison> {
        if entity == .span, key == "content" { return [.like, .ilike] }
        return self.comparisons[entity] ?? []
    }

    /// Names as MLflow's server writes a set: in braces and quotes. Sorted, which a set there is not.
    static func set(_ names: some Sequence<String>) -> String {
        "{" + names.sorted().map { "'\($0)'" }.joined(separator: ", ") + "}"
    }
}
