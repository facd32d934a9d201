import Contract

/// The `Content-Disposition` of a file that a browser is to save, not to show.
enum Attachment {
    /// A name that is not ASCII comes twice: cut down for old clients, and whole in UTF-8.
    ///
    /// - Source: RFC 6266, with the parameter `filename*` of RFC 5987.
    static func header(for name: String) -> String {
        guard name.utf8.contains(where: { $0 >= 128 }) else { return "attachment; filename=\(self.value(name))" }
        let plain = String(decoding: name.utf8.filter { $0 < 128 }, as: UTF8.self)
        return "attachment; filename=\(self.value(plain.isEmpty ? "download" : plain)); "
            + "filename*=UTF-8''\(PercentEncoding.encode(name))"
    }

    /// The name as it is when it is a token, else in quotes.
    private static func value(_ name: String) -> String {
        if name.utf8.allSatisfy(self.isTokenByte) { return name }
        var quoted = ""
        for scalar in name.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted += "\\" }
            quoted.unicodeScalars.append(scalar)
        }
        return "\"\(quoted)\""
    }

    /// A byte of a token (RFC 9110, section 5.6.2).
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
