package import Kernel

/// One changed field of a declared thing.
package struct FieldChange: Codable, Sendable, Hashable {
    package var field: String
    package var before: JSONValue?
    package var after: JSONValue?

    package init(field: String, before: JSONValue? = nil, after: JSONValue? = nil) {
        self.field = field
        self.before = before
        self.after = after
    }
}

/// What declaring something did, or would do.
package struct ApplyResult: Codable, Sendable, Hashable {
    package var kind: String
    package var name: String
    package var change: Change
    package var fields: [FieldChange]

    package enum Change: String, Codable, Sendable, CaseIterable {
        case created, updated, unchanged
    }

    package init(kind: String, name: String, change: Change, fields: [FieldChange]) {
        self.kind = kind
        self.name = name
        self.change = change
        self.fields = fields
    }
}

/// The body of every error (design.md §7).
package struct ErrorBody: Codable, Sendable, Hashable {
    package var error: Content

    package struct Content: Codable, Sendable, Hashable {
        package var kind: FaultKind
        package var message: String
        /// The request's id, to be found in the operator's log.
        package var reference: String

        package init(kind: FaultKind, message: String, reference: String) {
            self.kind = kind
            self.message = message
            self.reference = reference
        }
    }

    package init(error: Content) {
        self.error = error
    }
}

/// An answer that needs no more words.
package struct Acknowledgement: Codable, Sendable, Hashable {
    package var ok: Bool = true

    package init(ok: Bool = true) {
        self.ok = ok
    }
}

/// How far a log has been stored.
package struct LogReceipt: Codable, Sendable, Hashable {
    /// The next byte expected.
    package var offset: Int64

    package init(offset: Int64) {
        self.offset = offset
    }
}
