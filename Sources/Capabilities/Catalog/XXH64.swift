/// The 64-bit xxHash: finds damage in a file, eight bytes at a step. No protection against an author of files; that is what
/// validation is for.
///
/// Source: Collet, *xxHash fast digest algorithm*, specification 0.1.1, XXH64.
enum XXH64 {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    /// The hash with seed 0.
    ///
    /// - Complexity: O(`bytes`).
    static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var offset = 0
        var hash = self.prime5
        if bytes.count >= 32 { (hash, offset) = self.stripes(bytes) }
        hash &+= UInt64(bytes.count)
        while bytes.count - offset >= 8 {
            hash ^= self.round(0, self.word(bytes, offset))
            hash = self.rotate(hash, 27) &* self.prime1 &+ self.prime4
            offset += 8
        }
        if bytes.count - offset >= 4 {
            let word = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            hash ^= UInt64(word) &* self.prime1
            hash = self.rotate(hash, 23) &* self.prime2 &+ self.prime3
            offset += 4
        }
        while offset < bytes.count {
            hash ^= UInt64(bytes[offset]) &* self.prime5
            hash = self.rotate(hash, 11) &* self.prime1
            offset += 1
        }
        return self.avalanche(hash)
    }

    /// All whole stripes of 32 bytes, and how many bytes those are.
    private static func stripes(_ bytes: UnsafeRawBufferPointer) -> (hash: UInt64, consumed: Int) {
        var lane1 = self.prime1 &+ self.prime2
        var lane2 = self.prime2
        var lane3: UInt64 = 0
        var lane4: UInt64 = 0 &- self.prime1
        var offset = 0
        while bytes.count - offset >= 32 {
            lane1 = self.round(lane1, self.word(bytes, offset))
            lane2 = self.round(lane2, self.word(bytes, offset + 8))
            lane3 = self.round(lane3, self.word(bytes, offset + 16))
            lane4 = self.round(lane4, self.word(bytes, offset + 24))
            offset += 32
        }
        var hash = self.rotate(lane1, 1) &+ self.rotate(lane2, 7) &+ self.rotate(lane3, 12) &+ self.rotate(lane4, 18)
        for lane in [lane1, lane2, lane3, lane4] {
            hash = (hash ^ self.round(0, lane)) &* self.prime1 &+ self.prime4
        }
        return (hash, offset)
    }

    private static func avalanche(_ value: UInt64) -> UInt64 {
        var hash = value
        hash = (hash ^ (hash >> 33)) &* self.prime2
        hash = (hash ^ (hash >> 29)) &* self.prime3
        return hash ^ (hash >> 32)
    }

    private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        self.rotate(lane &+ word &* self.prime2, 31) &* self.prime1
    }

    private static func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 { value &<< bits | value &>> (64 - bits) }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
