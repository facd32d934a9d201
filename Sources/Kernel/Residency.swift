/// Where data may lie and be worked on.
///
/// A conjunction of clauses; each clause is a set of zones (`EU`, `FI`, `onprem` …) of which a place must have at least
/// one. No clause means anywhere. The strictest of several is the union of their clauses, so combining never loosens.
package struct Residency: Hashable, Sendable {
    package private(set) var clauses: Set<Set<String>>

    package static let any = Residency(clauses: [])

    package init(clauses: Set<Set<String>>) { self.clauses = clauses }

    /// Only in places that have one of `zones`.
    package static func only(_ zones: Set<String>) -> Residency { Residency(clauses: [zones]) }

    package var isAny: Bool { self.clauses.isEmpty }

    /// What is allowed by both.
    package func strictest(_ other: Residency) -> Residency { Residency(clauses: self.clauses.union(other.clauses)) }

    /// Whether every place that this allows is allowed by `other` too: this is as strict, or stricter.
    package func implies(_ other: Residency) -> Bool {
        other.clauses.allSatisfy { theirs in self.clauses.contains { $0.isSubset(of: theirs) } }
    }

    /// Whether a place with these zones may hold the data.
    package func allows(zones: Set<String>) -> Bool { self.clauses.allSatisfy { !$0.isDisjoint(with: zones) } }
}

extension Residency: CustomStringConvertible {
    /// `any`, `onprem`, `EU or UK`, `onprem and EU or UK`.
    package var description: String {
        if self.isAny { return "any" }
        return self.clauses.map { $0.sorted().joined(separator: " or ") }.sorted().joined(separator: " and ")
    }
}

extension Residency: Codable {
    /// An array of clauses, each an array of zones, sorted; `[]` is anywhere.
    package init(from decoder: any Decoder) throws {
        self.clauses = Set(try decoder.singleValueContainer().decode([[String]].self).map { Set($0) })
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        let sorted = self.clauses.map { $0.sorted() }
        try container.encode(sorted.sorted { $0.joined(separator: ",") < $1.joined(separator: ",") })
    }
}
