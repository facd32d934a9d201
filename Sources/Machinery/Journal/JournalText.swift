import Contract
import Digest
import Kernel

/// The text of a line as it is stored and hashed: the line's JSON on the wire, keys sorted, without its hash.
///
/// `hash = SHA-256(previous hash, in hex ‖ text)`, so anyone can check a line: `printf '%s%s' $previous "$text" | sha256sum`.
enum JournalText {
    /// What stands for the hash before line 1.
    static let genesis = ContentDigest(bytes: repeatElement(0, count: 32))

    static func encode(_ draft: JournalDraft, sequence: Int64, at: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        func field(_ name: StaticString, _ value: String) {
            name.withUTF8Buffer { bytes.append(contentsOf: $0) }
            JSONValue.write(string: value, to: &bytes)
        }
        field("{\"actor\":", draft.actor)
        field(",\"at\":", at)
        bytes.append(contentsOf: ",\"body\":".utf8)
        draft.body.write(to: &bytes)
        field(",\"kind\":", draft.kind)
        if let project = draft.project { field(",\"project\":", project) }
        bytes.append(contentsOf: ",\"sequence\":\(sequence)".utf8)
        field(",\"subject\":", draft.subject)
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// Nil when the text is not one that `encode` makes.
    static func decode(_ text: some StringProtocol, hash: String) -> JournalLine? {
        guard let value = try? JSONValue(text: text), let sequence = value["sequence"]?.integerValue,
            let at = value["at"]?.stringValue.flatMap({ Timestamp($0) }), let actor = value["actor"]?.stringValue,
            let kind = value["kind"]?.stringValue, let subject = value["subject"]?.stringValue, let body = value["body"]
        else { return nil }
        return JournalLine(
            sequence: sequence, at: at, actor: actor, kind: kind, subject: subject,
            project: value["project"]?.stringValue, body: body, hash: hash)
    }

    static func hash(after previous: ContentDigest, text: [UInt8]) -> ContentDigest {
        var hasher = SHA256Hasher()
        hasher.update(previous.hex)
        hasher.update(text)
        return hasher.finish()
    }
}

/// Where the chain ends: the last line's number and hash.
struct JournalHead: Sendable, Hashable {
    var sequence: Int64
    var hash: ContentDigest

    static let genesis = JournalHead(sequence: 0, hash: JournalText.genesis)
}
