import Digest
import Kernel
import Testing

@Suite("digests and keys")
struct DigestTests {
    private let key = HMACKey(bytes: Array(0..<32))

    @Test("SHA-256 gives the values of FIPS 180-4")
    func vectors() {
        #expect(Digest.sha256("abc").hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Digest.sha256([]).hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(Digest.sha256Bytes(Array("abc".utf8)).prefix(4) == [0xba, 0x78, 0x16, 0xbf])
    }

    @Test("pieces of any size and type give the digest of the whole")
    func pieces() {
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var random = SeededRandom(seed: 1)
        for _ in 0..<20 {
            var hasher = SHA256Hasher()
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...700, using: &random))
                switch Int.random(in: 0...2, using: &random) {
                case 0: hasher.update(piece)
                case 1: hasher.update(Array(piece))
                default: piece.withUnsafeBytes { hasher.update($0) }
                }
                rest = rest.dropFirst(piece.count)
            }
            #expect(hasher.finish() == Digest.sha256(bytes))
            #expect(hasher.finishBytes() == Digest.sha256Bytes(bytes))
        }
    }

    @Test("HMAC and HKDF give what another implementation gives")
    func hmac() {
        #expect(
            self.key.authenticate("what do ya want for nothing?")
                == "099805f4ac310786968565c098db515cc50862b420ae31e20238312344bed36a")
        #expect(
            self.key.derived(for: "blob-urls").authenticate("message")
                == "98fe5b07a20b034b7d528f5b24d9a79e0c93bfffb849d13ecddea08fcf4f9716")
    }

    @Test("a code is valid for its message and key only")
    func validity() {
        let message = Array("GET /blobs/1".utf8)
        let code = self.key.authenticate(message)
        #expect(self.key.isValid(code, for: message))
        #expect(self.key.isValid(Hex.encode(code), for: "GET /blobs/1"))
        #expect(!self.key.isValid(code, for: message + [0]))
        #expect(!self.key.isValid(Array(code.dropLast()), for: message))
        #expect(!self.key.derived(for: "other").isValid(code, for: message))
        for position in code.indices {
            var wrong = code
            wrong[position] ^= 1
            #expect(!self.key.isValid(wrong, for: message))
        }
    }

    @Test("keys for two purposes differ, and a key never prints")
    func keys() {
        #expect(self.key.derived(for: "a").authenticate([]) != self.key.derived(for: "b").authenticate([]))
        #expect(HMACKey.random().authenticate([]) != HMACKey.random().authenticate([]))
        var dumped = ""
        dump(self.key, to: &dumped)
        #expect("\(self.key) \(String(reflecting: self.key))" == "••• •••")
        #expect(!dumped.contains("SymmetricKey"))
    }

    @Test("hex comes back, and what is no hex is refused")
    func hex() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        for wrong in ["a", "0g", "AB", "é"] { #expect(Hex.decode(wrong) == nil) }
    }

    @Test("a token is 256 random bits in 43 characters, known by its hash")
    func tokens() {
        let tokens = (0..<200).map { _ in Token.random() }
        #expect(Set(tokens).count == 200)
        for token in tokens {
            #expect(token.count == 43)
            #expect(token.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
        }
        let hash = Token.hash(tokens[0])
        #expect(hash.count == 64)
        #expect(Token.matches(tokens[0], hash: hash))
        #expect(!Token.matches(tokens[1], hash: hash))
        #expect(!Token.matches(tokens[0], hash: ""))
    }
}
