import Contract
import Kernel

/// The places that may take a task, and those that may not, before anything is known of the other tasks.
struct Considered: Sendable {
    /// Environments first, in the order of the offers, then the cheapest offer of each location of the market.
    var candidates: [Candidate] = []
    var excluded: [PlacementReason] = []
    var exclusions: [Exclusion] = []
    /// What of the market is allowed and fits; nil without a market.
    var screen: MarketScreen?
    /// Tasks that ask the same have the same number.
    var demand = 0
}

/// What a task allows of the market.
struct MarketScreen: Sendable {
    let fit: Market.Fit
    /// For each location why the task may not run there; nil where it may.
    let barred: [MarketBar?]
}

/// Why a whole location of the market is out.
enum MarketBar: Sendable, Hashable, CaseIterable {
    case environment, provider, region, residency
}

extension Planner {
    /// Looks at every environment and every location of the market for one task.
    ///
    /// - Complexity: O(environments + shapes + locations × offers cheaper than the first that fits).
    func consider(_ task: PlacementTask, among offers: [PlacementOffer], fits: inout [MachineDemand: Market.Fit])
        -> Considered
    {
        var considered = Considered()
        for (index, offer) in offers.enumerated() {
            switch self.consider(offer, at: index, for: task, requireFree: false) {
            case .success(let candidate): considered.candidates.append(candidate)
            case .failure(let rejected):
                considered.excluded.append(rejected.reason)
                considered.exclusions.append(rejected.exclusion)
            }
        }
        guard let market = self.market, task.kind == .batch || !market.locations.isEmpty else { return considered }
        let screen = self.screen(task, market, &fits)
        considered.candidates += self.candidates(task, market, screen)
        considered.screen = screen
        return considered
    }

    /// The cheapest offer that fits in each location that is allowed.
    func candidates(_ task: PlacementTask, _ market: Market, _ screen: MarketScreen) -> [Candidate] {
        let use = task.resources.spot ?? .never
        return market.locations.indices.compactMap { location in
            guard screen.barred[location] == nil,
                let offer = market.cheapest(1, in: location, screen.fit, use, self.lowered).first
            else { return nil }
            let candidate = self.candidate(offer, market, for: task)
            return self.overrun(candidate, task) == nil ? candidate : nil
        }
    }

    private func screen(
        _ task: PlacementTask, _ market: Market, _ fits: inout [MachineDemand: Market.Fit]
    ) -> MarketScreen {
        let demand = MachineDemand(task.resources)
        let fit = fits[demand] ?? Market.Fit(demand, market.shapes)
        fits[demand] = fit
        let residency = task.wholeResidency
        return MarketScreen(
            fit: fit,
            barred: market.locations.map { place in
                if task.policy.environments != nil { return .environment }
                if !GlobPattern.allows(task.policy.providers, place.provider ?? "") { return .provider }
                if !GlobPattern.allows(task.policy.regions, place.region ?? "") { return .region }
                return residency.allows(zones: place.zones) ? nil : .residency
            })
    }
}
