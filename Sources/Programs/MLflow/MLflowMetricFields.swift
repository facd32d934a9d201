import Contract
import Kernel
package import Tracking

/// The fields of a metric in a request, with MLflow's rules and words for each.
///
/// - Source: MLflow 3.17.2, `server/handlers.py` and `utils/validation.py`, for the order of the checks and the messages.
package struct MLflowMetricFields {
    package let key: String
    let value: Double
    let at: Int64
    let step: Int64
    /// The logged model that the point says something about.
    let model: String?
    let datasetName: String?
    let datasetDigest: String?

    /// - Parameter index: where the metric stands in a batch; nil in `log-metric`.
    package init(_ fields: MLflowFields, at index: Int? = nil) throws {
        let path = index.map { "metrics[\($0)]" } ?? ""
        func name(_ field: String) -> String { path.isEmpty ? field : "\(path).\(field)" }
        // All that must be there comes before all that must be right.
        if index != nil {
            for field in ["key", "value", "timestamp"] {
                guard let value = fields[field], value != "" else { throw MLflowError.missing(name(field)) }
            }
        }
        self.key = try Self.text(fields, "key", name("key"), isRequired: true) ?? ""
        guard let value = try Self.double(fields, "value", name("value")) else {
            throw MLflowError.missing(name("value"))
        }
        guard let at = try Self.integer(fields, "timestamp", name("timestamp")) else {
            throw MLflowError.missing(name("timestamp"))
        }
        self.value = value
        self.at = at
        self.step = try Self.integer(fields, "step", name("step")) ?? 0
        self.model = try Self.text(fields, "model_id", name("model_id"))
        self.datasetName = try Self.text(fields, "dataset_name", name("dataset_name"))
        self.datasetDigest = try Self.text(fields, "dataset_digest", name("dataset_digest"))
        guard (self.datasetName == nil) == (self.datasetDigest == nil) else {
            throw MLflowError(
                .invalidParameterValue, "Both dataset_name and dataset_digest must be provided if one is provided")
        }
        try TrackingRules.checkKey(self.key, at: name("name"))
        guard at >= 0 else {
            throw MLflowError(
                .invalidParameterValue,
                "Invalid value \(at) for parameter '\(name("timestamp"))' supplied: metric '\(self.key)' "
                    + "(value=\(value)). Timestamp must be a nonnegative long (64-bit integer) ")
        }
        try TrackingRules.checkLength(self.key, of: "Metric name", limit: TrackingRules.keyLength)
    }

    package var sample: MetricSample { MetricSample(at: self.at, step: self.step, value: self.value) }

    /// The point as one of the logged model that it names; nil when it names none.
    func ofModel(run: ID<Run>) -> LoggedModelMetric? {
        self.model.map { model in
            LoggedModelMetric(
                model: model, key: self.key, value: self.value, at: Timestamp(milliseconds: self.at),
                step: self.step, run: run.hexadecimal, datasetName: self.datasetName, datasetDigest: self.datasetDigest)
        }
    }

    /// - Returns: nil when it is absent, or empty, which is the same in a proto.
    private static func text(
        _ fields: MLflowFields, _ field: String, _ path: String, isRequired: Bool = false
    ) throws(MLflowError) -> String? {
        switch fields[field] {
        case nil, "": if isRequired { throw .missing(path) } else { return nil }
        case .string(let text): return text
        case .some(let value): throw .invalid(value, for: path)
        }
    }

    /// A number, text that is one, or one of the names of those that JSON has not.
    private static func double(
        _ fields: MLflowFields, _ field: String, _ path: String
    ) throws(MLflowError) -> Double? {
        switch fields[field] {
        case nil, "": return nil
        case .number(let value): return value
        case .integer(let value): return Double(value)
        case .bool(let value): return value ? 1 : 0
        case .string(let text):
            if let value = Double(text) { return value }
            throw .invalid(.string(text), for: path)
        case .some(let value): throw .invalid(value, for: path)
        }
    }

    /// A number without its decimals, or text that is one; beyond 64 bits the nearest that there is.
    private static func integer(
        _ fields: MLflowFields, _ field: String, _ path: String
    ) throws(MLflowError) -> Int64? {
        switch fields[field] {
        case nil, "": return nil
        case .integer(let value): return value
        case .number(let value): return Int64(clamping: value)
        case .bool(let value): return value ? 1 : 0
        case .string(let text):
            if let value = Int64(text) { return value }
            throw .invalid(.string(text), for: path)
        case .some(let value): throw .invalid(value, for: path)
        }
    }
}

extension Int64 {
    fileprivate init(clamping value: Double) {
        if let whole = Int64(exactly: value.rounded(.towardZero)) {
            self = whole
        } else {
            self = value < 0 ? .min : .max
        }
    }
}
