package import Kernel

package enum WorkerStatus: String, Codable, Sendable, CaseIterable {
    case live, draining, lost
}

/// A machine that joined an environment and runs attempts.
package struct Worker: Codable, Sendable, Hashable, Identified {
    package static let idPrefix = "wrk"

    package var id: ID<Worker>
    package var environment: String
    package var name: String
    package var status: WorkerStatus
    package var slots: Int
    package var servingSlots: Int
    package var cpus: Int
    package var memory: ByteCount
    package var containerEngine: String?
    /// The address at which its replicas can be reached.
    package var address: String
    package var version: String
    package var joinedAt: Timestamp
    package var lastSeenAt: Timestamp

    package init(
        id: ID<Worker>, environment: String, name: String, status: WorkerStatus, slots: Int, servingSlots: Int,
        cpus: Int, memory: ByteCount, containerEngine: String? = nil, address: String, version: String,
        joinedAt: Timestamp, lastSeenAt: Timestamp
    ) {
        self.id = id
        self.environment = environment
        self.name = name
        self.status = status
        self.slots = slots
        self.servingSlots = servingSlots
        self.cpus = cpus
        self.memory = memory
        self.containerEngine = containerEngine
        self.address = address
        self.version = version
        self.joinedAt = joinedAt
        self.lastSeenAt = lastSeenAt
    }
}

/// What a worker says of itself when it joins; the join token is its bearer token.
package struct WorkerRegistration: Codable, Sendable, Hashable {
    /// Joining again with the same key, from the same join token, gives the same worker.
    package var key: String
    package var name: String
    /// Absent: as many as the environment says.
    package var slots: Int?
    package var servingSlots: Int?
    package var cpus: Int
    package var memory: ByteCount
    package var containerEngine: String?
    package var address: String
    package var version: String

    package init(
        key: String, name: String, slots: Int? = nil, servingSlots: Int? = nil, cpus: Int, memory: ByteCount,
        containerEngine: String? = nil, address: String, version: String
    ) {
        self.key = key
        self.name = name
        self.slots = slots
        self.servingSlots = servingSlots
        self.cpus = cpus
        self.memory = memory
        self.containerEngine = containerEngine
        self.address = address
        self.version = version
    }
}

/// What a worker gets for it, and again at each renewal. Kept in a file of mode 0600.
package struct WorkerCredentials: Codable, Sendable, Hashable {
    package var worker: ID<Worker>
    package var environment: String
    package var token: String
    package var expires: Timestamp
    package var heartbeat: TimeSpan
    package var term: TimeSpan
    package var slots: Int
    package var servingSlots: Int

    package init(
        worker: ID<Worker>, environment: String, token: String, expires: Timestamp, heartbeat: TimeSpan,
        term: TimeSpan, slots: Int, servingSlots: Int
    ) {
        self.worker = worker
        self.environment = environment
        self.token = token
        self.expires = expires
        self.heartbeat = heartbeat
        self.term = term
        self.slots = slots
        self.servingSlots = servingSlots
    }
}

/// The content of a join file: where to join, and the one-time token that allows it.
package struct JoinFile: Codable, Sendable, Hashable {
    package var environment: String
    package var token: String
    package var expires: Timestamp

    package init(environment: String, token: String, expires: Timestamp) {
        self.environment = environment
        self.token = token
        self.expires = expires
    }
}

package struct ClaimRequest: Codable, Sendable, Hashable {
    /// Free slots for batch runs.
    package var slots: Int
    /// Free slots for replicas.
    package var servingSlots: Int
    /// How long the answer may be held back while there is nothing to do; at most 30 s.
    package var wait: TimeSpan

    package init(slots: Int, servingSlots: Int, wait: TimeSpan) {
        self.slots = slots
        self.servingSlots = servingSlots
        self.wait = wait
    }
}

package struct ClaimResponse: Codable, Sendable, Hashable {
    package var assignments: [Assignment]

    package init(assignments: [Assignment]) {
        self.assignments = assignments
    }
}

package struct HeartbeatRequest: Codable, Sendable, Hashable {
    package var attempts: [AttemptHeartbeat]

    package init(attempts: [AttemptHeartbeat]) {
        self.attempts = attempts
    }
}

package struct AttemptHeartbeat: Codable, Sendable, Hashable {
    package var attempt: ID<Attempt>
    package var fence: Int
    /// Set once the command has been started.
    package var running: Bool
    /// For a replica: the port it listens on, once its health check answers.
    package var readyPort: Int?

    package init(attempt: ID<Attempt>, fence: Int, running: Bool, readyPort: Int? = nil) {
        self.attempt = attempt
        self.fence = fence
        self.running = running
        self.readyPort = readyPort
    }
}

package struct HeartbeatResponse: Codable, Sendable, Hashable {
    package var attempts: [AttemptVerdict]

    package init(attempts: [AttemptVerdict]) {
        self.attempts = attempts
    }
}

package struct AttemptVerdict: Codable, Sendable, Hashable {
    package var attempt: ID<Attempt>
    package var order: Order

    package enum Order: String, Codable, Sendable, CaseIterable {
        case `continue`
        /// Stop the command, SIGTERM first, and report it.
        case stop
        /// The lease is gone: stop the command at once, report nothing.
        case abandon
    }

    package init(attempt: ID<Attempt>, order: Order) {
        self.attempt = attempt
        self.order = order
    }
}

package struct ReportBatch: Codable, Sendable, Hashable {
    package var reports: [AttemptReport]

    package init(reports: [AttemptReport]) {
        self.reports = reports
    }
}

package struct ReportVerdicts: Codable, Sendable, Hashable {
    package var verdicts: [ReportVerdict]

    package init(verdicts: [ReportVerdict]) {
        self.verdicts = verdicts
    }
}
