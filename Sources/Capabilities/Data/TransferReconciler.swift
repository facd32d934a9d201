import CloudPorts
import Contract
import Database
import Journal
import Kernel
package import Logging
import ServiceLifecycle

/// Makes the copies that `Transfers` were asked for, some at a time.
///
/// Bytes stream from store to store through here, a chunk in memory per copy, and the destination verifies the digest
/// before the blob shows. A copy that was made and not yet written down is found at its destination, so a crash
/// between the two costs one look. It takes no input: what to do is in the rows. It runs after each journal line, such as the
/// one that somebody asked, and every second for what was postponed.
package struct TransferReconciler: Service {
    /// Copies at a time: enough to fill a link with small files, few enough to leave it to others.
    static let width = 8
    /// Transfers looked at in one go.
    static let batch = 256
    /// How often postponed transfers are looked for.
    private static let period = Duration.seconds(1)
    /// A burst of journal lines is one look.
    private static let pause = Duration.milliseconds(5)

    private let transfers: Transfers
    private let logger: Logger

    package init(transfers: Transfers, logger: Logger) {
        self.transfers = transfers
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await self.transfers.journal.whenNudged(orEvery: Self.period, pause: Self.pause) {
                await self.tick()
                return false
            }
        }
    }

    /// Makes every copy that is due.
    package func tick() async {
        do {
            while !Task.isCancelled {
                let now = self.transfers.time.now
                let due = try await self.transfers.database.read {
                    try TransferStore.due(at: now, limit: Self.batch, in: $0)
                }
                await self.make(due)
                if due.count < Self.batch { return }
            }
        } catch {
            self.logger.warning("transfers wait", metadata: ["error": "\(error)"])
        }
    }

    private func make(_ due: [DueTransfer]) async {
        await withTaskGroup(of: Void.self) { group in
            for (position, transfer) in due.enumerated() {
                if position >= Self.width { await group.next() }
                group.addTask { await self.make(transfer) }
            }
        }
    }

    private func make(_ due: DueTransfer) async {
        do {
            do {
                try await self.copy(due.transfer)
            } catch {
                // A copy that was interrupted because we stop did not fail.
                if Task.isCancelled { return }
                self.log(due, error)
                return try await self.transfers.fail(due, with: error)
            }
            try await self.transfers.succeed(due.transfer)
        } catch {
            // The rows stand as they were: the next tick finds the copy made, or makes it again.
            self.logger.warning("a transfer could not be written down", metadata: ["error": "\(error)"])
        }
    }

    private func copy(_ transfer: Transfer) async throws {
        let key = BlobKey.blob(transfer.blob)
        let destination = try await self.transfers.stores.driver(for: transfer.destination)
        if let there = try await destination.head(key), there.size == transfer.size { return }
        let source = try await self.transfers.stores.driver(for: transfer.source)
        let body = try await source.read(key, range: nil)
        try await destination.put(key, size: transfer.size, sha256: transfer.blob, ifAbsent: false, body: body)
    }

    private func log(_ due: DueTransfer, _ error: any Error) {
        let fault = error as? any Fault
        self.logger.warning(
            "a transfer failed",
            metadata: [
                "transfer": "\(due.transfer.id)", "source": "\(due.transfer.source)",
                "destination": "\(due.transfer.destination)", "tries": "\(due.tries + 1)",
                "error": "\(fault?.message ?? "\(error)")", "detail": "\(fault?.detail ?? "")",
            ])
    }
}
