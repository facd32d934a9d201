import CloudPorts
import Contract
import Data
import Database
import Digest
import Kernel
import Logging
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What tests of data say often.
extension EngineFixture {
    func declareStore(
        _ name: String, zones: [String] = ["EU"], provider: String = "onprem", region: String = "room"
    ) async throws {
        _ = try await self.stores.declare(
            Store(name: name, type: "file", provider: provider, region: region, zones: zones), dryRun: false,
            by: Self.operatorUser)
    }

    /// Puts a file into a store and writes down that it is there.
    @discardableResult
    func keep(_ text: String, at store: String) async throws -> BlobDescription {
        let entry = try await self.put(text, at: store)
        let blob = BlobDescription(sha256: entry.sha256, size: entry.size)
        try await self.database.write { try self.stores.recordBlobs([blob], at: store, in: $0) }
        return blob
    }

    /// Asks for blobs on behalf of a run.
    @discardableResult
    func request(
        _ blobs: [BlobDescription], to store: String, for run: ID<Run>, residency: Residency = .any
    ) async throws -> Int {
        try await self.database.write { transaction in
            try self.transfers.request(
                blobs, to: store, for: run, project: "digits", residency: residency, in: transaction)
        }
    }

    /// One turn of the reconciler that copies.
    func copyDue() async {
        await TransferReconciler(transfers: self.transfers, logger: Self.quiet).tick()
    }

    private static var quiet: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    func progress(_ run: ID<Run>) async throws -> TransferProgress {
        try await self.database.read { try self.transfers.outstanding(for: run, in: $0) }
    }

    func transfers(of run: ID<Run>? = nil) async throws -> [Transfer] {
        try await self.database.read { try self.transfers.list(of: run, PageRequest(limit: 1000), in: $0) }.items
    }

    func moved(for run: ID<Run>) async throws -> [ByteCount] {
        try await self.database.read { try self.transfers.moved(for: run, in: $0).map(\.size) }
    }

    func missing(_ tree: Tree, at store: String) async throws -> [ContentDigest] {
        try await self.database.read { try self.stores.missing(tree, at: store, in: $0).map(\.sha256) }
    }

    func isStored(_ tree: Tree) async throws -> Bool {
        try await self.database.read { try self.stores.isStored(tree, in: $0) }
    }

    func status(_ store: String) async throws -> StoreStatus {
        try await self.database.read { try self.stores.status(store, in: $0) }
    }

    /// The bytes that lie in a store under a key; nil when nothing does.
    func object(_ key: String, at store: String) async throws -> String? {
        let driver = try await self.stores.driver(for: store)
        guard try await driver.head(key) != nil else { return nil }
        var bytes: [UInt8] = []
        for try await chunk in try await driver.read(key, range: nil) { bytes += chunk }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Makes a store impossible to write to, as a disk that was unmounted is: a file lies in its folder's place.
    func breakStore(_ name: String) throws { try Data([0]).write(to: URL(fileURLWithPath: "\(self.folder)/\(name)")) }

    func mendStore(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(self.folder)/\(name)") }
}

extension TreeEntry {
    /// An entry for these bytes.
    init(_ path: String, _ text: String, size: Int64? = nil) {
        self.init(
            path: path, size: ByteCount(size ?? Int64(text.utf8.count)), sha256: Digest.sha256(text))
    }
}

extension Tree {
    /// As many files of one byte as wanted, each with a digest of its own that only looks like one.
    static func made(of count: Int, seed: UInt64) throws -> Tree {
        try Tree(
            (0..<count).map { number in
                let digits = String(seed << 32 + UInt64(number), radix: 16)
                let hex = String(repeating: "0", count: 64 - digits.count) + digits
                return TreeEntry(path: "f\(number)", size: ByteCount(1), sha256: try #require(ContentDigest(hex)))
            })
    }
}
