package import Kernel

/// The one rule for the names that people give to declared things: stores, environments, datasets, models, endpoints.
package enum ResourceName {
    /// A DNS label's length, so that a name can become one.
    package static let maximumLength = 63

    /// Whether `name` is 1 to 63 of `a–z 0–9 - _ .`, beginning and ending with a letter or digit.
    package static func isValid(_ name: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool { (97...122).contains(byte) || (48...57).contains(byte) }
        let bytes = Array(name.utf8)
        guard (1...Self.maximumLength).contains(bytes.count), let first = bytes.first, let last = bytes.last else {
            return false
        }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && bytes.allSatisfy { isAlphanumeric($0) || $0 == 45 || $0 == 95 || $0 == 46 }
    }

    /// - Parameter kind: the noun for the sentence, such as `store`.
    /// - Throws: `invalid` when it is no name.
    package static func check(_ name: String, of kind: String) throws(PlainFault) {
        if self.isValid(name) { return }
        throw PlainFault(
            .invalid,
            "'\(name)' is not a name for a \(kind). Use 1 to \(Self.maximumLength) of a–z, 0–9, '-', '_' and '.', "
                + "beginning and ending with a letter or digit.")
    }
}
