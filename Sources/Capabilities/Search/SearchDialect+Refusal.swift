// The words in which a search is refused, as MLflow's server has them.
extension SearchDialect {
    func entityRefusal(_ name: String) -> String {
        let listed = self.entityNames.map { "'\($0)'" }.joined(separator: ", ")
        let name = name.prefix(200)
        return switch self.wording {
        case .tracking: "Invalid entity type '\(name)'. Valid values are [\(listed)]"
        case .registeredModels, .modelVersions: "Invalid entity type '\(name)'. Valid entity types are (\(listed))"
        case .traces: "Invalid entity type '\(name)'. Valid values are {\(listed)}"
        case .loggedModels: "Invalid entity type: '\(name)'. Expected one of [\(listed)]."
        case .evaluationDatasets: "Invalid identifier token '\(name)' specified. Valid entity types are (\(listed))"
        }
    }

    func comparatorRefusal(_ comparator: String, of subject: SearchSubject) -> SearchError {
        let comparator = comparator.prefix(40)
        if comparator.hasPrefix("IS "), self.wording == .tracking { return self.presenceRefusal(of: subject) }
        let allowed = Self.set(subject.comparisons.map(\.rawValue))
        switch (self.wording, subject.entity) {
        case (.loggedModels, _):
            let plural = ["attribute": "attributes", "metric": "metrics", "parameter": "params", "tag": "tags"]
            let entity = plural[subject.entity.rawValue] ?? subject.entity.rawValue
            let ordered = SearchComparison.allCases.filter(subject.comparisons.contains).map { "'\($0.rawValue)'" }
            return .invalidFilter(
                "Invalid comparison operator for \(entity).\(subject.name): '\(comparator)'. "
                    + "Expected one of (\(ordered.joined(separator: ", "))).")
        case (.registeredModels, _), (.modelVersions, _), (.evaluationDatasets, _):
            return .invalidFilter(
                "Invalid comparator for \(self.named(subject)): \(comparator). It is not one of \(allowed)")
        case (.traces, .span), (.traces, .issue):
            return .invalidFilter(
                "\(subject.entity.rawValue).\(subject.name) comparator '\(comparator)' not one of '\(allowed)'")
        case (.traces, .feedback), (.traces, .expectation):
            return .invalidFilter("assessment.\(subject.name) comparator '\(comparator)' not one of '\(allowed)'")
        default: return .invalidFilter("Invalid comparator '\(comparator)' not one of '\(allowed)'")
        }
    }

    private func named(_ subject: SearchSubject) -> String {
        guard let attribute = subject.attribute else { return subject.entity.rawValue }
        if self.wording == .evaluationDatasets { return "\(attribute.isNumeric ? "numeric" : "string") attribute" }
        return attribute.isNumeric ? "attribute \(subject.name)" : "attribute"
    }

    private func presenceRefusal(of subject: SearchSubject) -> SearchError {
        let plural = [SearchEntity.tag: "tags", .parameter: "params"]
        let having = [SearchEntity.tag, .parameter].filter { self.comparisons[$0]?.contains(.isNull) == true }
        return .invalidFilter(
            "IS NULL / IS NOT NULL is only supported for \(having.compactMap { plural[$0] }.joined(separator: " and ")), "
                + "not for '\(subject.entity.rawValue)' '\(subject.name)'")
    }

    /// A text was expected, and something else stands there.
    func textRefusal(_ written: String, of subject: SearchSubject) -> SearchError {
        let written = written.prefix(200)
        guard subject.attribute != nil else {
            return .invalidFilter(
                subject.entity == .dataset
                    ? "Expected a quoted string value for dataset attributes. Got value \(written)"
                    : "Expected a quoted string value for \(subject.entity.rawValue) (e.g. 'my-value'). "
                        + "Got value \(written)")
        }
        switch self.wording {
        case .registeredModels:
            return .invalidFilter(
                "Expected a quoted string value or a list of quoted string values for attributes. Got value \(written)")
        case .modelVersions, .traces:
            let numeric = self.attributes.filter { $0.value.isNumeric }.keys
            return .invalidFilter(
                "Only the '\(Self.set(numeric))' attributes support comparison with numeric values. Got value \(written)"
            )
        default: return .invalidFilter("Expected a quoted string value for attributes. Got value \(written)")
        }
    }
}
