import Kernel
import Testing

@testable import Placement

@Suite("routes")
struct RoutesTests {
    @Test("an edge costs what money says it costs, to the last nano-dollar")
    func price() {
        var random = SeededRandom(seed: 11)
        for _ in 0..<5_000 {
            let rate = Int64.random(in: 0...500_000_000, using: &random)
            let bytes = Int64.random(in: 0...(1 << Int64.random(in: 1...44, using: &random)), using: &random)
            let money = Money(nanodollars: rate).perGibibyte(for: ByteCount(bytes))
            #expect(Routes.price(rate: rate, bytes: bytes) == money.nanodollars)
        }
    }

    @Test("hostile sizes saturate")
    func saturation() {
        #expect(Routes.price(rate: .max, bytes: 1 << 62) == .max)
        let routes = Routes(count: 2) { _, _ in
            .max
        } milliseconds: { _, _ in
            .max
        }
        #expect(routes.price(of: 1 << 62, from: 0, to: 1) == .max)
        #expect(routes.milliseconds(of: 1 << 62, from: 0, to: 1) == Routes.longestMilliseconds)
        #expect(routes.price(of: 1 << 62, from: 1, to: 1) == 0)
    }

    @Test("what nobody knows is no price, and nothing to carry is never unknown")
    func unknown() {
        let routes = Routes(count: 2) { _, _ in Routes.unknownRate }
        #expect(routes.price(of: 1, from: 0, to: 1) == nil)
        #expect(routes.price(of: 0, from: 0, to: 1) == 0)
    }
}
