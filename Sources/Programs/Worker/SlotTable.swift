package import Contract
package import Kernel

/// Decides which attempts a worker takes on, and what it says of them in a heartbeat.
///
/// An attempt holds its slot from the claim until the control plane has decided on its report. Pure: `Roster` keeps one in a
/// lock.
package struct SlotTable: Sendable {
    package enum Admission: Sendable, Equatable {
        case admitted
        /// Claimed before; an answer that came twice.
        case known
        /// The worker is shutting down; the attempt is to be given back.
        case draining
    }

    private struct Entry: Sendable {
        var fence: Int
        var kind: RunKind
        var running = false
        var readyPort: Int?
    }

    private var capacity: [RunKind: Int]
    private var entries: [ID<Attempt>: Entry] = [:]
    package private(set) var isDraining = false

    package init(slots: Int, servingSlots: Int) {
        self.capacity = [.batch: slots, .replica: servingSlots]
    }

    /// Takes over what a renewal says; attempts above the new number go on.
    package mutating func resize(slots: Int, servingSlots: Int) {
        self.capacity = [.batch: slots, .replica: servingSlots]
    }

    package var isEmpty: Bool { self.entries.isEmpty }
    package var attempts: [ID<Attempt>] { self.entries.keys.sorted() }

    package func attempts(of kind: RunKind) -> [ID<Attempt>] {
        self.entries.filter { $0.value.kind == kind }.keys.sorted()
    }

    /// How many more attempts of this kind may be asked for; 0 while draining.
    package func free(_ kind: RunKind) -> Int {
        guard !self.isDraining else { return 0 }
        let used = self.entries.values.count { $0.kind == kind }
        return max(0, (self.capacity[kind] ?? 0) - used)
    }

    package mutating func admit(_ assignment: Assignment) -> Admission {
        if self.entries[assignment.attempt] != nil { return .known }
        self.entries[assignment.attempt] = Entry(fence: assignment.fence, kind: assignment.kind)
        return self.isDraining ? .draining : .admitted
    }

    /// The command has been started. Unknown attempts are ignored, here and below.
    package mutating func markRunning(_ attempt: ID<Attempt>) { self.entries[attempt]?.running = true }

    /// The replica answers at `port`, or no longer does.
    package mutating func setReady(_ attempt: ID<Attempt>, port: Int?) { self.entries[attempt]?.readyPort = port }

    package mutating func release(_ attempt: ID<Attempt>) { self.entries[attempt] = nil }

    /// From now on nothing is asked for.
    package mutating func drain() { self.isDraining = true }

    package var heartbeat: HeartbeatRequest {
        HeartbeatRequest(
            attempts: self.entries.sorted { $0.key < $1.key }.map { id, entry in
                AttemptHeartbeat(attempt: id, fence: entry.fence, running: entry.running, readyPort: entry.readyPort)
            })
    }
}
