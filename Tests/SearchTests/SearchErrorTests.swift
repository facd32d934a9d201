import Kernel
import Search
import Testing

@Suite struct SearchErrorTests {
    @Test("a refused filter is the caller's mistake") func isInvalid() {
        #expect(SearchError.invalidFilter("x").kind == .invalid)
    }
}
