/// One page of a listing, newest first unless its route says otherwise.
package struct Page<Item: Codable & Sendable>: Codable, Sendable {
    package var items: [Item]
    /// Opaque; pass it as `cursor` to get the next page. Absent on the last page.
    package var next: String?

    package init(items: [Item], next: String? = nil) {
        self.items = items
        self.next = next
    }
}

/// How much of a listing is asked for.
package struct PageRequest: Sendable, Hashable {
    package static let defaultLimit = 50
    /// More rows than anyone reads on a page, few enough to answer in milliseconds.
    package static let maximumLimit = 1000

    package var cursor: String?
    package var limit: Int

    package init(cursor: String? = nil, limit: Int = Self.defaultLimit) {
        self.cursor = cursor
        self.limit = min(max(1, limit), Self.maximumLimit)
    }
}

extension Page {
    /// A page from one row more than was asked for, whose presence says that there is a next page.
    ///
    /// - Parameter cursor: the cursor that the next page starts after, of the last row kept.
    package init(rows: [Item], limit: Int, cursor: (Item) -> String) {
        self.items = Array(rows.prefix(limit))
        self.next = rows.count > limit ? self.items.last.map(cursor) : nil
    }
}
