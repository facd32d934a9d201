import Database
import Search

/// By what a search sorts its rows, and from where on its next page reads them.
struct SearchPlaceStore {
    /// One expression by which rows are sorted.
    struct Sort {
        let expression: String
        let isAscending: Bool

        init(_ expression: String, isAscending: Bool = true) {
            self.expression = expression
            self.isAscending = isAscending
        }
    }

    let sorts: [Sort]

    init(_ sorts: [Sort]) { self.sorts = sorts }

    /// The terms of `ORDER BY`.
    var order: SQL {
        SQL(raw: self.sorts.map { $0.isAscending ? $0.expression : "\($0.expression) DESC" }.joined(separator: ", "))
    }

    /// The condition that a row comes after a place; none for the first page and for a place that fits no such order.
    ///
    /// Terms before one that may be missing say whether it is, so that what is missing is compared with nothing.
    func after(_ values: [PageToken.Value]?) -> [SQL] {
        guard let values, values.count == self.sorts.count else { return [] }
        var condition: SQL = "1 = 0"
        for (sort, value) in zip(self.sorts, values).reversed() {
            guard let bound = Self.bound(value) else { continue }
            let sign = sort.isAscending ? ">" : "<"
            condition = """
                (\(raw: sort.expression) \(raw: sign) \(bound) OR (\(raw: sort.expression) = \(bound) AND \(condition)))
                """
        }
        // Where a walk begins: by a bound on the first term alone an index is entered at the place.
        guard let first = Self.bound(values[0]) else { return [condition] }
        return ["\(raw: self.sorts[0].expression) \(raw: self.sorts[0].isAscending ? ">=" : "<=") \(first)", condition]
    }

    /// The place of a row whose columns from `first` on are what it is sorted by.
    func token(of row: Row, from first: Int) -> [PageToken.Value] {
        (first..<first + self.sorts.count).map { Self.value(row, $0) }
    }

    private static func bound(_ value: PageToken.Value) -> SQL? {
        switch value {
        case .null: nil
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .text(let text): "\(text)"
        }
    }

    private static func value(_ row: Row, _ index: Int) -> PageToken.Value {
        switch row[index] {
        case .integer(let number): .integer(number)
        case .double(let number): .number(number)
        case .text(let text): .text(text)
        case .null, .blob: .null
        }
    }
}
