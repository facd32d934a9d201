package import Kernel

/// A place for objects. Declared by `kind: Store`.
package struct Store: Codable, Sendable, Hashable {
    package var name: String
    /// `file`, the only driver today.
    package var type: String
    /// For `file`: the folder, absolute or below the data folder.
    package var path: String?
    /// For `file`: `http://address:port` of a listener of its own; absent is the control plane's.
    package var endpoint: String?
    package var provider: String?
    package var region: String?
    /// What residency may ask for.
    package var zones: [String]

    package init(
        name: String, type: String, path: String? = nil, endpoint: String? = nil, provider: String? = nil,
        region: String? = nil, zones: [String]
    ) {
        self.name = name
        self.type = type
        self.path = path
        self.endpoint = endpoint
        self.provider = provider
        self.region = region
        self.zones = zones
    }
}

/// A store with what lies in it.
package struct StoreStatus: Codable, Sendable, Hashable {
    package var store: Store
    package var objects: Int
    package var size: ByteCount

    package init(store: Store, objects: Int, size: ByteCount) {
        self.store = store
        self.objects = objects
        self.size = size
    }
}
