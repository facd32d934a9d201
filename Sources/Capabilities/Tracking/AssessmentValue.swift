import Contract

/// What an assessment says, as a number where it is one.
enum AssessmentValue {
    /// The number that comparisons such as `feedback.quality > 0.5` use; nil when the value is none.
    ///
    /// - Parameter json: the value's JSON.
    static func number(_ json: String) -> Double? {
        switch try? JSONValue(text: json) {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}
