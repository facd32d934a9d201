package import Contract
import Database
import Kernel

extension Traces {
    /// Stores spans, of one trace or of several. A span that came before is replaced.
    ///
    /// A trace that is not known yet is made in `experiment`; one that is known stays in its own.
    ///
    /// - Parameters:
    ///   - spans: with what is known of the program that sent them, as tags of its trace.
    ///   - run: the run to which traces whose root is among them are linked, if there is such a run.
    /// - Throws: that there is no such experiment.
    package func log(_ spans: [SentSpan], in experiment: String, run: String? = nil) async throws {
        var ids: [String] = []
        var groups: [String: [SentSpan]] = [:]
        for sent in spans {
            let id = "tr-" + sent.span.trace
            if groups[id] == nil { ids.append(id) }
            groups[id, default: []].append(sent)
        }
        let traces = ids.map { (id: $0, spans: groups[$0] ?? []) }
        try await self.database.write { transaction in
            for trace in traces {
                let number = try self.log(trace.spans, of: trace.id, in: experiment, transaction)
                if let run, trace.spans.contains(where: { $0.span.parent == nil }) {
                    try TraceStore.link(number, toRun: run, in: transaction)
                }
            }
        }
    }

    /// The trace with its spans, roots first, then by their start.
    ///
    /// - Parameter isPartial: whether it is read while spans are missing.
    /// - Throws: `noTraceToRead`; `notComplete` when there are fewer spans than the client said; `spansElsewhere`.
    package func whole(_ id: String, isPartial: Bool) async throws -> (trace: Trace, contents: [String]) {
        try await self.database.read { reader in
            guard let trace = try TraceStore.trace(id, in: reader),
                let number = try TraceStore.number(of: id, in: reader)
            else { throw TraceError.noTraceToRead(id) }
            guard trace.tag(TraceKey.spansLocation) == TraceKey.inDatabase else { throw TraceError.spansElsewhere(id) }
            let contents = try SpanStore.contents(of: number, in: reader)
            guard isPartial || Self.isComplete(trace, spans: contents.count) else { throw TraceError.notComplete(id) }
            return (trace, contents)
        }
    }

    /// Those of `ids` whose spans are all there, in the order of `ids`.
    ///
    /// - Parameter experiments: only traces of these; of all when nil.
    /// - Throws: `spansElsewhere`.
    package func wholes(_ ids: [String], of experiments: [String]? = nil) async throws -> [(
        trace: Trace, contents: [String]
    )] {
        try await self.database.read { reader in
            let found = try TraceStore.traces(ids, of: experiments?.compactMap(Int64.init), in: reader)
            return try Self.ordered(found, as: ids).compactMap { trace in
                guard trace.tag(TraceKey.spansLocation) == TraceKey.inDatabase else {
                    throw TraceError.spansElsewhere(trace.id)
                }
                guard let number = try TraceStore.number(of: trace.id, in: reader) else { return nil }
                let contents = try SpanStore.contents(of: number, in: reader)
                return contents.isEmpty || !Self.isComplete(trace, spans: contents.count) ? nil : (trace, contents)
            }
        }
    }

    /// Whether there are as many spans as the client said there would be.
    private static func isComplete(_ trace: Trace, spans: Int) -> Bool {
        guard let text = trace.metadata(TraceKey.sizes), let sizes = try? JSONValue(text: text) else {
            return spans > 0
        }
        return Int64(spans) >= sizes["num_spans"]?.integerValue ?? 0
    }

    private func log(
        _ sent: [SentSpan], of id: String, in experiment: String, _ transaction: Transaction
    ) throws -> Int64 {
        let spans = sent.map(\.span)
        let aggregate = SpanAggregate(spans)
        let number: Int64
        if let known = try TraceStore.number(of: id, in: transaction) {
            number = known
        } else {
            let home = try Experiments.existing(try Experiments.id(experiment), in: transaction)
            number = try TraceStore.insert(
                Trace(
                    id: id, experiment: home.id, startedAt: aggregate.startedAt,
                    state: aggregate.state ?? .inProgress), in: transaction)
            try Self.setArtifactLocation(of: id, number: number, home, in: transaction)
        }
        for span in spans { try SpanStore.save(span, of: number, in: transaction) }
        try self.refresh(number, id, with: aggregate, in: transaction)
        try TraceStore.setTag(TraceKey.spansLocation, TraceKey.inDatabase, of: number, in: transaction)
        let resource = sent.first { !$0.resource.isEmpty }?.resource ?? []
        for tag in resource + aggregate.tags {
            guard let tag = try? Self.checked(tag) else { continue }
            try TraceStore.setTag(tag.key, tag.value, of: number, in: transaction)
        }
        return number
    }

    /// Tells the trace what its spans say, where its client has said nothing.
    private func refresh(
        _ number: Int64, _ id: String, with aggregate: SpanAggregate, in transaction: Transaction
    ) throws {
        var trace = try self.existing(id, in: transaction)
        if trace.metadata(TraceKey.isComplete) == nil {
            let end = trace.duration.map { trace.startedAt + $0 }
            let latest = [end, aggregate.endedAt].compactMap { $0 }.max()
            trace.startedAt = min(trace.startedAt, aggregate.startedAt)
            trace.duration = latest.map { $0 - trace.startedAt }
        }
        if let state = aggregate.state, trace.state == .inProgress || trace.state == .unspecified {
            trace.state = state
        }
        trace.requestPreview = trace.requestPreview ?? aggregate.requestPreview
        trace.responsePreview = trace.responsePreview ?? aggregate.responsePreview
        try TraceStore.update(trace, number: number, in: transaction)
        for (key, value) in [(TraceKey.session, aggregate.session), (TraceKey.user, aggregate.user)] {
            guard let value, trace.metadata(key) == nil, !value.isLonger(than: Self.maximumSessionLength) else {
                continue
            }
            try TraceStore.setMetadata(key, value, of: number, in: transaction)
        }
        try self.count(trace, number, in: transaction)
    }

    /// Sums tokens and their price over all spans of a trace whose client has not said them.
    private func count(_ trace: Trace, _ number: Int64, in transaction: Transaction) throws {
        let isComplete = trace.metadata(TraceKey.isComplete) != nil
        let needsUsage = !isComplete || trace.metadata(TraceKey.usage) == nil
        let needsCost = !isComplete || trace.metadata(TraceKey.cost) == nil
        guard needsUsage || needsCost,
            try SpanStore.mentions([TraceKey.spanUsage, TraceKey.spanCost], of: number, in: transaction)
        else { return }
        let spans = try SpanStore.contents(of: number, in: transaction).map(SpanContent.span)
        if needsUsage,
            let usage = SpanAggregate.sum(
                TraceKey.spanUsage, keys: ["input_tokens", "output_tokens", "total_tokens"],
                optionalKeys: [
                    "cache_read_input_tokens", "cache_creation_input_tokens",
                    "cache_creation_input_tokens_above_1hr",
                ], of: spans)
        {
            try TraceStore.setMetadata(TraceKey.usage, usage.json, of: number, in: transaction)
        }
        if needsCost,
            let cost = SpanAggregate.sum(
                TraceKey.spanCost, keys: ["input_cost", "output_cost", "total_cost"], of: spans)
        {
            try TraceStore.setMetadata(TraceKey.cost, cost.json, of: number, in: transaction)
        }
    }
}

/// A span as it came in.
package struct SentSpan: Sendable {
    package var span: TraceSpan
    /// What is known of the program that sent it.
    package var resource: [KeyValue]

    package init(span: TraceSpan, resource: [KeyValue] = []) {
        self.span = span
        self.resource = resource
    }
}
