package import Contract

/// A logged model as it is asked for.
package struct LoggedModelDraft: Sendable {
    /// What a name must not have: it becomes a part of paths and of `models:` addresses.
    static let forbidden: Set<Character> = ["/", ":", ".", "%", "\"", "'"]

    package var experiment: String
    /// Made up when nil.
    package var name: String?
    package var modelType: String?
    package var sourceRun: String?
    package var tags: [KeyValue]
    package var params: [KeyValue]

    package init(
        experiment: String, name: String? = nil, modelType: String? = nil, sourceRun: String? = nil,
        tags: [KeyValue] = [], params: [KeyValue] = []
    ) {
        self.experiment = experiment
        self.name = name
        self.modelType = modelType
        self.sourceRun = sourceRun
        self.tags = tags
        self.params = params
    }

    /// - Throws: `invalidName`, `keyTwice`.
    func check() throws(LoggedModelError) {
        if let name, name.isEmpty || name.contains(where: Self.forbidden.contains) { throw .invalidName(name) }
        for attributes in [self.tags, self.params] {
            var keys: Set<String> = []
            for attribute in attributes where !keys.insert(attribute.key).inserted {
                throw .keyTwice(attribute.key)
            }
        }
    }

    /// A new id: `m-` and 128 random bits.
    static func id(using random: inout some RandomNumberGenerator) -> String {
        "m-" + HexadecimalID.make(using: &random)
    }
}
