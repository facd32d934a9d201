import Contract
import Kernel

/// What can be said about a submission by looking at it alone.
enum SubmissionCheck {
    static func check(_ submission: RunSubmission) throws {
        for (field, text) in [("project", submission.project), ("name", submission.name)] {
            guard (1...200).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else {
                throw RunError.badField(field, why: "use 1 to 200 printable characters.")
            }
        }
        if let key = submission.idempotencyKey, !(1...Runs.maximumIdempotencyKey).contains(key.utf8.count) {
            throw RunError.badField("idempotencyKey", why: "use 1 to \(Runs.maximumIdempotencyKey) characters.")
        }
        try submission.step.check()
        try self.checkInputs(of: submission)
    }

    private static func checkInputs(of submission: RunSubmission) throws(RunError) {
        let given = (submission.inputs ?? []).map(\.name)
        for input in submission.inputs ?? [] {
            for part in [input.name] + input.sources.keys.filter({ !$0.isEmpty })
            where (try? Tree.check(path: part)) == nil {
                throw .badField("input '\(part)'", why: "it is not a plain name.")
            }
            if input.sources.keys.contains(""), input.sources.count > 1 {
                throw .badField("input '\(input.name)'", why: "a source for the whole input stands alone.")
            }
        }
        guard let wanted = submission.step.inputs else { return }
        for name in given where !wanted.contains(name) {
            throw .unknownInput(name, step: submission.name, known: wanted.names)
        }
        for name in wanted.required where !given.contains(name) { throw .missingInput(name, step: submission.name) }
    }

    /// The step's defaults with the submission's values over them.
    ///
    /// - Throws: for a name the step does not have, or a value of another type than the default's.
    static func parameters(of submission: RunSubmission) throws(RunError) -> [String: JSONValue] {
        var values = submission.step.parameters ?? [:]
        for (name, value) in submission.parameters ?? [:] {
            guard let standard = values[name] else {
                throw .unknownParameter(name, step: submission.name, known: Array(values.keys))
            }
            guard standard.accepts(value) else {
                throw .parameterType(name, step: submission.name, expected: standard.typeName, found: value.typeName)
            }
            values[name] = value
        }
        return values
    }
}
