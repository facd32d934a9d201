/// A sentence of a port's contract that a driver does not keep.
package struct ConformanceFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// - Throws: a `ConformanceFailure` with this sentence unless `condition` holds.
func require(_ condition: Bool, _ sentence: @autoclosure () -> String) throws {
    if !condition { throw ConformanceFailure(sentence()) }
}
