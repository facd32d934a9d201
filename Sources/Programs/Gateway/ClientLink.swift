import Client
package import Contract
import Kernel

/// The control plane through its client. A token that is refused is read again from its file, once.
package struct ClientLink: ControlPlaneLink {
    /// A report that takes longer is as good as lost: the next one is due.
    private static let deadline = TimeSpan.seconds(5)

    private let client: Client
    private let token: TokenFile?

    package init(server: String, tokenFile: String?) {
        let token = tokenFile.map { TokenFile(path: $0) }
        self.token = token
        self.client = Client(server: server, token: { token?.current })
    }

    package func routing() async throws -> RoutingTable {
        try await self.authenticated { try await self.client.call(Routes.routing, within: Self.deadline) }
    }

    package func watchRouting(after sequence: Int64, onChange: @Sendable @escaping () async throws -> Void) async throws
    {
        try await self.authenticated {
            let changes = self.client.events(after: sequence, kind: "routing.changed", patience: .zero)
            for try await _ in changes { try await onChange() }
        }
    }

    package func standing(of token: String) async throws -> TokenStanding {
        try await self.authenticated {
            try await self.client.call(
                Routes.checkToken, body: TokenCheck(token: token), within: GatewayLimits.tokenCheck, isIdempotent: true)
        }
    }

    package func report(_ report: ServingReport) async throws {
        try await self.authenticated {
            _ = try await self.client.call(
                Routes.reportServing, body: report, within: Self.deadline, isIdempotent: true)
        }
    }

    private func authenticated<Value>(_ work: () async throws -> Value) async throws -> Value {
        do { return try await work() } catch let fault as any Fault {
            guard fault.kind == .unauthenticated, self.token?.reload() == true else { throw fault }
            return try await work()
        }
    }
}
