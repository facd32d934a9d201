import Contract
import Kernel

/// The places that may take a task, and those that may not, before anything is known of the other tasks.
///
/// They are numbered: environments first, in the order of the offers, then the locations of the market.
struct Considered: Sendable {
    /// Of environments.
    var candidates: [Candidate] = []
    /// The cheapest offer of each location of the market.
    var market = MarketColumns()
    var excluded: [PlacementReason] = []
    var exclusions: [Exclusion] = []
    /// What of the market is allowed and fits; nil without a market.
    var screen: MarketScreen?

    var count: Int { self.candidates.count + self.market.count }
    var isEmpty: Bool { self.count == 0 }

    func figures(_ position: Int) -> CandidateFigures {
        let environments = self.candidates.count
        return position < environments
            ? self.candidates[position].figures : self.market.figures[position - environments]
    }

    var figures: [CandidateFigures] { self.candidates.map(\.figures) + self.market.figures }

    func place(_ position: Int) -> Int {
        let environments = self.candidates.count
        return position < environments
            ? self.candidates[position].place : self.market.places[position - environments]
    }

    func source(_ position: Int) -> Candidate.Source {
        let environments = self.candidates.count
        return position < environments
            ? self.candidates[position].source : .market(self.market.offers[position - environments])
    }

    /// The position of a source; nil when it is not among them.
    func position(of source: Candidate.Source) -> Int? {
        switch source {
        case .environment: self.candidates.firstIndex { $0.source == source }
        case .market(let offer):
            self.market.offers.firstIndex(of: offer).map { $0 + self.candidates.count }
        }
    }
}

extension Planner {
    /// Looks at every environment and every location of the market for one task.
    ///
    /// - Complexity: O(environments + locations), and what `MarketScreens.screen` takes.
    func consider(_ task: PlacementTask, among offers: [PlacementOffer], _ screens: inout MarketScreens?) -> Considered
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
        guard let market = self.market, !market.locations.isEmpty, let screen = screens?.screen(task) else {
            return considered
        }
        considered.market = self.columns(task, market, screen)
        considered.screen = screen
        return considered
    }
}
