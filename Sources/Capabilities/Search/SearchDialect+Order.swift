extension SearchDialect {
    /// The terms of an order, the first of most weight; none for none.
    ///
    /// - Throws: `invalidOrder` for a term that is not `key`, `key ASC` or `key DESC`, whose key cannot be ordered by, or that
    ///   came before.
    package func orders(_ texts: [String]) throws(SearchError) -> [SearchOrder] {
        guard texts.count <= Self.maximumOrders else {
            throw .invalidOrder("`order_by` has \(texts.count) terms. At most \(Self.maximumOrders) are taken.")
        }
        var orders: [SearchOrder] = []
        for text in texts {
            let order = try self.order(text)
            guard !orders.contains(where: { $0.entity == order.entity && $0.key == order.key }) else {
                throw .invalidOrder("`order_by` contains duplicate fields: \(texts.map { String($0.prefix(200)) })")
            }
            orders.append(order)
        }
        return orders
    }

    /// Each term beyond the attributes is a look-up in the database.
    static let maximumOrders = 20

    private func order(_ text: String) throws(SearchError) -> SearchOrder {
        let shown = text.prefix(200)
        let refusal = SearchError.invalidOrder("Invalid order_by clause '\(shown)'. Could not be parsed.")
        let bytes = text.utf8.count
        guard bytes <= FilterSyntax.maximumBytes, let term = FilterSyntax.term(of: text) else { throw refusal }
        var isAscending = true
        if let direction = term.direction {
            switch direction.uppercased() {
            case "ASC": break
            case "DESC": isAscending = false
            default: throw .invalidOrder("Invalid ordering key in order_by clause '\(shown)'.")
            }
        }
        let subject = try self.subject(term.parts, written: text, error: SearchError.invalidOrder) { $0.isOrdered }
        guard self.ordered.contains(subject.entity) || subject.attribute != nil else {
            throw .invalidOrder(
                "Invalid order_by entity: \(subject.entity.rawValue) in '\(shown)'. "
                    + "Order by \(Self.set(self.ordered.map(\.rawValue))).")
        }
        return SearchOrder(subject.entity, subject.key, isAscending: isAscending)
    }
}

extension FilterSyntax {
    /// A key and, after a blank, one word; nil when the text is anything else, blanks at its ends included.
    static func term(of text: String) -> (parts: [String], direction: String?)? {
        let tokens = FilterLexer.tokens(of: text)
        guard let first = tokens.first, let last = tokens.last, first.range.lowerBound == 0,
            last.range.upperBound == text.utf8.count
        else { return nil }
        var parts: [String] = []
        var index = 0
        while index < tokens.count {
            switch tokens[index].kind {
            case .word, .quoted(UInt8(ascii: "\"")), .quoted(UInt8(ascii: "`")): parts.append(tokens[index].text)
            default: return nil
            }
            index += 1
            let isJoined =
                index + 1 < tokens.count && tokens[index].isSign(".")
                && tokens[index].range.lowerBound == tokens[index - 1].range.upperBound
                && tokens[index].range.upperBound == tokens[index + 1].range.lowerBound
            guard isJoined else { break }
            index += 1
        }
        if index == tokens.count { return (parts, nil) }
        guard index == tokens.count - 1, tokens[index].kind == .word,
            tokens[index].range.lowerBound > tokens[index - 1].range.upperBound
        else { return nil }
        return (parts, tokens[index].text)
    }
}
