/// Where artifacts lie, as a URI or as a path of the server's machine.
package enum ArtifactLocation {
    /// Checks where an experiment is to keep its artifacts, and makes a path that is relative one below `folder`.
    ///
    /// - Throws: `invalidValue` for what no store could be at.
    static func resolve(_ location: String, below folder: String) throws(TrackingError) -> String {
        let (path, query) = self.split(location)
        guard !location.contains("#"), !path.contains(";") else {
            throw .invalidValue("'artifact_location' URL can't include fragments or params.")
        }
        guard !self.goesUp(query) else { throw .invalidValue("Invalid query string") }
        guard !location.hasPrefix("runs:") else {
            throw .invalidValue("Artifact location cannot be a runs:/ URI. Given: '\(location)'")
        }
        guard !location.isLonger(than: TrackingRules.artifactLocationLength) else {
            throw .invalidValue(
                "Invalid artifact path length. The length of the artifact path cannot be greater than "
                    + "\(TrackingRules.artifactLocationLength) characters. To configure this limit, please set the "
                    + "MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH environment variable.")
        }
        let isRelative = !location.hasPrefix("/") && !self.hasScheme(location)
        return isRelative ? self.append([location], to: folder) : location
    }

    /// `base` with `parts` at the end of its path, before its query.
    package static func append(_ parts: [String], to base: String) -> String {
        let (path, query) = self.split(base)
        let trimmed = path.hasSuffix("/") ? String(path.dropLast()) : String(path)
        return ([trimmed] + parts).joined(separator: "/") + query
    }

    /// The query with its question mark.
    private static func split(_ location: String) -> (path: Substring, query: Substring) {
        guard let mark = location.firstIndex(of: "?") else { return (location[...], "") }
        return (location[..<mark], location[mark...])
    }

    /// Whether the text says `..`, written out or percent-encoded any number of times.
    private static func goesUp(_ text: Substring) -> Bool {
        var plain = text.lowercased()
        while true {
            if plain.contains("..") { return true }
            let decoded = plain.replacing("%25", with: "%").replacing("%2e", with: ".")
            if decoded == plain { return false }
            plain = decoded
        }
    }

    /// RFC 3986 §3.1.
    private static func hasScheme(_ location: String) -> Bool {
        guard let colon = location.firstIndex(of: ":"), let first = location.utf8.first else { return false }
        let isLetter = (65...90).contains(first) || (97...122).contains(first)
        return isLetter
            && location[..<colon].utf8.allSatisfy { byte in
                (65...90).contains(byte) || (97...122).contains(byte) || (48...57).contains(byte)
                    || [43, 45, 46].contains(byte)
            }
    }
}
