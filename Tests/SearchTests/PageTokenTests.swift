import Kernel
import Search
import Testing

@Suite struct PageTokenTests {
    private let search = SearchFingerprint(["0", "metrics.a > 1", "metrics.a DESC"])

    @Test("a token comes back as the place it was")
    func roundTrip() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<500 {
            let token = PageToken(
                (0..<Int.random(in: 0...6, using: &random)).map { _ in
                    switch Int.random(in: 0...3, using: &random) {
                    case 0: .null
                    case 1: .integer(Int64(bitPattern: random.next()))
                    case 2:
                        .number(
                            Double(sign: .minus, exponent: Int.random(in: -900...900, using: &random), significand: 1.3)
                        )
                    default:
                        .text(
                            String(
                                (0..<Int.random(in: 0...9, using: &random)).map { _ in
                                    "aé東'\n".randomElement(using: &random) ?? "a"
                                }))
                    }
                })
            let text = token.encoded(for: self.search)
            #expect(text.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != 43 && $0 != 47 })
            #expect(try PageToken.decode(text, for: self.search) == token)
        }
    }

    @Test("no token and an empty one mean the first page")
    func first() throws {
        #expect(try PageToken.decode(nil, for: self.search) == nil)
        #expect(try PageToken.decode("", for: self.search) == nil)
    }

    @Test("a token of another search is refused")
    func bound() {
        let text = PageToken([.integer(5)]).encoded(for: self.search)
        for other in [
            ["0", "metrics.a > 2", "metrics.a DESC"], ["0metrics.a > 1", "", "metrics.a DESC"],
            ["1", "metrics.a > 1", "metrics.a DESC"],
        ] {
            let error = #expect(throws: SearchError.self) { try PageToken.decode(text, for: SearchFingerprint(other)) }
            #expect(error?.message.hasPrefix("Invalid page token: it belongs to a search with another filter") == true)
        }
    }

    @Test("what is no token is refused", arguments: ["not base64", "e30=", "eyJvZmZzZXQiOiAxfQ==", "AQ", "🐦"])
    func malformed(text: String) {
        let error = #expect(throws: SearchError.self) { try PageToken.decode(text, for: self.search) }
        #expect(error?.message.hasPrefix("Invalid page token") == true)
    }

    @Test("no change of a token is more than refused")
    func fuzz() throws {
        var random = SeededRandom(seed: 11)
        let text = Array(
            PageToken([.text("abcdef"), .null, .integer(3), .number(.infinity)]).encoded(for: self.search))
        for _ in 0..<2000 {
            var changed = text
            changed[Int.random(in: 0..<text.count, using: &random)] = "AZaz09-_=".randomElement(using: &random) ?? "A"
            if Bool.random(using: &random) { changed.removeLast(Int.random(in: 1...text.count, using: &random)) }
            do { _ = try PageToken.decode(String(changed), for: self.search) } catch { #expect(error.kind == .invalid) }
        }
    }
}
