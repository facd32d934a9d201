import Contract
import Kernel
package import Tracking

/// The routes of assessments: feedback, expectations and issues, on a trace or one of its spans.
package struct MLflowAssessments: Sendable {
    private let traces: Traces

    package init(traces: Traces) { self.traces = traces }

    package var routes: [MLflowRoute] {
        [
            MLflowRoute("POST", "/mlflow/traces/{trace_id}/assessments", in: .version3, .edit, handle: self.create),
            MLflowRoute("GET", "/mlflow/traces/{trace_id}/assessments/{assessment_id}", in: .version3) { call in
                Self.answer(try await self.traces.assessment(call.assessment, of: call.trace))
            },
            MLflowRoute(
                "PATCH", "/mlflow/traces/{trace_id}/assessments/{assessment_id}", in: .version3, .edit,
                handle: self.update),
            MLflowRoute("DELETE", "/mlflow/traces/{trace_id}/assessments/{assessment_id}", in: .version3, .edit) {
                call in
                try await self.traces.deleteAssessment(call.assessment, of: call.trace)
                return MLflowWriter.empty
            },
        ]
    }

    private func create(_ call: MLflowCall) async throws -> Answer {
        guard call.fields["assessment"] != nil else { throw MLflowError.missing("assessment") }
        let assessment = try call.fields.object("assessment").assessment(of: call.trace)
        return Self.answer(try await self.traces.assess(assessment))
    }

    private func update(_ call: MLflowCall) async throws -> Answer {
        guard call.fields["assessment"] != nil else { throw MLflowError.missing("assessment") }
        let mask = try call.fields.required("update_mask").split(separator: ",").map(String.init)
        let fields = try call.fields.object("assessment")
        var change = AssessmentChange()
        for path in mask {
            switch path {
            case "assessment_name", "assessmentName": change.name = try fields.string("assessment_name") ?? ""
            case "expectation", "feedback":
                change.value = try fields.value(path == "feedback" ? .feedback : .expectation)
            case "rationale": change.rationale = try fields.string("rationale") ?? ""
            case "metadata": change.metadata = try fields.map("metadata")
            default: break
            }
        }
        if mask.contains("expectation") && mask.contains("feedback") {
            throw MLflowError(
                .invalidParameterValue, "Cannot specify both `expectation` and `feedback` parameters.")
        }
        return Self.answer(try await self.traces.update(call.assessment, of: call.trace, with: change))
    }

    private static func answer(_ assessment: Assessment) -> Answer {
        MLflowWriter.answer { $0.object("assessment") { $0.content(of: assessment) } }
    }
}

extension MLflowCall {
    fileprivate var trace: String { self.path["trace_id"] ?? "" }
    fileprivate var assessment: String { self.path["assessment_id"] ?? "" }
}

extension MLflowFields {
    /// An assessment as the API writes it. Times that are not there are those of 1970, as in MLflow.
    func assessment(of trace: String) throws -> Assessment {
        let kinds: [Assessment.Kind] = [.feedback, .expectation, .issue]
        guard let kind = kinds.first(where: { self[$0.rawValue] != nil }) else {
            throw MLflowError(.invalidParameterValue, "Unknown assessment type: None")
        }
        let value = try self.value(kind)
        let source = try self.object("source")
        return Assessment(
            id: try self.string("assessment_id") ?? "", trace: trace, kind: kind,
            name: try self.string("assessment_name") ?? "", value: value.json, failure: value.failure,
            sourceType: try source.string("source_type") ?? "SOURCE_TYPE_UNSPECIFIED",
            sourceID: try source.string("source_id") ?? "", createdAt: try self.time("create_time"),
            updatedAt: try self.time("last_update_time"), span: try self.text("span_id"),
            rationale: kind == .expectation ? nil : try self.text("rationale"), metadata: try self.map("metadata"),
            overrides: kind == .feedback ? try self.text("overrides") : nil)
    }

    /// What is said, below the name of its kind.
    fileprivate func value(_ kind: Assessment.Kind) throws -> AssessmentChange.Value {
        let fields = try self.object(kind.rawValue)
        switch kind {
        case .issue: return AssessmentChange.Value(kind: kind, json: Self.json(fields["issue_name"]))
        case .expectation:
            if fields["serialized_value"] != nil {
                let serialized = try fields.object("serialized_value")
                let format = try serialized.string("serialization_format") ?? ""
                guard format == "JSON_FORMAT" else {
                    throw MLflowError(
                        .invalidParameterValue,
                        "Unknown serialization format: \(format). Only JSON_FORMAT is supported.")
                }
                let json = try SpanValue(json: try serialized.string("value") ?? "null").json
                return AssessmentChange.Value(kind: kind, json: json)
            }
            return AssessmentChange.Value(kind: kind, json: Self.json(fields["value"]))
        case .feedback:
            var value = AssessmentChange.Value(kind: kind, json: Self.json(fields["value"]))
            if fields["error"] != nil {
                let error = try fields.object("error")
                value.failure = Assessment.Failure(
                    code: try error.string("error_code") ?? "", message: try error.text("error_message"),
                    stack: try error.text("stack_trace"))
            }
            return value
        }
    }

    private static func json(_ value: JSONValue?) -> String {
        let text = (value ?? .null).text
        return (try? SpanValue(json: text))?.json ?? text
    }

    private func time(_ name: String) throws(MLflowError) -> Timestamp {
        guard let text = try self.string(name) else { return Timestamp(milliseconds: 0) }
        guard let time = Timestamp(text) else { throw .invalid(.string(text), for: name) }
        return time
    }

    /// A string that is there and not empty.
    private func text(_ name: String) throws(MLflowError) -> String? {
        guard let text = try self.string(name), !text.isEmpty else { return nil }
        return text
    }
}

extension MLflowWriter {
    /// The fields of `Assessment`, in the order of the proto.
    mutating func content(of assessment: Assessment) {
        self.field("assessment_id", assessment.id)
        self.field("assessment_name", assessment.name)
        self.field("trace_id", assessment.trace)
        self.field("span_id", assessment.span)
        self.object("source") {
            $0.field("source_type", assessment.sourceType)
            $0.field("source_id", assessment.sourceID)
        }
        self.field("create_time", assessment.createdAt.protoText)
        self.field("last_update_time", assessment.updatedAt.protoText)
        self.value(of: assessment)
        self.field("rationale", assessment.rationale)
        self.map("metadata", assessment.metadata.map { ($0.key, $0.value) })
        self.field("overrides", assessment.overrides)
        self.field("valid", assessment.isValid)
    }

    private mutating func value(of assessment: Assessment) {
        switch assessment.kind {
        case .feedback:
            self.object("feedback") { writer in
                writer.field("value", json: assessment.value)
                guard let failure = assessment.failure else { return }
                writer.object("error") {
                    $0.field("error_code", failure.code)
                    $0.field("error_message", failure.message)
                    $0.field("stack_trace", failure.stack)
                }
            }
        case .expectation:
            self.object("expectation") { writer in
                let isPlain = assessment.value != "null" && !"{[".contains(assessment.value.prefix(1))
                if isPlain { return writer.field("value", json: assessment.value) }
                writer.object("serialized_value") {
                    $0.field("serialization_format", "JSON_FORMAT")
                    $0.field("value", assessment.value)
                }
            }
        case .issue: self.object("issue") { $0.field("issue_name", json: assessment.value) }
        }
    }
}
