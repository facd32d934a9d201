extension SearchDialect {
    /// The right side of a comparison, as the type that the left side has.
    func value(
        _ operand: FilterSyntax.Operand, of subject: SearchSubject, _ comparison: SearchComparison
    ) throws(SearchError) -> SearchValue {
        if case .list(let tokens, let written) = operand, subject.attribute?.isNumeric != true,
            subject.entity != .metric
        {
            try self.checkList(of: subject, comparison, written: written)
            return .list(try Self.list(tokens, written: written))
        }
        switch subject.entity {
        case .metric:
            guard case .number(let text) = operand, let number = Double(text) else {
                throw .invalidFilter("Expected numeric value type for metric. Found \(operand.written.prefix(200))")
            }
            return .number(number)
        case .feedback, .expectation:
            return try self.assessment(operand, of: subject, comparison)
        default:
            guard let attribute = subject.attribute, attribute.isNumeric else {
                return .text(try self.text(operand, of: subject))
            }
            return try self.number(operand, of: attribute)
        }
    }

    private func checkList(
        of subject: SearchSubject, _ comparison: SearchComparison, written: String
    ) throws(SearchError) {
        if let attribute = subject.attribute, attribute.kind == .text {
            let listed = self.attributes.values.lazy.filter { $0.kind == .listedText }.map { $0.names[0] }
            throw .invalidFilter(
                self.wording == .traces
                    ? "Only attributes in \(Self.set(Set(listed))) supports comparison with a list of quoted string values."
                    : "Only [\(Set(listed).sorted().map { "'\($0)'" }.joined(separator: ", "))] attributes support "
                        + "comparison with a list of quoted string values.")
        }
        guard SearchComparison.list.contains(comparison) else {
            if self.wording == .evaluationDatasets {
                throw .invalidFilter("List values for '\(subject.name)' are only supported with the IN comparator.")
            }
            throw self.textRefusal(written, of: subject)
        }
    }

    /// The quoted strings of a list, in their order.
    private static func list(_ tokens: [FilterToken], written: String) throws(SearchError) -> [String] {
        guard !tokens.isEmpty else {
            throw .invalidFilter(
                "While parsing a list in the query, expected a non-empty list of string values, but got empty list")
        }
        var values: [String] = []
        for (index, token) in tokens.enumerated() {
            switch token.kind {
            case .quoted(let quote) where index % 2 == 0 && quote != UInt8(ascii: "`"): values.append(token.text)
            case .sign(UInt8(ascii: ",")) where index % 2 == 1: break
            case .number:
                throw .invalidFilter(
                    "While parsing a list in the query, expected string value, punctuation, or whitespace, "
                        + "but got different type in list: \(written.prefix(200))")
            default:
                throw .invalidFilter(
                    "While parsing a list in the query, expected a non-empty list of string values, "
                        + "but got ill-formed list. Found '\(token.text.prefix(80))' in \(written.prefix(200))")
            }
        }
        return values
    }

    /// Values that the lists of one filter have together: a statement of the database binds four times as many, and is bound some
    /// of them twice.
    static let maximumListed = 8192

    private func number(
        _ operand: FilterSyntax.Operand, of attribute: SearchAttribute
    ) throws(SearchError) -> SearchValue {
        let text: String
        switch operand {
        case .number(let written): text = written
        // Model versions and traces take a number in quotes too.
        case .text(let quoted, _) where self.takesQuotedNumbers:
            text = quoted
        case .name(let parts, let written) where self.takesQuotedNumbers && written.hasPrefix("\""):
            text = parts[0]
        default:
            throw .invalidFilter(
                "Expected numeric value type for numeric attribute: \(attribute.names[0]). "
                    + "Found \(operand.written.prefix(200))")
        }
        if let integer = Int64(text) { return .integer(integer) }
        // Whole numbers beyond 64 bits compare as what they are nearest to.
        let isWhole = text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || (48...57).contains($0) }
        guard attribute.kind == .number || isWhole, let number = Double(text), number.isFinite else {
            throw .invalidFilter("Invalid value for numeric attribute '\(attribute.names[0])': '\(text.prefix(200))'")
        }
        return .number(number)
    }

    private var takesQuotedNumbers: Bool { self.wording == .modelVersions || self.wording == .traces }

    private func assessment(
        _ operand: FilterSyntax.Operand, of subject: SearchSubject, _ comparison: SearchComparison
    ) throws(SearchError) -> SearchValue {
        let isOrdered: Bool
        switch comparison {
        case .less, .lessOrEqual, .greater, .greaterOrEqual: isOrdered = true
        default: isOrdered = false
        }
        guard isOrdered else { return .text(try self.text(operand, of: subject)) }
        guard case .number(let text) = operand, let number = Double(text) else {
            throw .invalidFilter(
                "Expected a numeric value for \(subject.entity.rawValue) when using comparator '\(comparison.rawValue)'. "
                    + "Got value \(operand.written.prefix(200))")
        }
        return .number(number)
    }

    private func text(_ operand: FilterSyntax.Operand, of subject: SearchSubject) throws(SearchError) -> String {
        switch operand {
        case .text(let text, _): return text
        case .name(let parts, let written):
            if parts.count == 1, written.hasPrefix("\"") { return parts[0] }
            if self.wording == .loggedModels, !written.hasPrefix("`") { return written }
            throw .invalidFilter(
                "Parameter value is either not quoted or unidentified quote types used for string value "
                    + "\(written.prefix(200)). Use either single or double quotes.")
        case .number(let text) where self.wording == .loggedModels: return text
        case .number, .list: throw self.textRefusal(operand.written, of: subject)
        }
    }
}
