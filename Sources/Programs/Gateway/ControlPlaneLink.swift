package import Contract

/// What a gateway needs of the control plane. Fulfilled by `ClientLink`; each verb may fail at any time.
package protocol ControlPlaneLink: Sendable {
    func routing() async throws -> RoutingTable
    /// Calls `onChange` whenever the routing changed after `sequence`, until the stream ends or the task is cancelled.
    func watchRouting(after sequence: Int64, onChange: @Sendable @escaping () async throws -> Void) async throws
    /// What the control plane knows of a token that was presented here. A refusal is an answer, not an error.
    func standing(of token: String) async throws -> TokenStanding
    func report(_ report: ServingReport) async throws
}
