import Database
import Contract
import Kernel
import Testing
@testable import Tracking

@Suite struct TracesTests {
    private static let trace = "0123456789abcdef0123456789abcdef"
    private static var id: String { "tr-" + Self.trace }

    private func make() async throws -> (TrackingFixture, Traces) {
        let fixture = try await TrackingFixture()
        try await fixture.database.migrate(TraceStore.migrations)
        return (fixture, Traces(database: fixture.database, journal: fixture.journal, time: fixture.time))
    }

    private func span(
        _ id: Int, parent: Int? = nil, name: String = "work", attributes: [SpanField] = [],
        status: TraceSpan.Status = .ok
    ) -> SentSpan {
        func hex(_ number: Int) -> String { String(repeating: "0", count: 15) + String(number, radix: 16) }
        return SentSpan(
            span: TraceSpan(
                trace: Self.trace, id: hex(id), parent: parent.map(hex), name: name,
                startedAt: 1_700_000_000_000_000_000 + Int64(id), endedAt: 1_700_000_002_000_000_000, status: status,
                attributes: attributes))
    }

    @Test("spans that come alone make their trace: times, state, previews, tokens, tags")
    func alone() async throws {
        let (fixture, traces) = try await self.make()
        defer { withExtendedLifetime(fixture) {} }
        let usage: (Int64) -> SpanField = {
            .init("mlflow.chat.tokenUsage", .map([.init("input_tokens", .integer($0))]))
        }
        try await traces.log([self.span(2, parent: 1, attributes: [usage(3)])], in: "0")
        #expect(try await traces.trace(Self.id).state == .inProgress)
        let root = self.span(
            1,
            attributes: [
                .init("mlflow.spanInputs", .map([.init("q", .text("why?"))])),
                .init("mlflow.traceTag.team", .text("blue")),
            ])
        try await traces.log([root, self.span(3, parent: 1, attributes: [usage(4)])], in: "0")
        let trace = try await traces.trace(Self.id)
        #expect(trace.state == .ok && trace.duration == TimeSpan(milliseconds: 2000))
        #expect(trace.requestPreview == #"{"q": "why?"}"#)
        #expect(trace.tag("team") == "blue" && trace.tag("mlflow.trace.spansLocation") == "TRACKING_STORE")
        #expect(trace.tag("mlflow.artifactLocation") == "mlflow-artifacts:/0/traces/\(Self.id)/artifacts")
        #expect(
            trace.metadata("mlflow.trace.tokenUsage")
                == #"{"input_tokens": 7, "output_tokens": 0, "total_tokens": 0}"#)
    }

    @Test("what the client says of the whole stands, whichever comes first")
    func precedence() async throws {
        let (fixture, traces) = try await self.make()
        defer { withExtendedLifetime(fixture) {} }
        try await traces.log([self.span(1)], in: "0")
        var whole = Trace(
            id: Self.id, experiment: 0, startedAt: Timestamp(milliseconds: 5), duration: TimeSpan(milliseconds: 7),
            state: .error, requestPreview: "said")
        whole.tags = [KeyValue(key: "mlflow.traceName", value: "agent")]
        _ = try await traces.start(whole, in: "0")
        try await traces.log([self.span(2, parent: 1)], in: "0")
        let trace = try await traces.trace(Self.id)
        #expect(trace.startedAt == whole.startedAt && trace.duration == whole.duration && trace.state == .error)
        #expect(trace.requestPreview == "said" && trace.tag("mlflow.traceName") == "agent")
    }

    @Test("a trace is read whole only when all its spans have come")
    func completeness() async throws {
        let (fixture, traces) = try await self.make()
        defer { withExtendedLifetime(fixture) {} }
        var whole = Trace(id: Self.id, experiment: 0, startedAt: Timestamp(milliseconds: 5), state: .ok)
        whole.metadata = [KeyValue(key: "mlflow.trace.sizeStats", value: #"{"num_spans": 2}"#)]
        _ = try await traces.start(whole, in: "0")
        try await traces.log([self.span(2, parent: 1)], in: "0")
        #expect(
            await TrackingFixture.refusal { _ = try await traces.whole(Self.id, isPartial: false) }
                == "Trace with ID \(Self.id) is not fully exported yet, please try again later.")
        #expect(try await traces.whole(Self.id, isPartial: true).contents.count == 1)
        #expect(try await traces.wholes([Self.id]).isEmpty)
        try await traces.log([self.span(1)], in: "0")
        let contents = try await traces.whole(Self.id, isPartial: false).contents
        #expect(try contents.map { try SpanContent.span(from: $0).parent } == [nil, "0000000000000001"])
    }

    @Test("searches by tags, spans, text, feedback and expectations")
    func search() async throws {
        let (fixture, traces) = try await self.make()
        defer { withExtendedLifetime(fixture) {} }
        try await traces.log(
            [
                self.span(1, attributes: [.init("mlflow.spanInputs", .text("où est-ce ?"))]),
                self.span(
                    2, parent: 1, name: "call",
                    attributes: [.init("mlflow.spanType", .text("LLM")), .init("model", .text("m_1"))]),
            ], in: "0")
        try await traces.setTag("team", "blue", of: Self.id)
        let now = Timestamp(milliseconds: 1)
        for (kind, name, value) in [
            (Assessment.Kind.feedback, "quality", "0.5"), (.feedback, "tone", #""fine""#),
            (.expectation, "answer", "42"),
        ] {
            _ = try await traces.assess(
                Assessment(
                    id: "", trace: Self.id, kind: kind, name: name, value: value, sourceType: "HUMAN", sourceID: "ada",
                    createdAt: now, updatedAt: now))
        }
        let hits = [
            "tags.team = 'blue'", "trace.status = 'OK'", "span.name = 'call' AND span.type = 'LLM'",
            "trace.text LIKE '%où%'", "span.attributes.model = 'm_1'", "span.attributes.model LIKE '%m_%'",
            "feedback.quality > 0.4", "feedback.tone = 'fine'", "expectation.answer = '42'", "feedback.none IS NULL",
            "tags.team IS NOT NULL", "timestamp_ms >= 1700000000000",
        ]
        let misses = [
            "tags.team = 'Blue'", "tags.team LIKE 'B%'", "span.name = 'work' AND span.type = 'LLM'",
            "span.attributes.model = 'm'", "feedback.quality > 0.6", "feedback.tone = 'rude'", "feedback.tone IS NULL",
        ]
        for filter in hits {
            #expect(
                try await traces.search(TraceQuery(experiments: ["0"], filter: filter)).items.count == 1, "\(filter)")
        }
        for filter in misses {
            #expect(try await traces.search(TraceQuery(experiments: ["0"], filter: filter)).items.isEmpty, "\(filter)")
        }
        #expect(try await traces.search(TraceQuery(experiments: ["1"])).items.isEmpty)
    }

    @Test("an assessment that overrides another makes it invalid until it is deleted")
    func overriding() async throws {
        let (fixture, traces) = try await self.make()
        defer { withExtendedLifetime(fixture) {} }
        try await traces.log([self.span(1)], in: "0")
        var opinion = Assessment(
            id: "", trace: Self.id, kind: .feedback, name: "good", value: "true", sourceType: "HUMAN", sourceID: "ada",
            createdAt: Timestamp(milliseconds: 1), updatedAt: Timestamp(milliseconds: 1))
        let first = try await traces.assess(opinion)
        opinion.overrides = first.id
        let second = try await traces.assess(opinion)
        #expect(try await !traces.assessment(first.id, of: Self.id).isValid)
        try await traces.deleteAssessment(second.id, of: Self.id)
        #expect(try await traces.assessment(first.id, of: Self.id).isValid)
        var change = AssessmentChange()
        change.value = .init(kind: .expectation, json: "1")
        let refusal = await TrackingFixture.refusal { [change] in
            _ = try await traces.update(first.id, of: Self.id, with: change)
        }
        #expect(refusal == "Cannot update expectation value on a Feedback assessment.")
    }

    @Test("deleting needs ids or a time, and takes everything of the trace with it")
    func deleting() async throws {
        let (fixture, traces) = try await self.make()
        defer { withExtendedLifetime(fixture) {} }
        try await traces.log([self.span(1)], in: "0")
        for (ids, until, limit) in [
            ([], nil, nil), (["a"], Timestamp(milliseconds: 1), nil), (["a"], nil, Int64(1)),
            ([], Timestamp(milliseconds: 1), 0),
        ] as [([String], Timestamp?, Int64?)] {
            #expect(
                await TrackingFixture.refusal {
                    _ = try await traces.delete(in: "0", ids: ids, until: until, limit: limit, by: TrackingFixture.ada)
                } != nil)
        }
        #expect(try await traces.delete(in: "0", ids: [Self.id], until: nil, limit: nil, by: TrackingFixture.ada) == 1)
        let rows = try await fixture.database.read {
            try $0.rows("SELECT 1 FROM trace_spans UNION ALL SELECT 1 FROM trace_tags")
        }
        #expect(rows.isEmpty)
        #expect(
            await TrackingFixture.refusal { _ = try await traces.trace(Self.id) }
                == "Trace with ID '\(Self.id)' not found.")
    }

    @Test("a span is the same after it was text") func content() throws {
        var span = self.span(7, parent: 1).span
        span.statusMessage = "über\n\"x\""
        span.attributes = [
            .init("z", .map([.init("b", .integer(1)), .init("a", .array([.null, .bool(true), .number(0.5)]))])),
            .init("a", .text("3")),
        ]
        span.events = [.init(name: "exception", at: 5, attributes: [.init("exception.message", .text("boom"))])]
        span.links = [.init(trace: "tr-" + Self.trace, span: "0000000000000009")]
        #expect(try SpanContent.span(from: SpanContent.text(of: span)) == span)
    }

    @Test("tokens of a span are those of the spans below it too, even when parents go in a circle") func sums() throws {
        let usage: (Int64) -> [SpanField] = { [.init("u", .map([.init("n", .integer($0))]))] }
        let spans = [
            self.span(1), self.span(2, parent: 1, attributes: usage(5)), self.span(3, parent: 2, attributes: usage(5)),
            self.span(4, parent: 1, attributes: usage(2)), self.span(5, parent: 6, attributes: usage(100)),
            self.span(6, parent: 5),
        ].map(\.span)
        #expect(SpanAggregate.sum("u", keys: ["n", "m"], of: spans)?.json == #"{"n": 7, "m": 0}"#)
    }
}
