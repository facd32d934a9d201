import Contract
import Digest
import Kernel

/// Takes the stored lines one by one and finds the first that is not what was written. Knows no database.
struct JournalChain {
    /// The last line that is right.
    private(set) var head = JournalHead.genesis
    private let outside: HeadFile.Contents
    /// Whether the line that the head file names has been met, with its hash.
    private var metOutside = false

    init(outside: HeadFile.Contents) { self.outside = outside }

    /// - Returns: what is wrong with the line, nil when it is right.
    mutating func accept(_ line: JournalStore.StoredLine) -> JournalDamage? {
        let expected = self.head.sequence + 1
        guard line.sequence == expected else { return .missing(sequence: expected) }
        let text = JournalText.decode(String(decoding: line.text, as: UTF8.self), hash: line.hash)
        if let text, text.sequence != expected { return .misplaced(sequence: expected, holds: text.sequence) }
        let hash = JournalText.hash(after: self.head.hash, text: line.text)
        guard let text, hash.hex == line.hash else { return .changed(sequence: expected) }
        if text.kind != line.kind { return .column(sequence: expected, name: "kind") }
        if text.subject != line.subject { return .column(sequence: expected, name: "subject") }
        if text.project != line.project { return .column(sequence: expected, name: "project") }
        if case .head(let seen) = self.outside, seen.sequence == expected {
            guard seen.hash == hash else { return .rewritten(sequence: expected) }
            self.metOutside = true
        }
        self.head = JournalHead(sequence: expected, hash: hash)
        return nil
    }

    /// - Returns: what is wrong with the end, nil when it is right.
    func finish(headRow: JournalHead?) -> JournalDamage? {
        if let headRow, headRow.sequence > self.head.sequence {
            return .cutTail(last: self.head.sequence, committed: headRow.sequence)
        }
        if case .head(let seen) = self.outside, seen.sequence > self.head.sequence {
            return .cutTail(last: self.head.sequence, committed: seen.sequence)
        }
        guard headRow == self.head else { return .headRow(last: self.head.sequence) }
        switch self.outside {
        case .forged: return .headFileForged
        case .missing: return self.head.sequence > 0 ? .headFileMissing(last: self.head.sequence) : nil
        case .head(let seen): return seen.sequence == 0 || self.metOutside ? nil : .rewritten(sequence: seen.sequence)
        }
    }
}
