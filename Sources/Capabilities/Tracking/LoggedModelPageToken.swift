import Contract
import FoundationEssentials
import Kernel

/// Where the next page of a search of logged models begins, and of which search: a token is of no use to another.
struct LoggedModelPageToken {
    let offset: Int
    private let query: LoggedModelQuery

    init(offset: Int, of query: LoggedModelQuery) {
        self.offset = offset
        self.query = query
    }

    /// Reads a token that `text` made.
    ///
    /// - Throws: `invalidPageToken`; `otherPage` when it is one of another search.
    init(_ text: String, for query: LoggedModelQuery) throws(LoggedModelError) {
        guard let bytes = Data(base64Encoded: text), let value = try? JSONValue(utf8: Array(bytes)),
            let offset = value["offset"]?.integerValue, offset >= 0
        else { throw .invalidPageToken(text) }
        let expected = Self.fields(of: query)
        for (key, name) in [
            ("experiment_ids", "Experiment IDs"), ("filter_string", "Filter string"), ("order_by", "Order by"),
        ] where value[key] ?? .null != expected[key] ?? .null {
            throw .otherPage(
                of: name, expected: (expected[key] ?? .null).plain, found: (value[key] ?? .null).plain)
        }
        self.offset = Int(clamping: offset)
        self.query = query
    }

    var text: String {
        var fields = Self.fields(of: self.query)
        fields["offset"] = .integer(Int64(self.offset))
        return Data(JSONValue.object(fields).text.utf8).base64EncodedString()
    }

    private static func fields(of query: LoggedModelQuery) -> [String: JSONValue] {
        let orders = query.order.map { order -> JSONValue in
            [
                "field_name": .string(order.field), "ascending": .bool(order.isAscending),
                "dataset_name": order.dataset.map { .string($0.name) } ?? .null,
                "dataset_digest": order.dataset?.digest.map { .string($0) } ?? .null,
            ]
        }
        return [
            "experiment_ids": .array(query.experiments.map { .string($0) }),
            "filter_string": query.filter.flatMap { $0.isEmpty ? nil : .string($0) } ?? .null,
            "order_by": orders.isEmpty ? .null : .array(orders),
        ]
    }
}
