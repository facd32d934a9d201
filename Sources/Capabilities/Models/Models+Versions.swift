package import Contract
import Database
import Kernel

// Versions: made of a source, described, staged, tagged, deleted.
extension Models {
    /// Makes the next version of a model of files that lie at a source.
    ///
    /// - Throws: `notFound` for an unknown model, `invalid` for a source that may not be registered (`VersionSource`), and
    ///   for what is no tag.
    package func add(_ draft: VersionDraft, by principal: Principal) async throws -> ModelVersion {
        try draft.check()
        let isPrompt = PromptTag.marks(draft.tags)
        let run = draft.run.flatMap { ID<Run>(hexadecimal: $0) }
        return try await self.database.write { transaction in
            let resolution = try VersionSource(models: self, reader: transaction).resolve(draft, isPrompt: isPrompt)
            guard try ModelStore.exists(draft.model, in: transaction) else { throw ModelError.noModel(draft.model) }
            let now = self.time.now
            let number = try ModelStore.takeVersion(of: draft.model, at: now, in: transaction)
            let origin = resolution.version
            let version = ModelVersion(
                model: draft.model, version: number, tree: origin?.tree, source: resolution.source,
                residency: origin?.residency ?? .any, run: run ?? resolution.run.flatMap { ID<Run>(hexadecimal: $0) },
                runName: resolution.run, runLink: draft.runLink, loggedModel: resolution.loggedModel,
                variant: origin?.variant, metric: origin?.metric, trainingCost: origin?.trainingCost,
                description: draft.description, tags: draft.tags, createdBy: principal.name, createdAt: now,
                updatedAt: now)
            try ModelStore.insert(version, location: resolution.location, in: transaction)
            if !isPrompt, let loggedModel = resolution.loggedModel, !loggedModel.isEmpty {
                try self.sources.link(loggedModel, to: draft.model, version: number, in: transaction)
            }
            try self.announce(version, isPrompt: isPrompt, in: transaction)
            try self.tell(
                self.line(
                    "model.registered", draft.model, by: principal,
                    [
                        "version": .integer(Int64(number)), "source": .string(version.source),
                        "run": version.run.map { .string($0.description) },
                    ]),
                in: transaction)
            return try self.existing(draft.model, number, in: transaction)
        }
    }

    /// - Throws: `notFound`, `invalid` for what is no name.
    package func get(_ model: String, _ version: Int) async throws -> ModelVersion {
        try ModelRules.checkName(model)
        return try await self.database.read { try self.existing(model, version, in: $0) }
    }

    /// The newest version of each of `stages` that has one; of every stage when there is none named.
    ///
    /// - Throws: `notFound`, `invalid` for what is no name or stage.
    package func latest(of model: String, in stages: [String]) async throws -> [ModelVersion] {
        try ModelRules.checkName(model)
        return try await self.database.read { reader in
            guard try ModelStore.exists(model, in: reader) else { throw ModelError.noModel(model) }
            let wanted = Set(try stages.map { try ModelRules.stage($0) })
            return try ModelStore.latest(of: model, in: reader).filter { wanted.isEmpty || wanted.contains($0.stage) }
        }
    }

    /// Where clients get the files of a version, a URI.
    ///
    /// - Throws: `notFound`, `invalid` for what is no name.
    package func location(of model: String, _ version: Int) async throws -> String {
        try ModelRules.checkName(model)
        return try await self.database.read { reader in
            guard let location = try ModelStore.location(model, version, in: reader) else {
                _ = try self.existing(model, version, in: reader)
                throw ModelError.noModel(model)
            }
            return location
        }
    }

    /// Sets the description; nil removes it.
    ///
    /// - Throws: `notFound`, `invalid`.
    package func describe(
        _ model: String, _ version: Int, _ description: String?, by principal: Principal
    ) async throws -> ModelVersion {
        try ModelRules.checkText(description, field: "description")
        return try await self.change(model, version) { transaction in
            try ModelStore.setDescription(description, of: model, version, at: self.time.now, in: transaction)
            try self.tell(
                self.line(
                    "model.version-updated", model, by: principal,
                    ["version": .integer(Int64(version)), "description": description.map(JSONValue.string)]),
                in: transaction)
        }
    }

    /// Moves a version to a stage.
    ///
    /// - Parameters:
    ///   - stage: in any case.
    ///   - archiving: also archives the others that are there; for `Staging` and `Production` only.
    /// - Throws: `notFound`, `invalid`.
    package func move(
        _ model: String, _ version: Int, to stage: String, archiving: Bool, by principal: Principal
    ) async throws -> ModelVersion {
        let target = try ModelRules.stage(stage)
        guard !archiving || target == .staging || target == .production else {
            throw ModelRuleError.noActiveStage(stage)
        }
        return try await self.change(model, version) { transaction in
            let now = self.time.now
            let from = try self.existing(model, version, in: transaction).stage
            var body: [String: JSONValue?] = [
                "version": .integer(Int64(version)), "from": .string(from.rawValue), "to": .string(target.rawValue),
            ]
            if archiving {
                let archived = try ModelStore.archive(target, of: model, but: version, at: now, in: transaction)
                body["archived"] = .integer(Int64(archived))
            }
            try ModelStore.setStage(target, of: model, version, at: now, in: transaction)
            try ModelStore.touch(model, at: now, in: transaction)
            try self.tell(self.line("model.stage-moved", model, by: principal, body), in: transaction)
        }
    }

    /// Deletes a version with its tags and aliases. Its number is never given again; bytes stay in their stores.
    ///
    /// - Throws: `notFound`.
    package func delete(_ model: String, _ version: Int, by principal: Principal) async throws {
        try ModelRules.checkName(model)
        try await self.database.write { transaction in
            let before = try self.existing(model, version, in: transaction)
            try ModelStore.delete(version, of: model, in: transaction)
            try ModelStore.touch(model, at: self.time.now, in: transaction)
            try self.tell(
                self.line(
                    "model.version-deleted", model, by: principal,
                    [
                        "version": .integer(Int64(version)), "source": .string(before.source),
                        "tree": before.tree.map { .string($0.hex) },
                    ]),
                in: transaction)
        }
    }

    /// - Throws: `notFound`, `invalid` for what is no tag.
    package func setTag(
        _ key: String, _ value: String, of model: String, _ version: Int, by principal: Principal
    ) async throws {
        try ModelRules.checkTag(key, value)
        _ = try await self.change(model, version) { transaction in
            try ModelStore.setTag(key, value, of: model, version, in: transaction)
            try WebhookOutbox.put(
                try self.isPrompt(model, in: transaction) ? .promptVersionTagSet : .versionTagSet,
                [
                    "name": .string(model), "version": .string(String(version)), "key": .string(key),
                    "value": .string(value),
                ],
                at: self.time.now, in: transaction)
            try self.tell(
                self.line(
                    "model.version-tagged", model, by: principal,
                    ["version": .integer(Int64(version)), "key": .string(key), "value": .string(value)]),
                in: transaction)
        }
    }

    /// Removes a tag; one that is not there is no mistake.
    ///
    /// - Throws: `notFound`, `invalid` for what is no key.
    package func deleteTag(_ key: String, of model: String, _ version: Int, by principal: Principal) async throws {
        try ModelRules.checkTagKey(key)
        _ = try await self.change(model, version) { transaction in
            let wasThere = try ModelStore.deleteTag(key, of: model, version, in: transaction)
            try WebhookOutbox.put(
                try self.isPrompt(model, in: transaction) ? .promptVersionTagDeleted : .versionTagDeleted,
                ["name": .string(model), "version": .string(String(version)), "key": .string(key)],
                at: self.time.now, in: transaction)
            guard wasThere else { return }
            try self.tell(
                self.line(
                    "model.version-untagged", model, by: principal,
                    ["version": .integer(Int64(version)), "key": .string(key)]),
                in: transaction)
        }
    }

    // MARK: Parts

    /// A change of a version that is there.
    private func change(
        _ model: String, _ version: Int, _ body: @Sendable @escaping (Transaction) throws -> Void
    ) async throws -> ModelVersion {
        try ModelRules.checkName(model)
        return try await self.database.write { transaction in
            _ = try self.existing(model, version, in: transaction)
            try body(transaction)
            return try self.existing(model, version, in: transaction)
        }
    }

    /// Tells the webhooks of a version that was made.
    func announce(_ version: ModelVersion, isPrompt: Bool, in transaction: Transaction) throws {
        let (name, number) = (JSONValue.string(version.model), JSONValue.string(String(version.version)))
        func text(_ value: String?) -> JSONValue { value.flatMap { $0.isEmpty ? nil : .string($0) } ?? .null }
        let now = self.time.now
        if isPrompt {
            try WebhookOutbox.put(
                .promptVersionCreated,
                [
                    "name": name, "version": number,
                    "template": version.tags[PromptTag.text].map { .string($0) } ?? .null,
                    "tags": .object(PromptTag.visible(version.tags).mapValues { .string($0) }),
                    "description": text(version.description),
                ],
                at: now, in: transaction)
        } else {
            try WebhookOutbox.put(
                .versionCreated,
                [
                    "name": name, "version": number, "source": .string(version.source),
                    "run_id": text(version.runName), "tags": .object(version.tags.mapValues { .string($0) }),
                    "description": text(version.description),
                ],
                at: now, in: transaction)
        }
    }
}
