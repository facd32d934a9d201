package import CloudPorts
package import Contract

/// Finds the driver for a store. Wiring fulfils it, so that no capability knows which clouds there are.
package protocol StoreDrivers: Sendable {
    /// - Throws: `invalid` when no driver fits the store's type.
    func driver(for store: Store) throws -> any ObjectStoreDriver
}
