package import Contract

/// What happened, before it has its place in the journal.
package struct JournalDraft: Sendable, Hashable {
    /// `<noun>.<past participle>`, such as `run.submitted`.
    package var kind: String
    /// The id or name of what it happened to.
    package var subject: String
    package var project: String?
    /// The name of the principal who caused it.
    package var actor: String
    /// Never a secret: everyone who may read the journal reads this.
    package var body: JSONValue

    package init(kind: String, subject: String, project: String? = nil, actor: String, body: JSONValue = .object([:])) {
        self.kind = kind
        self.subject = subject
        self.project = project
        self.actor = actor
        self.body = body
    }

    /// The same, caused by `principal`.
    package init(
        kind: String, subject: String, project: String? = nil, by principal: Principal, body: JSONValue = .object([:])
    ) {
        self.init(kind: kind, subject: subject, project: project, actor: principal.name, body: body)
    }
}

/// Which lines a listing shows. All of them by default.
package struct JournalFilter: Sendable, Hashable {
    /// What the kind begins with: `run.` or all of `run.succeeded`.
    package var kindPrefix: String?
    package var subject: String?
    package var project: String?

    package init(kindPrefix: String? = nil, subject: String? = nil, project: String? = nil) {
        self.kindPrefix = kindPrefix
        self.subject = subject
        self.project = project
    }
}
