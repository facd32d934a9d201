package import Contract
package import Digest
import Kernel
import Synchronization

/// The drivers of the file stores of one control plane, each made once.
///
/// A store's URLs lead to its own listener when it has one (`endpoint:`), else to the control plane.
package final class LocalStores: Sendable {
    /// Below the data folder, for stores that name no path.
    private static let defaultFolder = "stores"
    /// A `folder` is what other programs read too: the artifacts of MLflow.
    private static let layouts: [String: FileLayout] = ["file": .encoded, "folder": .plain]

    private let dataFolder: String
    private let key: HMACKey
    private let base: @Sendable () -> String
    private let drivers = Mutex<[Store: FileStoreDriver]>([:])

    /// - Parameters:
    ///   - dataFolder: absolute.
    ///   - key: the control plane's master key.
    ///   - base: `http://address:port` of the control plane as others reach it.
    package init(dataFolder: String, key: HMACKey, base: @escaping @Sendable () -> String) {
        self.dataFolder = dataFolder
        self.key = key.derived(for: BlobURLs.purpose)
        self.base = base
    }

    /// - Throws: `invalid` when it is no file store.
    package func driver(for store: Store) throws -> FileStoreDriver {
        guard let layout = Self.layouts[store.type] else {
            throw PlainFault(.invalid, "The store '\(store.name)' has the type '\(store.type)'. Use 'file'.")
        }
        return self.drivers.withLock { drivers in
            if let driver = drivers[store] { return driver }
            let path = store.path ?? "\(Self.defaultFolder)/\(store.name)"
            let driver = FileStoreDriver(
                store: store.name, folder: path.hasPrefix("/") ? path : "\(self.dataFolder)/\(path)",
                layout: layout, urls: self.urls(for: store))
            // One of them for each way in which a store was declared: few, because people do that.
            drivers[store] = driver
            return driver
        }
    }

    /// The signer for a store's URLs, and what the gate before it verifies with.
    package func urls(for store: Store? = nil) -> BlobURLs {
        guard let endpoint = store?.endpoint else { return BlobURLs(key: self.key, base: self.base) }
        return BlobURLs(key: self.key) { endpoint }
    }
}
