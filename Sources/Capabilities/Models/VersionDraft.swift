/// A version as somebody asks for it: files that lie at a source, and what is said about them.
package struct VersionDraft: Sendable, Hashable {
    package var model: String
    /// Where the files are, a URI or, of a run with files here, a path.
    package var source: String
    /// The run that made it; nil when it was not said.
    package var run: String?
    package var runLink: String?
    /// `m-…`; nil when it was not said.
    package var loggedModel: String?
    package var description: String?
    package var tags: [String: String]

    package init(
        model: String, source: String, run: String? = nil, runLink: String? = nil, loggedModel: String? = nil,
        description: String? = nil, tags: [String: String] = [:]
    ) {
        self.model = model
        self.source = source
        self.run = run
        self.runLink = runLink
        self.loggedModel = loggedModel
        self.description = description
        self.tags = tags
    }

    func check() throws(ModelRuleError) {
        try ModelRules.checkName(self.model)
        for (key, value) in self.tags { try ModelRules.checkTag(key, value) }
        try ModelRules.checkText(self.description, field: "description")
        try ModelRules.checkText(self.source, field: "source")
        try ModelRules.checkText(self.run, field: "run_id")
        try ModelRules.checkText(self.runLink, field: "run_link")
        try ModelRules.checkText(self.loggedModel, field: "model_id")
    }
}
