package import Contract
package import Database
package import Journal
package import Kernel

/// Traces of programs that answer requests, agents and chats for the most part: what was asked, what was answered, and the
/// spans in between.
///
/// A trace comes in two ways, and both may come first: the client says what it was as a whole (`start`), and its spans come
/// by OpenTelemetry (`log`). What the client said about the whole stands; without it the spans tell. People and judges add
/// assessments. A trace may be linked to runs and to versions of prompts. Deleting one removes it with all that belongs to it.
///
/// Traces come at the rate of requests: they are rows and not lines of the journal, except that their deletion is one.
/// Bounded by the size of a request, names' and values' length, and rows of a page. Messages are MLflow's own.
package struct Traces: Sendable {
    /// Rows of a page, at most.
    package static let maximumPage = 500
    /// Rows of a page when the search does not say.
    package static let defaultPage: Int64 = 100
    /// Traces that are read whole at once.
    package static let maximumBatch = 1000
    /// Characters of a trace's name.
    package static let maximumNameLength = 4096
    /// Characters of the name of a session.
    package static let maximumSessionLength = 250
    /// Traces that one request may link to a run.
    package static let maximumLinks = 100
    /// Traces that one request may delete; the rest is left for the next.
    package static let maximumDeleted = 100_000
    /// Traces of one statement, so that a deletion does not hold up other writers for long.
    private static let deletedAtOnce = 500

    let database: Database
    let journal: Journal
    let time: any TimeSource

    package init(database: Database, journal: Journal, time: any TimeSource) {
        self.database = database
        self.journal = journal
        self.time = time
    }

    // MARK: Start

    /// Stores what a client says about a trace as a whole. Spans that came before are kept, and so are tags.
    ///
    /// - Parameters:
    ///   - trace: its experiment is not read.
    ///   - experiment: as the client writes it.
    /// - Throws: that there is no such experiment, or that it is deleted; `tooLong`.
    package func start(_ trace: Trace, in experiment: String) async throws -> Trace {
        var trace = trace
        trace.experiment = try Experiments.id(experiment)
        try Self.check(trace)
        trace.metadata.append(KeyValue(key: TraceKey.isComplete, value: "true"))
        let (new, home) = (trace, trace.experiment)
        return try await self.database.write { transaction in
            let home = try Experiments.active(home, in: transaction)
            let number = try Self.save(new, in: transaction)
            try Self.setArtifactLocation(of: new.id, number: number, home, in: transaction)
            return try self.existing(new.id, in: transaction)
        }
    }

    /// Begins a trace as version 2 of the API does, with an id of our own.
    package func start(
        in experiment: String, at start: Timestamp, metadata: [KeyValue], tags: [KeyValue]
    ) async throws -> Trace {
        var random = SystemRandomNumberGenerator()
        var trace = Trace(
            id: HexadecimalID.make(using: &random), experiment: try Experiments.id(experiment), startedAt: start,
            state: .inProgress)
        trace.metadata = metadata
        trace.tags = tags
        try Self.check(trace)
        let (new, home) = (trace, trace.experiment)
        return try await self.database.write { transaction in
            let home = try Experiments.active(home, in: transaction)
            let number = try Self.save(new, in: transaction)
            try Self.setArtifactLocation(of: new.id, number: number, home, in: transaction)
            return try self.existing(new.id, in: transaction)
        }
    }

    /// Ends a trace as version 2 of the API does.
    ///
    /// - Throws: `noTrace`.
    package func end(
        _ id: String, at end: Timestamp, state: Trace.State, metadata: [KeyValue], tags: [KeyValue]
    ) async throws -> Trace {
        try await self.database.write { transaction in
            var trace = try self.existing(id, in: transaction)
            trace.duration = end - trace.startedAt
            trace.state = state
            trace.metadata = metadata
            trace.tags = tags
            try Self.check(trace)
            _ = try Self.save(trace, in: transaction)
            return try self.existing(id, in: transaction)
        }
    }

    // MARK: Read

    /// - Throws: `noTrace`.
    package func trace(_ id: String) async throws -> Trace {
        try await self.database.read { try self.existing(id, in: $0) }
    }

    /// Those of `ids` that are there, in the order of `ids`.
    ///
    /// - Parameter experiments: only traces of these; of all when nil.
    package func traces(_ ids: [String], of experiments: [String]? = nil) async throws -> [Trace] {
        try await self.database.read { reader in
            Self.ordered(
                try TraceStore.traces(ids, of: experiments?.compactMap(Int64.init), in: reader), as: ids)
        }
    }

    // MARK: Tags

    /// - Throws: `ownTag`, `tooLong`, `noTrace`.
    package func setTag(_ key: String, _ value: String, of id: String) async throws {
        guard !TraceKey.ownTags.contains(key) else { throw TraceError.ownTag(key, verb: "set") }
        let tag = try Self.checked(KeyValue(key: key, value: value))
        try await self.database.write { transaction in
            let number = try self.number(of: id, in: transaction)
            try TraceStore.setTag(tag.key, tag.value, of: number, in: transaction)
        }
    }

    /// - Throws: `ownTag`, `noTag`.
    package func deleteTag(_ key: String, of id: String) async throws {
        guard !TraceKey.ownTags.contains(key) || key == TraceKey.archivalFailure else {
            throw TraceError.ownTag(key, verb: "deleted")
        }
        try await self.database.write { transaction in
            guard let number = try TraceStore.number(of: id, in: transaction),
                try TraceStore.deleteTag(key, of: number, in: transaction)
            else { throw TraceError.noTag(key, trace: id) }
        }
    }

    // MARK: Delete

    /// Removes traces of an experiment: those named, or those that began no later than `until`, the oldest first.
    ///
    /// - Returns: how many.
    /// - Throws: `nothingToDelete`, `twoWaysToDelete`, `limitWithIDs`, `invalidLimit`.
    package func delete(
        in experiment: String, ids: [String], until: Timestamp?, limit: Int64?, by principal: Principal
    ) async throws -> Int {
        guard until != nil || !ids.isEmpty else { throw TraceError.nothingToDelete }
        guard until == nil || ids.isEmpty else { throw TraceError.twoWaysToDelete }
        guard limit == nil || ids.isEmpty else { throw TraceError.limitWithIDs }
        guard limit ?? 1 > 0 else { throw TraceError.invalidLimit(limit ?? 0) }
        let experiment = try Experiments.id(experiment)
        let most = min(Int(clamping: limit ?? .max), Self.maximumDeleted)
        var deleted = 0
        while deleted < most {
            let count = min(most - deleted, Self.deletedAtOnce)
            let now = self.time.now
            let step = try await self.database.write { transaction in
                let numbers = try TraceStore.numbers(
                    of: experiment, ids: ids.isEmpty ? nil : ids, until: until, limit: count, in: transaction)
                guard !numbers.isEmpty else { return 0 }
                try TraceStore.delete(numbers, in: transaction)
                let line = JournalDraft(
                    kind: "traces.deleted", subject: String(experiment), by: principal,
                    body: ["count": .integer(Int64(numbers.count))])
                try self.journal.append([line], at: now, in: transaction)
                return numbers.count
            }
            deleted += step
            if step < count { break }
        }
        return deleted
    }

    // MARK: Shared with the other verbs

    func existing(_ id: String, in reader: any Reading) throws -> Trace {
        guard let trace = try TraceStore.trace(id, in: reader) else { throw TraceError.noTrace(id) }
        return trace
    }

    func number(of id: String, in reader: any Reading) throws -> Int64 {
        guard let number = try TraceStore.number(of: id, in: reader) else { throw TraceError.noTrace(id) }
        return number
    }

    static func ordered(_ traces: [Trace], as ids: [String]) -> [Trace] {
        let byID = Dictionary(traces.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var seen: Set<String> = []
        return ids.compactMap { seen.insert($0).inserted ? byID[$0] : nil }
    }

    /// Inserts a trace, or changes the one with its id: what is nil there stays, tags and metadata are added.
    ///
    /// - Returns: its number.
    private static func save(_ trace: Trace, in transaction: Transaction) throws -> Int64 {
        let number: Int64
        if let known = try TraceStore.number(of: trace.id, in: transaction) {
            number = known
            var merged = trace
            if let old = try TraceStore.trace(trace.id, in: transaction) {
                merged.requestPreview = trace.requestPreview ?? old.requestPreview
                merged.responsePreview = trace.responsePreview ?? old.responsePreview
            }
            try TraceStore.update(merged, number: number, in: transaction)
        } else {
            number = try TraceStore.insert(trace, in: transaction)
        }
        for tag in trace.tags { try TraceStore.setTag(tag.key, tag.value, of: number, in: transaction) }
        for field in trace.metadata {
            try TraceStore.setMetadata(field.key, field.value, of: number, in: transaction)
        }
        for assessment in trace.assessments { try AssessmentStore.save(assessment, of: number, in: transaction) }
        return number
    }

    static func setArtifactLocation(
        of id: String, number: Int64, _ home: Experiment, in transaction: Transaction
    ) throws {
        try TraceStore.setTag(
            TraceKey.artifactLocation, ArtifactLocation.append(["traces", id, "artifacts"], to: home.artifactLocation),
            of: number, in: transaction)
    }

    /// The tag, its value cut to the limit.
    ///
    /// - Throws: `tooLong`, and what `TrackingRules` refuses of keys.
    static func checked(_ tag: KeyValue) throws -> KeyValue {
        let checked = try TrackingRules.runTag(tag)
        guard tag.key != TraceKey.name || !tag.value.isLonger(than: Self.maximumNameLength) else {
            throw TraceError.tooLong("Trace name", limit: Self.maximumNameLength)
        }
        return checked
    }

    private static func check(_ trace: Trace) throws(TraceError) {
        if let name = trace.tag(TraceKey.name), name.isLonger(than: Self.maximumNameLength) {
            throw .tooLong("Trace name", limit: Self.maximumNameLength)
        }
        if let session = trace.metadata(TraceKey.session), session.isLonger(than: Self.maximumSessionLength) {
            throw .tooLong("Session ID", limit: Self.maximumSessionLength)
        }
    }
}
