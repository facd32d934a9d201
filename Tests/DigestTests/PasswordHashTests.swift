import Digest
import Testing

@Suite struct PasswordHashTests {
    @Test("a password matches what was made of it and nothing else") func matches() {
        let stored = PasswordHash.make("correct horse", rounds: 3)
        #expect(PasswordHash.matches("correct horse", stored: stored))
        #expect(!PasswordHash.matches("correct hors", stored: stored))
        #expect(!PasswordHash.matches("", stored: stored))
        #expect(!stored.contains("horse"))
        #expect(PasswordHash.make("correct horse", rounds: 3) != stored, "every hash has a salt of its own")
        #expect(!PasswordHash.matches("", stored: PasswordHash.unmatched(rounds: 2)))
    }

    @Test(
        "a stored text of another form matches nothing",
        arguments: [
            "", "pbkdf2-sha256$1$00", "scrypt$1$00$00", "pbkdf2-sha256$0$00$00", "pbkdf2-sha256$-1$00$00",
            "pbkdf2-sha256$99999999999$00$00", "pbkdf2-sha256$1$zz$00", "pbkdf2-sha256$1$00$",
        ])
    func malformed(stored: String) {
        #expect(!PasswordHash.matches("", stored: stored))
    }

    /// RFC 7914, section 11: the first half of the 64 bytes there is the first block.
    @Test("the hash is PBKDF2 with HMAC-SHA-256") func vectors() {
        let first = "pbkdf2-sha256$1$73616c74$55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
        #expect(PasswordHash.matches("passwd", stored: first))
        let second = "pbkdf2-sha256$80000$4e61436c$4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
        #expect(PasswordHash.matches("Password", stored: second))
    }
}
