package import Contract
import Database
import Kernel

// Models themselves: made, described, tagged, renamed, deleted.
extension Models {
    /// Makes a model without versions.
    ///
    /// - Throws: `conflict` when the name is taken, `invalid` for what is no name or tag.
    package func create(
        _ name: String, description: String? = nil, tags: [String: String] = [:], by principal: Principal
    ) async throws -> Model {
        try ModelRules.checkName(name)
        try ModelRules.checkText(description, field: "description")
        for (key, value) in tags { try ModelRules.checkTag(key, value) }
        return try await self.database.write { transaction in
            guard
                try ModelStore.insert(name, description: description, at: self.time.now, in: transaction)
            else { throw try self.taken(name, for: tags, in: transaction) }
            for (key, value) in tags { try ModelStore.setTag(key, value, of: name, in: transaction) }
            let isPrompt = PromptTag.marks(tags)
            try WebhookOutbox.put(
                isPrompt ? .promptCreated : .modelCreated,
                [
                    "name": .string(name), "description": .string(description ?? ""),
                    "tags": .object((isPrompt ? PromptTag.visible(tags) : tags).mapValues { .string($0) }),
                ],
                at: self.time.now, in: transaction)
            try self.tell(self.line("model.created", name, by: principal), in: transaction)
            return try self.existing(name, in: transaction)
        }
    }

    /// - Throws: `notFound`, `invalid` for what is no name.
    package func get(_ name: String) async throws -> Model {
        try ModelRules.checkName(name)
        return try await self.database.read { try self.existing(name, in: $0) }
    }

    /// A model with its newest version of each stage.
    ///
    /// - Throws: as `get`.
    package func details(_ name: String) async throws -> ModelDetails {
        try ModelRules.checkName(name)
        return try await self.database.read { reader in
            ModelDetails(
                model: try self.existing(name, in: reader), latest: try ModelStore.latest(of: name, in: reader))
        }
    }

    /// Sets the description; nil removes it.
    ///
    /// - Throws: `notFound`, `invalid`.
    package func describe(_ name: String, _ description: String?, by principal: Principal) async throws -> ModelDetails
    {
        try ModelRules.checkName(name)
        try ModelRules.checkText(description, field: "description")
        return try await self.change(name) { transaction in
            try ModelStore.setDescription(description, of: name, at: self.time.now, in: transaction)
            try self.tell(
                self.line("model.updated", name, by: principal, ["description": description.map(JSONValue.string)]),
                in: transaction)
            return ModelDetails(
                model: try self.existing(name, in: transaction),
                latest: try ModelStore.latest(of: name, in: transaction))
        }
    }

    /// Gives a model, its versions and its aliases another name. Endpoints and pipelines that name it are not changed.
    ///
    /// - Throws: `notFound`, `conflict` when the new name is taken, `invalid` for what is no name.
    package func rename(_ name: String, to new: String, by principal: Principal) async throws -> ModelDetails {
        try ModelRules.checkName(new, field: "new_name")
        try ModelRules.checkName(name)
        return try await self.change(name) { transaction in
            if name != new, try ModelStore.exists(new, in: transaction) {
                throw try self.taken(new, for: ModelStore.tags(of: name, in: transaction), in: transaction)
            }
            try ModelStore.rename(name, to: new, at: self.time.now, in: transaction)
            try self.tell(self.line("model.renamed", name, by: principal, ["to": .string(new)]), in: transaction)
            return ModelDetails(
                model: try self.existing(new, in: transaction), latest: try ModelStore.latest(of: new, in: transaction))
        }
    }

    /// Deletes a model with its versions and aliases. The name is free again; bytes stay in their stores.
    ///
    /// - Throws: `notFound`.
    package func delete(_ name: String, by principal: Principal) async throws {
        try ModelRules.checkName(name)
        try await self.change(name) { transaction in
            let versions = try self.existing(name, in: transaction).versions
            try ModelStore.delete(name, in: transaction)
            try self.tell(
                self.line("model.deleted", name, by: principal, ["versions": .integer(Int64(versions))]),
                in: transaction)
        }
    }

    /// - Throws: `notFound`, `invalid` for what is no tag.
    package func setTag(_ key: String, _ value: String, of name: String, by principal: Principal) async throws {
        try ModelRules.checkName(name)
        try ModelRules.checkTag(key, value)
        try await self.change(name) { transaction in
            try ModelStore.setTag(key, value, of: name, in: transaction)
            if try self.isPrompt(name, in: transaction) {
                try WebhookOutbox.put(
                    .promptTagSet, ["name": .string(name), "key": .string(key), "value": .string(value)],
                    at: self.time.now, in: transaction)
            }
            try self.tell(
                self.line("model.tagged", name, by: principal, ["key": .string(key), "value": .string(value)]),
                in: transaction)
        }
    }

    /// Removes a tag; one that is not there is no mistake.
    ///
    /// - Throws: `notFound` for an unknown model.
    package func deleteTag(_ key: String, of name: String, by principal: Principal) async throws {
        try ModelRules.checkName(name)
        try ModelRules.checkTagKey(key)
        try await self.change(name) { transaction in
            let wasThere = try ModelStore.deleteTag(key, of: name, in: transaction)
            if try self.isPrompt(name, in: transaction) {
                try WebhookOutbox.put(
                    .promptTagDeleted, ["name": .string(name), "key": .string(key)], at: self.time.now, in: transaction)
            }
            if wasThere {
                try self.tell(self.line("model.untagged", name, by: principal, ["key": .string(key)]), in: transaction)
            }
        }
    }

    // MARK: Parts

    /// A change of a model that is there.
    private func change<Value: Sendable>(
        _ name: String, _ body: @Sendable @escaping (Transaction) throws -> Value
    ) async throws -> Value {
        try await self.database.write { transaction in
            guard try ModelStore.exists(name, in: transaction) else { throw ModelError.noModel(name) }
            return try body(transaction)
        }
    }

    func isPrompt(_ model: String, in reader: any Reading) throws -> Bool {
        PromptTag.marks(try ModelStore.tags(of: model, in: reader))
    }

    private func taken(_ name: String, for tags: [String: String], in reader: any Reading) throws -> ModelError {
        let present = try ModelStore.tags(of: name, in: reader)
        return .taken(
            name, byPrompt: present[PromptTag.isPrompt] != nil, forPrompt: tags[PromptTag.isPrompt] != nil)
    }
}

/// A model with the newest version of each stage that has one.
package struct ModelDetails: Sendable, Hashable {
    package var model: Model
    package var latest: [ModelVersion]

    package init(model: Model, latest: [ModelVersion]) {
        self.model = model
        self.latest = latest
    }
}

extension PromptTag {
    /// The tags that people set, without those by which prompts are kept.
    static func visible(_ tags: [String: String]) -> [String: String] {
        tags.filter { $0.key != self.isPrompt && $0.key != self.type && $0.key != self.text }
    }
}
