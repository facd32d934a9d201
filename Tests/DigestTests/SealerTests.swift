import Digest
import Kernel
import Testing

@Suite("sealing")
struct SealerTests {
    private let sealer = Sealer(key: HMACKey.random().derived(for: "secrets"))
    private let secret = Array("hunter2".utf8)

    @Test("what was sealed opens, and two seals of one secret differ")
    func roundTrip() throws {
        let first = try self.sealer.seal(self.secret, context: "secret/db")
        let second = try self.sealer.seal(self.secret, context: "secret/db")
        #expect(first != second)
        #expect(try self.sealer.open(first, context: "secret/db") == self.secret)
        #expect(try self.sealer.open(try self.sealer.seal([], context: ""), context: "").isEmpty)
    }

    @Test("another context, another key or one changed bit does not open")
    func tampering() throws {
        let sealed = try self.sealer.seal(self.secret, context: "secret/db")
        #expect(throws: SealError.doesNotOpen(context: "secret/other")) {
            try self.sealer.open(sealed, context: "secret/other")
        }
        #expect(throws: SealError.self) { try Sealer(key: .random()).open(sealed, context: "secret/db") }
        for position in sealed.indices {
            var wrong = sealed
            wrong[position] ^= 1
            #expect(throws: SealError.self) { try self.sealer.open(wrong, context: "secret/db") }
        }
        for length in 0..<sealed.count {
            #expect(throws: SealError.self) { try self.sealer.open(Array(sealed.prefix(length)), context: "secret/db") }
        }
    }

    @Test("a secret over the limit is refused with its size")
    func limit() throws {
        let largest = [UInt8](repeating: 1, count: Sealer.maximumBytes)
        #expect(try self.sealer.open(try self.sealer.seal(largest, context: "x"), context: "x") == largest)
        #expect(throws: SealError.tooLong(bytes: Sealer.maximumBytes + 1)) {
            try self.sealer.seal(largest + [1], context: "x")
        }
    }
}
