import Foundation
import Testing

/// A rule that was broken in a world made from a seed.
struct BrokenRule: Hashable {
    let rule: String
    let detail: String
}

/// The seeds of the simulations of this target: half always the same, half never seen before.
enum PlacementSeeds {
    /// `MARTLET_SEED` names the only one; else there are `count`, or as many as `MARTLET_SEEDS` says.
    static func all(_ usual: Int) -> [UInt64] {
        let variables = ProcessInfo.processInfo.environment
        if let one = variables["MARTLET_SEED"].flatMap({ UInt64($0) }) { return [one] }
        let count = variables["MARTLET_SEEDS"].flatMap { Int($0) } ?? usual
        let known = (0..<UInt64(count / 2)).map { $0 }
        return known + (0..<count / 2).map { _ in UInt64.random(in: UInt64(count)...UInt64(Int64.max)) }
    }

    /// Reports the first seed in which a rule is broken, with the command that repeats it.
    static func check(_ filter: String, count: Int, _ world: (UInt64) -> [BrokenRule]) {
        for seed in Self.all(count) {
            guard let first = world(seed).first else { continue }
            Issue.record("\(first.rule): \(first.detail)\nMARTLET_SEED=\(seed) swift test --filter \(filter)")
            return
        }
    }

    /// The rules that a broken subject is found to break in the first `count` worlds.
    static func rulesBroken(count: Int, until rule: String, _ world: (UInt64) -> [BrokenRule]) -> Set<String> {
        var found: Set<String> = []
        for seed in 0..<UInt64(count) where !found.contains(rule) { found.formUnion(world(seed).map(\.rule)) }
        return found
    }
}
