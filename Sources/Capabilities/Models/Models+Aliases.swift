package import Contract
package import Database
import Journal
import Kernel

// Names for versions that people move.
extension Models {
    /// The version that an alias names.
    ///
    /// - Throws: `notFound`, naming the aliases there are.
    package func version(_ model: String, alias: String, in reader: any Reading) throws -> ModelVersion {
        let aliases = try self.existing(model, in: reader).aliases
        guard let number = aliases[alias], let found = try ModelStore.version(model, number, in: reader) else {
            throw ModelError.noAlias(alias, model: model, known: aliases.keys.sorted())
        }
        return found
    }

    /// The version that an alias names; `latest`, in any case, names the newest.
    ///
    /// - Throws: `notFound`, `invalid` for what is no alias.
    package func version(_ model: String, alias: String) async throws -> ModelVersion {
        try ModelRules.checkName(model)
        try ModelRules.checkAlias(alias)
        return try await self.database.read { reader in
            guard alias.lowercased() == ModelRules.latest else {
                return try self.version(model, alias: alias, in: reader)
            }
            let known = try self.existing(model, in: reader)
            guard let newest = try ModelStore.versions(of: model, before: nil, limit: 1, in: reader).first else {
                throw ModelError.noAlias(alias, model: model, known: known.aliases.keys.sorted())
            }
            return newest
        }
    }

    /// Moves an alias to a version; where it is already, nothing happens.
    ///
    /// - Throws: `notFound` for an unknown model or version, `invalid` for what is no alias.
    package func setAlias(
        _ alias: String, of model: String, to version: Int, by principal: Principal
    ) async throws -> Model {
        try ModelRules.checkName(model)
        try ModelRules.checkNewAlias(alias)
        return try await self.database.write { transaction in
            _ = try self.existing(model, version, in: transaction)
            let from = try ModelStore.version(of: alias, of: model, in: transaction)
            let move = AliasMove(model: model, alias: alias, from: from, to: version)
            if let line = try self.move(move, reason: "Set by \(principal.name).", by: principal, in: transaction) {
                try self.tell(line, in: transaction)
            }
            return try self.existing(model, in: transaction)
        }
    }

    /// Removes an alias; one that is not there is no mistake.
    ///
    /// - Throws: `notFound` for an unknown model, `invalid` for what is no alias.
    package func deleteAlias(_ alias: String, of model: String, by principal: Principal) async throws {
        try ModelRules.checkName(model)
        try ModelRules.checkAlias(alias)
        try await self.database.write { transaction in
            let before = try self.existing(model, in: transaction)
            try ModelStore.deleteAlias(alias, of: model, in: transaction)
            try WebhookOutbox.put(
                PromptTag.marks(before.tags) ? .promptAliasDeleted : .aliasDeleted,
                ["name": .string(model), "alias": .string(alias)], at: self.time.now, in: transaction)
            guard let from = before.aliases[alias] else { return }
            try self.tell(
                self.line(
                    "model.alias-removed", model, by: principal,
                    ["alias": .string(alias), "from": .integer(Int64(from))]),
                in: transaction)
        }
    }

    /// - Returns: the line to journal; nil when the alias was there.
    func move(
        _ move: AliasMove, reason: String, project: String? = nil, by principal: Principal, in transaction: Transaction
    ) throws -> JournalDraft? {
        guard move.from != move.to else { return nil }
        try ModelStore.setAlias(move.alias, of: move.model, to: move.to, in: transaction)
        try WebhookOutbox.put(
            try self.isPrompt(move.model, in: transaction) ? .promptAliasCreated : .aliasCreated,
            ["name": .string(move.model), "alias": .string(move.alias), "version": .string(String(move.to))],
            at: self.time.now, in: transaction)
        var body: [String: JSONValue] = [
            "alias": .string(move.alias), "to": .integer(Int64(move.to)), "reason": .string(reason),
        ]
        if let from = move.from { body["from"] = .integer(Int64(from)) }
        return JournalDraft(
            kind: "model.alias-moved", subject: move.model, project: project, by: principal, body: .object(body))
    }
}

/// An alias on its way from one version to another.
struct AliasMove {
    var model: String
    var alias: String
    var from: Int?
    var to: Int
}
