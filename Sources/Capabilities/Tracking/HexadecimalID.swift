/// Ids of MLflow's own form.
package enum HexadecimalID {
    /// 128 random bits as 32 lower-case hex digits, as MLflow's ids are.
    package static func make(using random: inout some RandomNumberGenerator) -> String {
        let halves = [random.next(), random.next()].map { String($0, radix: 16) }
        return halves.map { String(repeating: "0", count: 16 - $0.count) + $0 }.joined()
    }
}
