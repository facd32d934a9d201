import Access
import Contract
import Digest
import Kernel
import Testing

@Suite struct RunTokensTests {
    private let time = ManualTime()
    private let run = ID<Run>(raw: 99)

    @Test("a run's token stands for its user until it ends")
    func life() throws {
        let tokens = RunTokens(key: .random(), time: self.time)
        let text = tokens.issue(for: self.run, user: "ada.l@example.org", expires: self.time.now + .seconds(60))
        let accepted = try #require(try tokens.accept(text))
        #expect(accepted.run == self.run)
        #expect(accepted.principal == Principal(name: "ada.l@example.org", role: .developer))
        self.time.advance(by: .seconds(60))
        #expect(throws: AccessError.self) { _ = try tokens.accept(text) }
    }

    @Test("a token that was changed anywhere is refused")
    func changed() {
        let tokens = RunTokens(key: .random(), time: self.time)
        let text = tokens.issue(for: self.run, user: "ada", expires: self.time.now + .seconds(60))
        for position in text.indices.dropFirst(4) {
            var other = text
            other.replaceSubrange(position...position, with: text[position] == "1" ? "2" : "1")
            #expect(throws: AccessError.unknownToken) { _ = try tokens.accept(other) }
        }
        for cut in ["mrr_", "mrr_...", String(text.dropLast()), text + ".0"] {
            #expect(throws: AccessError.unknownToken) { _ = try tokens.accept(cut) }
        }
    }

    @Test("another control plane's token, and another kind of token, is none")
    func others() throws {
        let tokens = RunTokens(key: .random(), time: self.time)
        let theirs = RunTokens(key: .random(), time: self.time)
            .issue(for: self.run, user: "ada", expires: self.time.now + .seconds(60))
        #expect(throws: AccessError.unknownToken) { _ = try tokens.accept(theirs) }
        #expect(try tokens.accept("mrt_something") == nil)
    }
}
