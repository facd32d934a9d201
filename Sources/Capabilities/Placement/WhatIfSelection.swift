package import Contract

/// Which of today's environments stay when the question is asked.
package struct WhatIfSelection: Sendable {
    package let kept: [PlacementOffer]
    /// By name.
    package let removed: [String]

    /// - Throws: `invalid` for a name that matches nothing, for a new environment with the name of one that stays, and when
    ///   nothing is left to run in.
    package init(_ question: WhatIf, today: [PlacementOffer], added: [PlacementOffer]) throws(WhatIfError) {
        // What is to stay may be what is new: "everything in eu-north-1".
        try Self.check(question.without, "without", among: today)
        try Self.check(question.only, "only", among: today + added)
        let kept = today.filter { Self.stays($0, question) }
        for name in added.map(\.environment) {
            guard !kept.contains(where: { $0.environment == name }) else { throw .nameTaken(name) }
            guard added.count(where: { $0.environment == name }) == 1 else { throw .addedTwice(name) }
        }
        guard !kept.isEmpty || !added.isEmpty else { throw .nothingLeft }
        self.kept = kept
        let names = Set(kept.map(\.environment))
        self.removed = today.map(\.environment).filter { !names.contains($0) }.sorted()
    }

    private static func stays(_ offer: PlacementOffer, _ question: WhatIf) -> Bool {
        if let without = question.without {
            let named = [
                (without.providers, offer.provider), (without.regions, offer.region),
                (without.environments, offer.environment),
            ]
            if named.contains(where: { $0 != nil && GlobPattern.allows($0, $1) }) { return false }
        }
        guard let only = question.only else { return true }
        return GlobPattern.allows(only.providers, offer.provider) && GlobPattern.allows(only.regions, offer.region)
            && GlobPattern.allows(only.environments, offer.environment)
    }

    private static func check(
        _ filter: WhatIfFilter?, _ key: String, among offers: [PlacementOffer]
    ) throws(WhatIfError) {
        guard let filter else { return }
        let lists = [
            ("provider", filter.providers, offers.map(\.provider)), ("region", filter.regions, offers.map(\.region)),
            ("environment", filter.environments, offers.map(\.environment)),
        ]
        for (noun, patterns, known) in lists {
            for pattern in patterns ?? [] where !known.contains(where: { GlobPattern(pattern).matches($0) }) {
                throw .unknownName(noun: noun, name: pattern, key: key, known: Set(known).sorted())
            }
        }
    }
}
