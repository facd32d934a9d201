package import Contract
import Database
import Kernel

/// Stores, uploads and trees over the API.
package struct StoreRoutes: Sendable {
    private let stores: Stores

    package init(stores: Stores) { self.stores = stores }

    package var bound: [BoundRoute] {
        let stores = self.stores
        return [
            Routes.listStores.bind { call in
                let page = try call.page()
                return try await stores.database.read { try stores.list(page, in: $0) }
            },
            Routes.getStore.bind { call in
                try await stores.database.read { try stores.status(call.name(), in: $0) }
            },
            Routes.putStore.bind { call, store in
                guard store.name == call.name() else {
                    throw PlainFault(
                        .invalid,
                        "The body names the store '\(store.name)', the address '\(call.name())'. Make them equal.")
                }
                return try await stores.declare(store, dryRun: call.flag("dryRun"), by: call.principal)
            },
            Routes.requestUpload.bind { _, request in
                try await stores.presignUploads(request.blobs, at: request.store)
            },
            Routes.getTree.bind { call in
                let text = call.name("digest")
                guard let digest = ContentDigest(text) else {
                    throw PlainFault(.invalid, "'\(text)' is not a digest of 64 lower-case hex digits.")
                }
                guard let tree = try await stores.database.read({ try stores.tree(digest, in: $0) }) else {
                    throw DataError.noTree(digest)
                }
                return tree
            },
        ]
    }
}
