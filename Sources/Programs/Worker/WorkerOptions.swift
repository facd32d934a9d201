package import Kernel

/// How `martlet worker` is to run.
package struct WorkerOptions: Sendable {
    /// A tenth of a small disk; what was used longest ago makes room.
    package static let defaultCacheSize = ByteCount.gibibytes(10)
    /// How long running commands may go on after SIGTERM: what service managers commonly wait for.
    package static let defaultDrainPatience = TimeSpan.seconds(30)

    /// `http://host:port` of the control plane.
    package var server: String
    /// The path of a join file; needed until the worker has joined.
    package var joinFile: String?
    /// The path of the folder that keeps key, credentials and cache.
    package var state: String
    /// The machine's name when nil.
    package var name: String?
    /// As many as the environment says when nil.
    package var slots: Int?
    package var servingSlots: Int?
    /// Where replicas can be reached; the address that leads to the server when nil.
    package var address: String?
    package var cacheSize: ByteCount
    package var drainPatience: TimeSpan

    package init(
        server: String, joinFile: String? = nil, state: String, name: String? = nil, slots: Int? = nil,
        servingSlots: Int? = nil, address: String? = nil, cacheSize: ByteCount = Self.defaultCacheSize,
        drainPatience: TimeSpan = Self.defaultDrainPatience
    ) {
        self.server = server
        self.joinFile = joinFile
        self.state = state
        self.name = name
        self.slots = slots
        self.servingSlots = servingSlots
        self.address = address
        self.cacheSize = cacheSize
        self.drainPatience = drainPatience
    }
}
