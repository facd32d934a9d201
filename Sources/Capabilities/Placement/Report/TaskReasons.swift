import Contract
import Kernel

/// Why a task of a plan is not elsewhere, everything else as it is: each environment by itself, the market by provider, and the
/// runner-up.
///
/// Every location of the market is compared in numbers; names and sentences are made of the nearest of each provider only.
/// Costs O(environments × inputs + locations × (inputs + readers)).
struct TaskReasons {
    /// One that reads what the task makes.
    struct Reader {
        let place: Int
        let bytes: ByteCount
    }

    let planner: Planner
    let task: PlacementTask
    let here: Candidate
    let settled: GraphPlan.Settled
    let screen: MarketScreen?
    let readers: [Reader]

    /// A place that would do as well.
    private struct Alternative {
        let source: Candidate.Source
        let figures: CandidateFigures
        /// How much more the plan would cost; nil when a price is unknown.
        let difference: Money?
    }

    /// - Parameter excluded: why not what the market sells.
    func explain(_ planned: inout PlannedTask, _ excluded: [PlacementReason]) {
        var candidates: [Candidate] = []
        var reasons: [PlacementReason] = []
        for (position, offer) in self.settled.offers.enumerated() where self.here.source != .environment(position) {
            switch self.planner.consider(
                offer, at: position, for: self.task, requireFree: self.settled.requiredFree)
            {
            case .success(let candidate): candidates.append(candidate)
            case .failure(let rejected): reasons.append(rejected.reason)
            }
        }
        let weighing = Weighing(self.task, among: candidates.map(\.figures) + [self.here.figures])
        let carried = self.carried(from: self.here.place)
        let environments = candidates.map {
            self.alternative($0.source, $0.figures, at: $0.place, carried)
        }
        for (candidate, alternative) in zip(candidates, environments) {
            reasons.append(
                PlacementReason(
                    offers: candidate.name, reason: self.verdict(candidate, alternative, weighing).sentence,
                    cost: candidate.knownCost.map(Dollars.init)))
        }
        let market = self.marketAlternatives(carried, needsCarbon: weighing.needsCarbon)
        planned.reasons = reasons.sorted { $0.offers < $1.offers } + excluded + self.byProvider(market, weighing)
        guard let next = self.best(environments + market, weighing) else { return }
        planned.runnerUp = self.name(of: next.source)
        planned.difference = next.difference.map(Dollars.init)
    }

    /// What the candidate lost by; dollars are those of the whole plan.
    private func verdict(_ candidate: Candidate, _ alternative: Alternative, _ weighing: Weighing) -> Verdict {
        let verdict = candidate.verdict(against: self.here, weighing)
        if case .dearer = verdict, let more = alternative.difference { return .dearer(by: more) }
        return verdict
    }

    /// The one that would be taken next.
    private func best(_ alternatives: [Alternative], _ weighing: Weighing) -> Alternative? {
        alternatives.min { a, b in
            if weighing.objective == .cost, !a.figures.isAvoided, !b.figures.isAvoided, let mine = a.difference,
                let theirs = b.difference, mine != theirs
            {
                return mine < theirs
            }
            return weighing.order(a.figures, b.figures) ?? (self.sortName(a.source) < self.sortName(b.source))
        }
    }

    private func sortName(_ source: Candidate.Source) -> String {
        guard case .environment(let position) = source else { return "" }
        return self.settled.offers[position].environment
    }

    private func name(of source: Candidate.Source) -> String {
        switch source {
        case .environment(let position): self.settled.offers[position].environment
        case .market(let offer): self.planner.market?.name(of: offer) ?? ""
        }
    }

    // MARK: Differences

    private func alternative(
        _ source: Candidate.Source, _ figures: CandidateFigures, at place: Int, _ carried: Money?
    ) -> Alternative {
        var difference: Money?
        if figures.isPriced, self.here.unpriced.isEmpty, let carried, let there = self.carried(from: place) {
            difference = Money(nanodollars: figures.cost) - self.here.cost + there - carried
        }
        return Alternative(source: source, figures: figures, difference: difference)
    }

    /// What it costs to bring what the task makes from a place to those who read it; nil when a price is unknown.
    private func carried(from place: Int) -> Money? {
        var total = Money.zero
        for reader in self.readers {
            guard let price = self.planner.map.price(of: reader.bytes, from: place, to: reader.place) else {
                return nil
            }
            total += price
        }
        return total
    }

    // MARK: Market

    /// The best of every other location, and the second best of the task's own.
    private func marketAlternatives(_ carried: Money?, needsCarbon: Bool) -> [Alternative] {
        guard let market = self.planner.market, let screen = self.screen else { return [] }
        let travels = MarketTravels(
            of: self.task.inputs, on: self.planner.map, from: self.planner.marketPlace(0),
            count: market.locations.count)
        var found: [Alternative] = []
        for location in market.locations.indices where screen.isAllowed(location) {
            guard var offer = screen.best[location] else { continue }
            if self.here.source == .market(offer) {
                let two = market.cheapest(2, in: location, screen.fit, screen.use, self.planner.lowered)
                guard let second = two.first(where: { $0 != offer }) else { continue }
                offer = second
            }
            let place = self.planner.marketPlace(location)
            var figures = self.planner.figures(offer, self.task, travels)
            guard !self.planner.isOverrun(figures, self.task) else { continue }
            if needsCarbon {
                figures.carbon = self.planner.carbon(market.shapes[offer.shape].watts, self.task, place)
            }
            found.append(self.alternative(.market(offer), figures, at: place, carried))
        }
        return found
    }

    /// The nearest of each provider.
    private func byProvider(_ alternatives: [Alternative], _ weighing: Weighing) -> [PlacementReason] {
        guard let market = self.planner.market else { return [] }
        var providers: [String: [Alternative]] = [:]
        for alternative in alternatives {
            guard case .market(let offer) = alternative.source else { continue }
            providers[market.locations[offer.location].provider ?? "", default: []].append(alternative)
        }
        return providers.sorted { $0.key < $1.key }.compactMap { provider, others in
            guard let nearest = self.best(others.filter { $0.difference != nil }, weighing),
                case .market(let offer) = nearest.source
            else { return nil }
            let verdict = self.verdict(
                self.planner.candidate(offer, market, for: self.task), nearest, weighing)
            return PlacementReason(
                offers: "the best of \(others.count) \(others.count == 1 ? "region" : "regions") of \(provider)",
                count: others.count,
                reason: verdict.sentence + ", the nearest being \(market.name(of: offer))",
                cost: Dollars(Money(nanodollars: nearest.figures.cost)))
        }
    }
}
