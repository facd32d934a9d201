package import Kernel

/// One line of the journal: something that happened, in the order in which it was committed.
package struct JournalLine: Codable, Sendable, Hashable {
    /// 1, 2, 3 … without gaps.
    package var sequence: Int64
    package var at: Timestamp
    /// The name of the principal who caused it.
    package var actor: String
    /// `<noun>.<past participle>`, such as `run.submitted`.
    package var kind: String
    /// The id or name of what it happened to.
    package var subject: String
    package var project: String?
    package var body: JSONValue
    /// SHA-256 over the previous line's hash and this line's stored bytes, hex.
    package var hash: String

    package init(
        sequence: Int64, at: Timestamp, actor: String, kind: String, subject: String, project: String?, body: JSONValue,
        hash: String
    ) {
        self.sequence = sequence
        self.at = at
        self.actor = actor
        self.kind = kind
        self.subject = subject
        self.project = project
        self.body = body
        self.hash = hash
    }
}
