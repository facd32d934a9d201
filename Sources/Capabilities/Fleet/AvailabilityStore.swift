import Contract
import Database
import Kernel
import Placement

/// The one row that remembers who refused what.
enum AvailabilityStore {
    static let migrations = [
        Migration(
            id: "fleet-0008",
            statements: ["CREATE TABLE availability (id BIGINT PRIMARY KEY NOT NULL, memory TEXT NOT NULL)"])
    ]

    private static let row = 1

    /// An empty memory when nothing was refused yet.
    static func load(in reader: any Reading) throws -> AvailabilityMemory {
        guard let row = try reader.row("SELECT memory FROM availability WHERE id = \(Self.row)") else {
            return AvailabilityMemory()
        }
        let text: String = try row.get(0)
        return text == "[]" ? AvailabilityMemory() : try Wire.decode(text: text)
    }

    static func save(_ memory: AvailabilityMemory, in transaction: Transaction) throws {
        let text = try Wire.text(memory)
        try transaction.execute(
            """
            INSERT INTO availability (id, memory) VALUES (\(Self.row), \(text))
            ON CONFLICT (id) DO UPDATE SET memory = \(text)
            """)
    }
}
