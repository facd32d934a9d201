package import Contract
package import Kernel

/// A run that a client of MLflow's wants made.
package struct TrackedRunDraft: Sendable {
    package var experiment: Int64
    /// Nil for a name that is made up.
    package var name: String?
    package var user: String
    package var startedAt: Timestamp
    package var tags: [KeyValue]

    package init(experiment: Int64, name: String?, user: String, startedAt: Timestamp, tags: [KeyValue]) {
        self.experiment = experiment
        self.name = name
        self.user = user
        self.startedAt = startedAt
        self.tags = tags
    }

    /// The name and the tags with the name among them. The name is what was asked for, or what the tag says, or made up.
    ///
    /// - Throws: `twoRunNames`.
    func named(_ make: () -> String) throws(TrackingError) -> (name: String, tags: [KeyValue]) {
        let tag = self.tags.first { $0.key == StepRun.nameTag }?.value ?? ""
        let argument = self.name ?? ""
        guard argument.isEmpty || tag.isEmpty || argument == tag else {
            throw .twoRunNames(argument: argument, tag: tag)
        }
        let name = !argument.isEmpty ? argument : !tag.isEmpty ? tag : make()
        return (name, tag.isEmpty ? self.tags + [KeyValue(key: StepRun.nameTag, value: name)] : self.tags)
    }
}
