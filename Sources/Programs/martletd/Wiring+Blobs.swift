import CloudPorts
import Contract
import ControlPlane
import Data
import Database
import Kernel
import LocalCloud

/// The control plane's `/blobs/…`, answered by LocalCloud's gate.
struct ServedStores: BlobServing {
    /// Stores looked at for their endpoints; more than any installation declares.
    private static let maximumStores = 1000
    private static let prefix = "/blobs/"

    private let gate: BlobGate
    private let wiring: Wiring

    init(wiring: Wiring) {
        self.wiring = wiring
        self.gate = BlobGate(urls: wiring.localStores.urls(), time: wiring.time) { name in
            guard let store = try await Self.store(name, wiring) else { return nil }
            return try wiring.localStores.driver(for: store)
        }
    }

    func answer(_ call: BlobCall) async throws -> BlobReply {
        let parts = call.target.dropFirst(Self.prefix.count).split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = String(parts.first ?? "")
        if let endpoint = call.endpoint {
            let name = PercentEncoding.decode(path.prefix { $0 != "/" }) ?? ""
            guard try await Self.store(name, self.wiring)?.endpoint == endpoint else {
                throw PlainFault(.notFound, "The store '\(name)' is not served here.")
            }
        }
        let answer = try await self.gate.answer(
            BlobRequest(
                method: call.method, path: path, query: parts.count > 1 ? String(parts[1]) : "",
                range: call.headers["range"], length: call.headers["content-length"].flatMap { Int64($0) },
                body: call.body))
        var headers = answer.headers
        headers["content-length"] = String(answer.length)
        return BlobReply(status: answer.status, headers: headers, body: answer.body)
    }

    func endpoints() async throws -> [String] {
        let stores = self.wiring.stores
        let page = try await self.wiring.database.read { reader in
            try stores.list(PageRequest(limit: Self.maximumStores), in: reader)
        }
        return page.items.compactMap(\.store.endpoint)
    }

    private static func store(_ name: String, _ wiring: Wiring) async throws -> Store? {
        if name == wiring.artifactFolder.name { return wiring.artifactFolder }
        return try await wiring.database.read { try wiring.stores.store(name, in: $0) }
    }
}
