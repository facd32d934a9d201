package import Contract
import Kernel

/// What keys, values and batches may be: MLflow's limits and its words for what breaks them.
///
/// A key may serve as the name of a file, so it must be what it resolves to as a path. Lengths are in Unicode scalars. Values of
/// parameters and of runs' tags that are too long are cut, as MLflow's server does; everything else that is too long is refused.
///
/// - Source: MLflow 3.17.2, `utils/validation.py`, for limits and messages.
package enum TrackingRules {
    package static let keyLength = 250
    package static let parameterLength = 6000
    package static let runTagLength = 8000
    package static let experimentNameLength = 500
    package static let experimentTagLength = 20_000
    package static let artifactLocationLength = 2048
    package static let metricsPerBatch = 1000
    package static let parametersPerBatch = 100
    package static let tagsPerBatch = 100
    package static let entitiesPerBatch = 1000
    /// Custom views of an experiment: tags of this prefix.
    package static let customViewPrefix = "mlflow.customView.view"
    package static let customViewsPerExperiment = 50

    /// - Parameter path: where the key stands in the request, such as `metrics[0].name`.
    package static func checkKey(_ key: String, at path: String) throws(TrackingError) {
        guard self.hasPlainCharacters(key) else {
            throw .invalid(
                key, at: path,
                "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), "
                    + "colon(:) and slashes (/).")
        }
        let resolved = self.resolved(key)
        guard resolved == key, resolved != ".", !resolved.hasPrefix(".."), !resolved.hasPrefix("/") else {
            throw .invalid(
                key, at: path,
                "Names may be treated as files in certain cases, and must not resolve to other names when treated as "
                    + "such. This name would resolve to \(PythonText.quoted(resolved))")
        }
    }

    /// Letters, digits, `_` and `-`, the first a letter or digit of ASCII; at most 256.
    package static func checkRunID(_ text: String) throws(TrackingError) {
        let first = text.utf8.first.map { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) }
        let isWord = text.unicodeScalars.allSatisfy { $0 == "-" || $0 == "_" || self.isWord($0) }
        guard first == true, isWord, !text.isLonger(than: 256) else {
            throw .invalidValue("Invalid value \(PythonText.json(text)) for parameter 'run_id' supplied.")
        }
    }

    package static func checkLength(_ text: String, of name: String, limit: Int) throws(TrackingError) {
        guard !text.isLonger(than: limit) else {
            throw .invalidValue("'\(name)' exceeds the maximum length of \(limit) characters")
        }
    }

    /// - Returns: the parameter, its value cut to the limit.
    package static func parameter(_ parameter: KeyValue, at path: String = "") throws(TrackingError) -> KeyValue {
        try self.checkKey(parameter.key, at: self.join(path, "key"))
        try self.checkLength(parameter.key, of: "Param key", limit: self.keyLength)
        return KeyValue(key: parameter.key, value: parameter.value.cut(to: self.parameterLength))
    }

    /// - Returns: the tag of a run, its value cut to the limit.
    package static func runTag(_ tag: KeyValue, at path: String = "") throws(TrackingError) -> KeyValue {
        try self.checkKey(tag.key, at: self.join(path, "key"))
        try self.checkLength(tag.key, of: self.join(path, "key"), limit: self.keyLength)
        return KeyValue(key: tag.key, value: tag.value.cut(to: self.runTagLength))
    }

    package static func checkExperimentTag(_ tag: KeyValue) throws(TrackingError) {
        try self.checkKey(tag.key, at: "key")
        try self.checkLength(tag.key, of: "key", limit: self.keyLength)
        try self.checkLength(tag.value, of: "value", limit: self.experimentTagLength)
    }

    package static func checkExperimentName(_ name: String) throws(TrackingError) {
        guard !name.isEmpty else { throw .invalidValue("Invalid experiment name: ''") }
        try self.checkLength(name, of: "name", limit: self.experimentNameLength)
    }

    /// The counts of one batch.
    package static func checkBatch(metrics: Int, parameters: Int, tags: Int) throws(TrackingError) {
        let limits = [
            ("metrics", self.metricsPerBatch, metrics), ("params", self.parametersPerBatch, parameters),
            ("tags", self.tagsPerBatch, tags),
            ("metrics, params, and tags", self.entitiesPerBatch, metrics + parameters + tags),
        ]
        for (name, limit, count) in limits where count > limit {
            throw .invalidValue(
                "A batch logging request can contain at most \(limit) \(name). Got \(count) \(name). Please split up "
                    + "\(name) across multiple requests and try again.")
        }
    }

    package static func checkUnique(_ parameters: [KeyValue]) throws(TrackingError) {
        var seen: Set<String> = []
        let repeated = parameters.filter { !seen.insert($0.key).inserted }.map { PythonText.quoted($0.key) }
        guard repeated.isEmpty else {
            throw .invalidValue(
                "Duplicate parameter keys have been submitted: [\(repeated.joined(separator: ", "))]. Please ensure "
                    + "the request contains only one param value per param key.")
        }
    }

    package static func checkCustomViews(_ count: Int, experiment: Int64?) throws(TrackingError) {
        guard count <= self.customViewsPerExperiment else {
            throw .invalidValue(
                "Unable to create another custom view\(experiment.map { " for experiment \($0)" } ?? ""); the maximum "
                    + "number of custom views per experiment is \(self.customViewsPerExperiment). Delete an existing "
                    + "custom view before creating a new one.")
        }
    }

    package static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    /// Letters and digits of any script, and `_/.-: `.
    private static func hasPlainCharacters(_ key: String) -> Bool {
        key.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_", "/", ".", "-", " ", ":": true
            case _ where scalar.value < 128: false
            default: Self.isWord(scalar)
            }
        }
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: scalar.properties.numericType != nil
        }
    }

    /// What a path comes to without `.`, `..` and doubled slashes (POSIX.1-2017 §4.13, and two slashes at the start stay).
    static func resolved(_ path: String) -> String {
        if !path.contains("/") && path != "." && !path.isEmpty { return path }
        let slashes = path.utf8.prefix { $0 == 47 }.count
        let root = slashes == 0 ? "" : slashes == 2 ? "//" : "/"
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part != ".." || (root.isEmpty && parts.isEmpty) || parts.last == ".." {
                parts.append(part)
            } else if !parts.isEmpty {
                parts.removeLast()
            }
        }
        let joined = root + parts.joined(separator: "/")
        return joined.isEmpty ? "." : joined
    }
}

extension TrackingError {
    static func invalid(_ value: String, at path: String, _ why: String) -> TrackingError {
        .invalidValue("Invalid value \(PythonText.json(value)) for parameter '\(path)' supplied: \(why)")
    }
}

extension String {
    /// Whether it has more than `limit` Unicode scalars.
    func isLonger(than limit: Int) -> Bool { self.utf8.count > limit && self.unicodeScalars.count > limit }

    /// Its first `limit` Unicode scalars.
    func cut(to limit: Int) -> String {
        self.isLonger(than: limit) ? String(String.UnicodeScalarView(self.unicodeScalars.prefix(limit))) : self
    }
}
