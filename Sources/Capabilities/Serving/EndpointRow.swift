import Contract
import Digest
import Kernel

/// An endpoint as it is stored: what was asked for, by whom.
struct EndpointRow: Sendable {
    var endpoint: Endpoint
    /// In whose name replicas run.
    var user: Principal
    /// It is gone as soon as nothing of it is left.
    var isDeleted: Bool
    /// Why a replica could not be submitted lately.
    var problem: String?
    var createdAt: Timestamp
    var updatedAt: Timestamp
}

extension Revision {
    /// What makes two revisions of the same name different ones: everything but how much and how many.
    func key() throws -> EndpointMachine.Key {
        var definition = self
        definition.traffic = 0
        definition.replicas = 0
        return EndpointMachine.Key(name: self.name, definition: Digest.sha256(try Wire.text(definition)))
    }
}

extension EndpointRow {
    /// What the machine is told.
    func wanted() throws -> [(key: EndpointMachine.Key, traffic: Int, replicas: Int)] {
        if self.isDeleted { return [] }
        return try self.endpoint.revisions.map { (try $0.key(), $0.traffic, $0.replicas) }
    }
}
