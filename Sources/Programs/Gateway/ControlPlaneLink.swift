package import Contract

/// What a gateway needs of the control plane. Fulfilled by `ClientLink`; each verb may fail at any time.
package protocol ControlPlaneLink: Sendable {
    func routing() async throws -> RoutingTable
    /// Calls `onChange` whenever the routing changed after `sequence`, until the stream ends or the task is cancelled.
    func watchRouting(after sequence: Int64, onChange: @Sendable @escaping () async throws -> Void) async throws
    func report(_ report: ServingReport) async throws
}
