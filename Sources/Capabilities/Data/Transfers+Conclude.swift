import Contract
import Database
import Journal
import Kernel

extension Transfers {
    /// Writes down that a copy has arrived. A second time changes nothing.
    func succeed(_ transfer: Transfer) async throws {
        let now = self.time.now
        try await self.database.write { transaction in
            guard try TransferStore.end(transfer.id, .succeeded, reason: nil, at: now, in: transaction) else { return }
            let blob = BlobDescription(sha256: transfer.blob, size: transfer.size)
            try self.stores.recordBlobs([blob], at: transfer.destination, in: transaction)
            try self.count(transfer, failure: nil, at: now, in: transaction)
        }
    }

    /// Writes down what a failed copy leads to.
    func fail(_ due: DueTransfer, with error: any Error) async throws {
        let (transfer, now) = (due.transfer, self.time.now)
        let reason = (error as? any Fault)?.message ?? "\(error)"
        let verdict = TransferPolicy.verdict(error, tries: due.tries)
        try await self.database.write { transaction in
            switch verdict {
            case .again(let pause):
                try TransferStore.postpone(
                    transfer.id, until: now + pause, source: transfer.source, reason: reason, in: transaction)
            case .sourceGone:
                try self.changeSource(of: transfer, reason: reason, at: now, in: transaction)
            case .failed(let reason):
                try self.giveUp(transfer, reason: reason, at: now, in: transaction)
            }
        }
    }

    private func changeSource(
        of transfer: Transfer, reason: String, at now: Timestamp, in transaction: Transaction
    ) throws {
        try BlobStore.delete(transfer.blob, at: transfer.source, in: transaction)
        let places = try BlobStore.places([transfer.blob], in: transaction)[transfer.blob] ?? []
        let sources = try places.compactMap { try DataStore.store($0, in: transaction) }
        guard let destination = try DataStore.store(transfer.destination, in: transaction),
            let source = TransferPolicy.source(among: sources, to: destination)
        else {
            let fault = DataError.nowhere(blob: transfer.blob, destination: transfer.destination)
            return try self.giveUp(transfer, reason: fault.message, at: now, in: transaction)
        }
        try TransferStore.postpone(transfer.id, until: now, source: source.name, reason: reason, in: transaction)
    }

    private func giveUp(_ transfer: Transfer, reason: String, at now: Timestamp, in transaction: Transaction) throws {
        guard try TransferStore.end(transfer.id, .failed, reason: reason, at: now, in: transaction) else { return }
        try self.count(transfer, failure: reason, at: now, in: transaction)
    }

    private func count(
        _ transfer: Transfer, failure: String?, at now: Timestamp, in transaction: Transaction
    ) throws {
        let complete = try TransferRequestStore.count(transfer.id, failure: failure, in: transaction)
        let drafts = complete.map { $0.draft($0.failure == nil ? "transfer.succeeded" : "transfer.failed") }
        try self.journal.append(drafts, at: now, in: transaction)
    }
}

extension TransferRequest {
    /// The journal line of this request; its subject is the run that waits.
    func draft(_ kind: String) -> JournalDraft {
        var body: [String: JSONValue] = [
            "destination": .string(self.destination), "blobs": .integer(Int64(self.blobs)),
            "size": .integer(self.size.bytes),
        ]
        if let failure { body["reason"] = .string(failure) }
        return JournalDraft(
            kind: kind, subject: self.run.description, project: self.project, by: .controlPlane, body: .object(body))
    }
}
