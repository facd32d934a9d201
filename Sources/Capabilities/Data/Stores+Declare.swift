package import Contract
import Database
import Journal
import Kernel

extension Stores {
    /// Declares a store, or says what declaring it would change.
    ///
    /// - Throws: `invalid` for a field that cannot be, `conflict` when data that lies there would be lost from sight or lie
    ///   where it may not.
    package func declare(_ store: Store, dryRun: Bool, by principal: Principal) async throws -> ApplyResult {
        var store = store
        store.zones = Set(store.zones).sorted()
        try Self.check(store)
        // A driver that cannot work with it says so before anything is written.
        _ = try self.drivers.driver(for: store)
        let (declared, now) = (store, self.time.now)
        if dryRun { return try await self.database.read { try self.difference(declared, in: $0) } }
        return try await self.database.write { transaction in
            let result = try self.difference(declared, in: transaction)
            guard result.change != .unchanged else { return result }
            try DataStore.save(declared, at: now, in: transaction)
            let draft = JournalDraft(
                kind: "store.declared", subject: declared.name, by: principal,
                body: ["change": .string(result.change.rawValue), "zones": .array(declared.zones.map { .string($0) })])
            try self.journal.append([draft], at: now, in: transaction)
            return result
        }
    }

    private func difference(_ store: Store, in reader: any Reading) throws -> ApplyResult {
        let before = try DataStore.store(store.name, in: reader)
        if let before { try self.check(change: before, to: store, in: reader) }
        return try ApplyResult.between(kind: "Store", name: store.name, before: before, after: store)
    }

    /// Objects do not move because a declaration does.
    private func check(change before: Store, to after: Store, in reader: any Reading) throws {
        let moved = before.type != after.type ? "type" : before.path != after.path ? "path" : nil
        if let moved {
            let objects = try BlobStore.totals(at: before.name, in: reader).objects
            if objects > 0 { throw DataError.storeInUse(store: before.name, field: moved, objects: objects) }
        }
        guard !Set(before.zones).isSubset(of: after.zones) else { return }
        for version in try DatasetStore.versions(inStore: before.name, in: reader)
        where !version.residency.allows(zones: Set(after.zones)) {
            throw DataError.zonesInUse(
                store: before.name, dataset: version.name, version: version.version, residency: version.residency)
        }
    }

    private static func check(_ store: Store) throws {
        try ResourceName.check(store.name, of: "store")
        guard store.type == "file" else { throw DataError.unknownType(store: store.name, type: store.type) }
        for zone in store.zones where zone.isEmpty || zone.contains(",") {
            throw PlainFault(.invalid, "'\(zone)' is not a zone. Use a short word such as EU, FI or onprem.")
        }
        if let path = store.path {
            let relative = path.hasPrefix("/") ? path.dropFirst() : path[...]
            do { try Tree.check(path: String(relative)) } catch {
                throw DataError.badPath(store: store.name, path: path)
            }
        }
        if let endpoint = store.endpoint, !Self.isEndpoint(endpoint) {
            throw DataError.badEndpoint(store: store.name, endpoint: endpoint)
        }
    }

    /// `http://address:port`, the address a name, an IPv4 or a bracketed IPv6 one.
    static func isEndpoint(_ text: String) -> Bool {
        guard text.hasPrefix("http://"), let colon = text.lastIndex(of: ":"),
            colon > text.index(text.startIndex, offsetBy: 7)
        else { return false }
        let address = text[text.index(text.startIndex, offsetBy: 7)..<colon]
        guard let port = UInt16(text[text.index(after: colon)...]), port > 0 else { return false }
        let allowed = address.hasPrefix("[") && address.hasSuffix("]") ? address.dropFirst().dropLast() : address
        return !allowed.isEmpty
            && allowed.utf8.allSatisfy {
                (48...57).contains($0) || (97...122).contains($0 | 32) || $0 == 46 || $0 == 45
                    || ($0 == 58 && address.hasPrefix("["))
            }
    }
}
