import Contract
import Kernel

/// Tells the control plane the running totals, when there are new ones.
struct ServingReporter: Sendable {
    private let link: any ControlPlaneLink
    private let counters: ServingCounters
    /// The id of this start of the gateway, under which the totals are kept apart.
    private let gateway: String

    init(link: any ControlPlaneLink, counters: ServingCounters, gateway: String) {
        self.link = link
        self.counters = counters
        self.gateway = gateway
    }

    /// Until the task is cancelled. A report that failed is superseded by the next: totals lose nothing.
    func run() async {
        var reported: UInt64 = 0
        while !Task.isCancelled {
            let changes = self.counters.changes
            if changes != reported, await self.report() { reported = changes }
            // A service's own tick.
            try? await Task.sleep(for: GatewayLimits.reportEvery.duration)
        }
    }

    /// - Returns: whether it arrived.
    @discardableResult
    func report() async -> Bool {
        let report = ServingReport(gateway: self.gateway, statistics: self.counters.statistics())
        do { try await self.link.report(report) } catch { return false }
        return true
    }
}
