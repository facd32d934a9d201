import Contract

/// A path of an artifact as a client sent it, made safe to be joined to a folder.
enum ArtifactPath {
    /// Decoding that changes the text more often than this is an attack, not a name.
    private static let maximumRounds = 10
    private static let invalid = MLflowError(.invalidParameterValue, "Invalid path")

    /// The path with every layer of percent-encoding taken off and control characters written as `%01`.
    ///
    /// - Throws: `Invalid path` for an absolute path, one of Windows or of a `file:` URI, one with `..` or `#`.
    /// - Source: MLflow's `validate_path_is_safe`; it decodes first, so that no encoding hides anything.
    static func safe(_ raw: String) throws(MLflowError) -> String {
        let path = self.escaped(try self.decoded(raw))
        // By bytes: a letter that combines with a slash must not hide it.
        let isRefused =
            path.utf8.contains(0x23) || ["/", "\\\\", "\\/"].contains { path.utf8.starts(with: $0.utf8) }
            || self.hasDrive(path) || path.lowercased().hasPrefix("file:")
            || path.utf8.split(separator: 0x2F).contains { $0.elementsEqual("..".utf8) }
        if isRefused { throw self.invalid }
        return path
    }

    /// The same path without empty parts and dots; empty is the top.
    ///
    /// - Precondition: `path` is safe.
    static func normal(_ path: String) -> String {
        path.utf8.split(separator: 0x2F).filter { !$0.elementsEqual(".".utf8) }.map { String(Substring($0)) }
            .joined(separator: "/")
    }

    /// A folder and the name of a file in it.
    static func split(_ path: String) -> (folder: String, name: String) {
        let bytes = path.utf8
        guard let slash = bytes.lastIndex(of: 0x2F) else { return ("", path) }
        let folder = bytes[..<slash]
        let end = folder.lastIndex { $0 != 0x2F }.map { folder.index(after: $0) } ?? folder.startIndex
        return (String(Substring(folder[..<end])), String(Substring(bytes[bytes.index(after: slash)...])))
    }

    static func join(_ parts: String...) -> String { parts.filter { !$0.isEmpty }.joined(separator: "/") }

    /// Decodes until nothing changes. What a URL would not keep goes too: an empty query or fragment at the end, line
    /// breaks, and spaces at the beginning.
    private static func decoded(_ raw: String) throws(MLflowError) -> String {
        var text = raw
        for _ in 0..<self.maximumRounds {
            guard var next = PercentEncoding.decode(text) ?? (text.contains("%") ? self.lenient(text) : nil) else {
                throw self.invalid
            }
            next.unicodeScalars.removeAll { $0.value == 9 || $0.value == 10 || $0.value == 13 }
            next = String(next.unicodeScalars.drop { $0.value <= 32 })
            for mark in ["#", "?", ";"] where next.utf8.last == mark.utf8.first { next.unicodeScalars.removeLast() }
            if next == text { return text }
            text = next
        }
        throw self.invalid
    }

    /// Decodes what can be decoded; a `%` without two digits stays as it is.
    private static func lenient(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var decoded: [UInt8] = []
        var position = 0
        while position < bytes.count {
            if bytes[position] == 0x25, position + 2 < bytes.count,
                let value = UInt8(String(decoding: bytes[position + 1...position + 2], as: UTF8.self), radix: 16)
            {
                decoded.append(value)
                position += 3
            } else {
                decoded.append(bytes[position])
                position += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 32 || $0 == 127 }) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            if scalar.value < 32 || scalar.value == 127 {
                let hex = String(scalar.value, radix: 16)
                escaped += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// Whether the path is absolute on Windows: `C:/` or `C:\`.
    private static func hasDrive(_ path: String) -> Bool {
        let start = Array(path.utf8.prefix(3))
        return start.count == 3 && (65...90).contains(start[0] & 0xDF) && start[1] == 0x3A
            && (start[2] == 0x2F || start[2] == 0x5C)
    }
}
