package import Kernel

/// What capacity is asked for: the same for all users, so that the refusal of one spares the others a try.
package struct AvailabilityKey: Sendable, Hashable, Codable {
    package var provider: String
    package var region: String
    /// Nil for the region as a whole.
    package var zone: String?
    package var machineType: String
    package var isSpot: Bool

    package init(provider: String, region: String, zone: String? = nil, machineType: String, isSpot: Bool) {
        self.provider = provider
        self.region = region
        self.zone = zone
        self.machineType = machineType
        self.isSpot = isSpot
    }

    /// The same for the whole region; nil when it is that already.
    fileprivate var wholeRegion: AvailabilityKey? {
        guard self.zone != nil else { return nil }
        var key = self
        key.zone = nil
        return key
    }
}

extension AvailabilityKey: Comparable {
    package static func < (a: Self, b: Self) -> Bool { a.parts.lexicographicallyPrecedes(b.parts) }

    private var parts: [String] {
        [
            self.provider, self.region, self.zone == nil ? "" : "z", self.zone ?? "", self.machineType,
            self.isSpot ? "spot" : "",
        ]
    }
}

/// Remembers for a while who refused what, so that the planner looks elsewhere first.
///
/// Every refusal adds 1 to the weight of its key, up to 4; weights halve every 10 minutes for spot and every 30 for on
/// demand; the availability is ½ to the power of the weight. So one refusal halves it, a fourth in a row leaves a
/// sixteenth, and after an hour of silence spot counts as good as new (0.99). A refusal for lack of quota goes to 4 at
/// once: another try cannot do better. A grant takes ¾ of the weight away, and not all: somebody else's refusal may be
/// newer than the capacity that was granted. A refusal for a whole region counts for each of its zones too.
///
/// It is one small value, kept in a row and changed in the caller's transaction. It knows no clock; time that runs back
/// lets nothing decay. It is bounded: the weakest entry goes when a new one needs its place.
package struct AvailabilityMemory: Sendable, Hashable {
    /// Keys. All zones of the regions a team uses, times the types it asks for; about 150 KB as JSON.
    package static let limit = 1024
    /// Spot capacity comes and goes within minutes to hours (Wu et al., NSDI 2024, §2.2): a try every 10 minutes is cheap.
    package static let spotHalfLife = TimeSpan.minutes(10)
    /// On-demand capacity that is short stays short for longer.
    package static let onDemandHalfLife = TimeSpan.minutes(30)
    /// Refusals in a row after which one more says nothing new: availability ¹⁄₁₆.
    package static let heaviest = 4.0
    /// Weights below it change the availability by less than 1 % and are forgotten.
    package static let lightest = 0.01
    /// What a grant leaves of the weight.
    private static let keptByGrant = 0.25

    package enum Refusal: String, Sendable, Hashable, Codable { case capacity, quota }

    private struct Weight: Hashable {
        var value: Double
        var at: Timestamp
    }

    private var weights: [AvailabilityKey: Weight] = [:]

    package init() {}

    package var count: Int { self.weights.count }
    /// What is remembered, in order.
    var keys: [AvailabilityKey] { self.weights.keys.sorted() }

    /// - Complexity: O(1), O(`limit`) when the memory is full.
    package mutating func refused(_ key: AvailabilityKey, at now: Timestamp, because refusal: Refusal = .capacity) {
        let before = self.weight(of: key, at: now)
        let value = refusal == .quota ? Self.heaviest : min(Self.heaviest, before + 1)
        if self.weights[key] == nil, self.weights.count >= Self.limit { self.dropWeakest(at: now) }
        // An older refusal that arrives late must not turn the time of the entry back.
        self.weights[key] = Weight(value: value, at: max(now, self.weights[key]?.at ?? now))
    }

    /// - Complexity: O(1).
    package mutating func granted(_ key: AvailabilityKey, at now: Timestamp) {
        guard let old = self.weights[key] else { return }
        let value = self.weight(of: key, at: now) * Self.keptByGrant
        self.weights[key] = value < Self.lightest ? nil : Weight(value: value, at: max(now, old.at))
    }

    /// How promising a try is, 0…1; 1 where nothing is remembered.
    ///
    /// - Complexity: O(1), no allocation beyond the key of the region.
    package func availability(of key: AvailabilityKey, at now: Timestamp) -> Double {
        let region = key.wholeRegion.map { self.weight(of: $0, at: now) } ?? 0
        return Self.halved(times: self.weight(of: key, at: now) + region)
    }

    private func weight(of key: AvailabilityKey, at now: Timestamp) -> Double {
        guard let weight = self.weights[key] else { return 0 }
        let halfLife = key.isSpot ? Self.spotHalfLife : Self.onDemandHalfLife
        return weight.value * Self.halved(times: (now - weight.at).seconds / halfLife.seconds)
    }

    private mutating func dropWeakest(at now: Timestamp) {
        let weighed = self.weights.keys.map { (weight: self.weight(of: $0, at: now), key: $0) }
        self.weights = self.weights.filter { self.weight(of: $0.key, at: now) >= Self.lightest }
        guard self.weights.count >= Self.limit,
            let weakest = weighed.min(by: { ($0.weight, $0.key) < ($1.weight, $1.key) })
        else { return }
        self.weights[weakest.key] = nil
    }

    /// ½ to the power of `times`, 1 below zero, within 10⁻⁷ of the exact value; the library has none without libm.
    static func halved(times: Double) -> Double {
        guard times > 0 else { return 1 }
        // Below 2⁻⁶⁴ nothing is left to tell from zero.
        guard times < 64 else { return 0 }
        var rest = times - times.rounded(.down)
        var value = Double(sign: .plus, exponent: -Int(times), significand: 1)
        var root = 0.5
        for _ in 0..<24 {
            root = root.squareRoot()
            rest *= 2
            if rest >= 1 {
                value *= root
                rest -= 1
            }
        }
        return value
    }
}

extension AvailabilityMemory: Codable {
    private struct Entry: Codable {
        var key: AvailabilityKey
        var weight: Double
        var at: Timestamp
    }

    /// - Throws: `DecodingError` for more entries than the limit, one key twice, or a weight out of range.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let entries = try container.decode([Entry].self)
        let isGood = entries.allSatisfy { (0...Self.heaviest).contains($0.weight) }
        guard entries.count <= Self.limit, isGood, Set(entries.map(\.key)).count == entries.count else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "no memory of at most \(Self.limit) weights from 0 to \(Self.heaviest)"
            )
        }
        self.weights = Dictionary(
            entries.map { ($0.key, Weight(value: $0.weight, at: $0.at)) }, uniquingKeysWith: { $1 })
    }

    /// The entries in the order of their keys, so that equal memories are equal rows.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(
            self.weights.sorted { $0.key < $1.key }.map {
                Entry(key: $0.key, weight: $0.value.value, at: $0.value.at)
            })
    }
}
