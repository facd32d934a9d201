import Contract

extension InputReference {
    /// The reference that a node names.
    ///
    /// - Throws: `invalid` with the text when it is none.
    static func reading(_ text: String) throws(PipelineError) -> InputReference {
        guard let reference = InputReference(text) else { throw .badReference(text) }
        return reference
    }
}
