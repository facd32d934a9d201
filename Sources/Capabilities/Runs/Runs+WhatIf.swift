import Catalog
package import Contract
import Data
import Database
import Fleet
import Kernel
import Placement

extension Runs {
    /// Replays the recorded runs of a period against other offers.
    ///
    /// - Throws: `invalid` for a question that cannot be asked, `notFound` when the period has no billed run.
    /// - Complexity: O(runs), in pages, at most `WhatIfReplay.maximumRuns` of them, newest first.
    package func whatIf(_ question: WhatIf) async throws -> WhatIfReport {
        let period = try Self.period(of: question, now: self.time.now)
        let world = try await self.database.read { try self.world(of: question, in: $0) }
        let history = try await self.history(question.project, from: period.from, until: period.until, world)
        guard let first = history.runs.map(\.submittedAt).min() else {
            throw WhatIfError.noRuns(project: question.project, from: period.from, until: period.until)
        }
        let selection = world.selection
        let sums = WhatIfSums(
            history.runs, from: period.from, until: period.until, kept: selection.kept, added: world.added,
            planner: world.planner)
        return WhatIfReport(
            from: period.from, until: period.until, project: question.project, firstRun: first,
            leftOut: history.leftOut, kept: selection.kept.map(\.environment).sorted(), removed: selection.removed,
            projects: sums.projects, total: sums.total, unplaced: sums.unplaced, unpricedRuns: sums.unpricedRuns,
            added: sums.use, purchase: sums.purchase, assumptions: Self.assumptions)
    }

    /// What is offered, and what moving bytes costs.
    private struct World: Sendable {
        let selection: WhatIfSelection
        let added: [AddedCapacity]
        let planner: Planner
        /// Of today's environments, by name.
        let stores: [String: String]
    }

    /// What a reader has to know to trust the figures.
    private static let assumptions = [
        "A run belongs to the period in which it was submitted, and counts with all that it has cost so far.",
        "A run would hold a slot for as long as all its attempts were billed, wherever it runs.",
        "Prices are those of today's environments; slots that nobody used and storage are in neither sum.",
        "Bytes lie at first in their dataset's store or where their writer runs, and are brought to a store once.",
        "A purchase: running = what-if - charged by amortisation + electricity around the clock; "
            + "monthly saving = (actual - running) * 30 d / period; break-even month = price / monthly saving, rounded up, "
            + "without interest or resale.",
    ]

    private static func period(of question: WhatIf, now: Timestamp) throws -> (from: Timestamp, until: Timestamp) {
        if question.period != nil, question.from != nil { throw WhatIfError.twoPeriods }
        let end = question.until ?? now
        let from = question.from ?? end - (question.period ?? WhatIf.defaultPeriod)
        guard from < end else { throw WhatIfError.emptyPeriod(from: from, until: end) }
        guard from < now else { throw WhatIfError.future(from: from, now: now) }
        // What is not over yet has only been recorded up to now.
        return (from, min(end, now))
    }

    private func world(of question: WhatIf, in reader: any Reading) throws -> World {
        let stores = try self.stores.all(in: reader)
        let additions = question.add ?? []
        guard additions.count <= WhatIf.maximumAdditions else {
            throw WhatIfError.badAddition(
                additions[WhatIf.maximumAdditions].environment.name,
                why:
                    "'add' has \(additions.count) environments, and \(WhatIf.maximumAdditions) are the most. Leave some out."
            )
        }
        let added = try additions.map { try AddedCapacity($0, stores: stores, catalog: self.environments.catalog) }
        let own = additions.map(\.environment).filter { $0.store == nil }.map { environment in
            Store(
                name: AddedCapacity.ownStore(environment.name), type: "file", provider: environment.provider,
                region: environment.region, zones: environment.zones)
        }
        let today = try self.offers(in: reader)
        return World(
            selection: try WhatIfSelection(question, today: today, added: added.map(\.offer)), added: added,
            planner: Planner(PlaceMaps.draw(stores + own, self.environments.catalog)),
            stores: Dictionary(today.map { ($0.environment, $0.store) }) { first, _ in first })
    }

    private func history(
        _ project: String?, from: Timestamp, until: Timestamp, _ world: World
    ) async throws -> (runs: [RecordedRun], leftOut: Int) {
        var recorded = RecordedRuns(self, environments: world.stores)
        while recorded.found.count < WhatIfReplay.maximumRuns {
            let before = recorded
            let (after, isLast) = try await self.database.read { reader in
                var next = before
                let rows = try RunStore.submitted(
                    from: from, until: until, project: project, after: next.last, limit: RecordedRuns.page, in: reader)
                try next.add(rows, in: reader)
                return (next, rows.count < RecordedRuns.page)
            }
            recorded = after
            if isLast { return (recorded.found, 0) }
        }
        let found = recorded.found
        guard let oldest = found.last?.id else { return (found, 0) }
        let leftOut = try await self.database.read {
            try RunStore.countSubmitted(from: from, before: oldest, project: project, in: $0)
        }
        return (found, leftOut)
    }
}
