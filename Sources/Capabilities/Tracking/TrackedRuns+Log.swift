package import Contract
package import Database
package import Kernel

// Parameters and tags.
extension TrackedRuns {
    /// Writes a parameter. The same value again changes nothing.
    ///
    /// - Throws: `parameterChanged`, `invalidValue`, `runNotFound`, `runNotActive`.
    package func log(parameter: KeyValue, to text: String) async throws {
        let parameter = try TrackingRules.parameter(parameter)
        try await self.database.write { transaction in
            let row = try self.active(text, in: transaction)
            if let change = try self.write(parameter, to: row, in: transaction) {
                throw TrackingError.parameterChanged(change, run: row.run.id)
            }
        }
    }

    /// Writes parameters and tags, and whatever `more` adds to the same change, such as points of metrics. All of it is written, or
    /// nothing.
    ///
    /// A batch with neither parameters nor tags promises what points promise: a power cut may take the last moments.
    ///
    /// - Throws: `parametersChanged`, `invalidValue`, `runNotFound`, `runNotActive`; what `more` throws.
    package func log(
        parameters: [KeyValue], tags: [KeyValue], to text: String,
        and more: (@Sendable (ID<Run>, Transaction) throws -> Void)? = nil
    ) async throws {
        let parameters = try parameters.enumerated().map { index, parameter in
            try TrackingRules.parameter(parameter, at: "params[\(index)]")
        }
        let tags = try tags.enumerated().map { index, tag in try TrackingRules.runTag(tag, at: "tags[\(index)]") }
        try TrackingRules.checkUnique(parameters)
        let isRelaxed = parameters.isEmpty && tags.isEmpty
        try await self.database.write(durability: isRelaxed ? .relaxed : .durable) { transaction in
            let row = try self.active(text, in: transaction)
            let changes = try parameters.compactMap { try self.write($0, to: row, in: transaction) }
            guard changes.isEmpty else { throw TrackingError.parametersChanged(changes, run: row.run.id) }
            try more?(row.run.id, transaction)
            for tag in tags { try self.write(tag: tag, to: row, in: transaction) }
        }
    }

    /// Sets a tag; `mlflow.runName` renames the run.
    ///
    /// - Throws: `invalidValue`, `runNotFound`, `runNotActive`.
    package func set(tag: KeyValue, of text: String) async throws {
        let tag = try TrackingRules.runTag(tag)
        try await self.database.write { transaction in
            try self.write(tag: tag, to: try self.active(text, in: transaction), in: transaction)
        }
    }

    /// - Throws: `noRunTag`, `runNotFound`, `runNotActive`.
    package func deleteTag(_ key: String, of text: String) async throws {
        try await self.database.write { transaction in
            let row = try self.active(text, in: transaction)
            guard try TrackedRunStore.deleteTag(key, of: row.number, in: transaction) else {
                throw TrackingError.noRunTag(key: key, run: row.run.id)
            }
        }
    }

    /// - Returns: how the parameter differs from what the run has already; nil when it is written, or was there.
    private func write(
        _ parameter: KeyValue, to row: TrackedRunRow, in transaction: Transaction
    ) throws -> ParameterChange? {
        if try TrackedRunStore.insert(parameter: parameter, of: row.number, in: transaction) { return nil }
        let old = try TrackedRunStore.parameter(parameter.key, of: row.number, in: transaction) ?? ""
        return old == parameter.value ? nil : ParameterChange(key: parameter.key, old: old, new: parameter.value)
    }

    private func write(tag: KeyValue, to row: TrackedRunRow, in transaction: Transaction) throws {
        if tag.key == StepRun.nameTag {
            // An empty name is none: the run keeps the one it has.
            guard !tag.value.isEmpty else { return }
            var renamed = row
            renamed.run.name = tag.value
            try TrackedRunStore.save(renamed, in: transaction)
        }
        try TrackedRunStore.set(tag: tag, of: row.number, in: transaction)
    }
}
