package import Contract
package import Database
package import Kernel
package import Placement

extension Environments {
    /// What was refused lately, by anybody's runs.
    package func availability(in reader: any Reading) throws -> AvailabilityMemory {
        try AvailabilityStore.load(in: reader)
    }

    /// Remembers that an environment could not take what was placed there, so that others look elsewhere first for a while.
    package func refused(_ name: String, at now: Timestamp, in transaction: Transaction) throws {
        guard let environment = try EnvironmentStore.find(name, in: transaction)?.environment else { return }
        var memory = try AvailabilityStore.load(in: transaction)
        memory.refused(environment.availabilityKey, at: now)
        try AvailabilityStore.save(memory, in: transaction)
    }
}

extension Workers {
    /// A worker came: what was remembered against its environment counts for little now.
    func granted(_ environment: Environment, at now: Timestamp, in transaction: Transaction) throws {
        var memory = try AvailabilityStore.load(in: transaction)
        let before = memory
        memory.granted(environment.availabilityKey, at: now)
        if memory != before { try AvailabilityStore.save(memory, in: transaction) }
    }
}

extension Environment {
    /// What its machines are to the memory of refusals: one's own are known by the environment's name.
    package var availabilityKey: AvailabilityKey {
        AvailabilityKey(
            provider: self.provider, region: self.region, machineType: self.machine ?? self.name, isSpot: false)
    }
}
