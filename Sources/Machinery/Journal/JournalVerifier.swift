package import Database
package import Digest
import Contract
import Kernel

/// Reads the whole journal and checks that it is what was written: the chain, its end, and the head file.
///
/// Streams pages of rows, so its memory does not grow with the journal; some 50,000 lines a second. May run beside a
/// control plane that is writing.
package struct JournalVerifier: Sendable {
    /// Rows read at a time.
    private static let pageLines = 1000

    private let database: Database
    private let headFile: String
    private let key: HMACKey

    package init(database: Database, headFile path: String, key: HMACKey) {
        self.database = database
        self.headFile = path
        self.key = key
    }

    /// Checks everything and stops at the first damage.
    ///
    /// - Throws: what the database throws, `damaged` for a file that is no longer a database included.
    package func verify() async throws -> JournalVerdict {
        // Read first: the database may get further lines meanwhile, but must have this one.
        let outside = try HeadFile.read(path: self.headFile, key: self.key)
        var chain = JournalChain(outside: outside)
        while true {
            let last = chain.head.sequence
            let (lines, head) = try await self.database.read { reader in
                (
                    try JournalStore.stored(after: last, limit: Self.pageLines, in: reader),
                    try JournalStore.head(in: reader)
                )
            }
            for line in lines {
                if let damage = chain.accept(line) { return JournalVerdict(lines: chain.head.sequence, damage: damage) }
            }
            if lines.count < Self.pageLines {
                return JournalVerdict(lines: chain.head.sequence, damage: chain.finish(headRow: head))
            }
        }
    }
}

/// What a verification found.
package struct JournalVerdict: Sendable, Equatable {
    /// How many lines are intact, counted from the first.
    package let lines: Int64
    /// Nil when everything is.
    package let damage: JournalDamage?

    package init(lines: Int64, damage: JournalDamage?) {
        self.lines = lines
        self.damage = damage
    }

    /// One sentence for a person.
    package var sentence: String {
        if let damage { return damage.sentence }
        return "The journal is intact: \(self.lines) \(self.lines == 1 ? "line" : "lines")."
    }
}

/// The first thing wrong with a journal.
package enum JournalDamage: Sendable, Equatable {
    /// A line is missing, before one that is there.
    case missing(sequence: Int64)
    /// A line's text or hash is not what was written.
    case changed(sequence: Int64)
    /// A line holds the text of another.
    case misplaced(sequence: Int64, holds: Int64)
    /// A line's column for filters does not say what its text says.
    case column(sequence: Int64, name: String)
    /// The database ends before the last line that was committed.
    case cutTail(last: Int64, committed: Int64)
    /// The row that names the end of the chain does not fit the last line.
    case headRow(last: Int64)
    /// The chain is whole but is not the one that was committed.
    case rewritten(sequence: Int64)
    case headFileForged
    case headFileMissing(last: Int64)

    package var sentence: String {
        switch self {
        case .missing(let sequence): "Line \(sequence) of the journal is missing."
        case .changed(let sequence): "Line \(sequence) of the journal was changed: its hash does not fit."
        case .misplaced(let sequence, let holds): "Line \(sequence) of the journal holds the text of line \(holds)."
        case .column(let sequence, let name):
            "Line \(sequence) of the journal was changed: its \(name) is not the one it was written with."
        case .cutTail(let last, let committed):
            "The journal ends at line \(last), but line \(committed) was committed: its tail was cut off."
        case .headRow(let last): "The journal's head does not name line \(last), its last: it was changed."
        case .rewritten(let sequence):
            "The journal was rewritten: line \(sequence) is not the one that the head file has seen."
        case .headFileForged: "The journal's head file was edited, or belongs to another key file."
        case .headFileMissing(let last):
            "The journal has \(last) lines but no head file, so a cut tail could not be seen."
        }
    }
}
