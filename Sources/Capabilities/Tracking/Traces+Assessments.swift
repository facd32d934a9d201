package import Contract
import Database
import Kernel

extension Traces {
    /// Adds an assessment to its trace. One that it overrides is no longer valid.
    ///
    /// - Parameter assessment: an empty id gets one.
    /// - Throws: `noTrace`; `noAssessment` when what it overrides is not there.
    package func assess(_ assessment: Assessment) async throws -> Assessment {
        var assessment = assessment
        if assessment.id.isEmpty { assessment.id = Self.assessmentID() }
        let new = assessment
        return try await self.database.write { transaction in
            let number = try self.number(of: new.trace, in: transaction)
            if let overridden = new.overrides,
                try !AssessmentStore.setValid(false, overridden, of: number, in: transaction)
            {
                throw TraceError.noAssessment(overridden, trace: new.trace)
            }
            try AssessmentStore.save(new, of: number, in: transaction)
            return new
        }
    }

    /// A new id: `a-` and 32 hex digits.
    package static func assessmentID() -> String {
        var random = SystemRandomNumberGenerator()
        return "a-" + HexadecimalID.make(using: &random)
    }

    /// - Throws: `noTraceToUpdate`, `noAssessment`.
    package func assessment(_ id: String, of trace: String) async throws -> Assessment {
        try await self.database.read { try self.existing(id, of: trace, in: $0) }
    }

    /// Changes an assessment; what is nil stays, metadata is added.
    ///
    /// - Throws: `noTraceToUpdate`, `noAssessment`, `otherKind`.
    package func update(_ id: String, of trace: String, with change: AssessmentChange) async throws -> Assessment {
        let now = self.time.now
        return try await self.database.write { transaction in
            var assessment = try self.existing(id, of: trace, in: transaction)
            if let value = change.value {
                guard value.kind == assessment.kind else {
                    throw TraceError.otherKind(given: value.kind, is: assessment.kind)
                }
                assessment.value = value.json
                assessment.failure = value.failure
            }
            assessment.name = change.name ?? assessment.name
            assessment.rationale = change.rationale ?? assessment.rationale
            for field in change.metadata {
                assessment.metadata.removeAll { $0.key == field.key }
                assessment.metadata.append(field)
            }
            assessment.updatedAt = now
            let number = try self.number(of: trace, in: transaction)
            try AssessmentStore.save(assessment, of: number, in: transaction)
            return assessment
        }
    }

    /// Removes an assessment; one that it overrode is valid again. One that is not there is no error.
    package func deleteAssessment(_ id: String, of trace: String) async throws {
        try await self.database.write { transaction in
            guard let assessment = try AssessmentStore.assessment(id, of: trace, in: transaction),
                let number = try TraceStore.number(of: trace, in: transaction)
            else { return }
            if let overridden = assessment.overrides {
                _ = try AssessmentStore.setValid(true, overridden, of: number, in: transaction)
            }
            try AssessmentStore.delete(id, in: transaction)
        }
    }

    private func existing(_ id: String, of trace: String, in reader: any Reading) throws -> Assessment {
        if let assessment = try AssessmentStore.assessment(id, of: trace, in: reader) { return assessment }
        guard try TraceStore.number(of: trace, in: reader) != nil else { throw TraceError.noTraceToUpdate(trace) }
        throw TraceError.noAssessment(id, trace: trace)
    }

    // MARK: Links

    /// Links traces to a run; those that are not there are left out.
    ///
    /// - Throws: `tooManyLinks`.
    package func link(_ traces: [String], toRun run: String) async throws {
        guard traces.count <= Self.maximumLinks else { throw TraceError.tooManyLinks(traces.count) }
        try await self.database.write { transaction in
            for trace in traces {
                guard let number = try TraceStore.number(of: trace, in: transaction) else { continue }
                try TraceStore.link(number, toRun: run, in: transaction)
            }
        }
    }

    /// Links versions of prompts to a trace.
    ///
    /// - Parameter prompts: each `<name>/<version>`.
    /// - Throws: `noTrace`.
    package func link(prompts: [String], to trace: String) async throws {
        guard !prompts.isEmpty else { return }
        try await self.database.write { transaction in
            let number = try self.number(of: trace, in: transaction)
            for prompt in prompts { try TraceStore.link(number, toPrompt: prompt, in: transaction) }
        }
    }
}

/// What is to be changed of an assessment; nil stays.
package struct AssessmentChange: Sendable {
    package struct Value: Sendable {
        package var kind: Assessment.Kind
        package var json: String
        package var failure: Assessment.Failure?

        package init(kind: Assessment.Kind, json: String, failure: Assessment.Failure? = nil) {
            self.kind = kind
            self.json = json
            self.failure = failure
        }
    }

    package var name: String?
    package var value: Value?
    package var rationale: String?
    package var metadata: [KeyValue] = []

    package init() {}
}
