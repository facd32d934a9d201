import Contract
import Kernel
import Testing

@testable import Commands

@Suite struct WhatIfFileTests {
    @Test("a whole question is read")
    func whole() {
        let file = WhatIfFile(
            text: """
                period: 60d
                project: digits
                without: {providers: [aws], regions: [eu-*]}
                only:
                  environments: [onprem-*]
                add:
                  - environment:
                      name: espoo
                      provider: onprem
                      region: espoo
                      zones: [FI, EU]
                      slots: 4
                      serving-slots: 0
                      cpus: 64
                      memory: 256GiB
                      gpu: A100-80GB:4
                      amortisation:
                        hardware: $25000
                        depreciation: 4y
                        utilisation: 0.6
                        watts: 900
                        electricity-per-kilowatt-hour: 0.12
                    purchase: $25000
                    count: 2
                """)
        #expect(file.issues.isEmpty)
        #expect(file.question.period == .hours(60 * 24) && file.question.project == "digits")
        #expect(file.question.without == WhatIfFilter(providers: ["aws"], regions: ["eu-*"]))
        #expect(file.question.only == WhatIfFilter(environments: ["onprem-*"]))
        let addition = file.question.add?.first
        #expect(addition?.purchase == .dollars(25_000) && addition?.count == 2)
        #expect(addition?.environment.memory == .gibibytes(256) && addition?.environment.gpu == "A100-80GB:4")
        #expect(addition?.environment.servingSlots == 0 && addition?.environment.amortisation?.watts == 900)
    }

    @Test("times bound a period as well")
    func times() {
        let file = WhatIfFile(
            text: "from: 2026-08-01T00:00:00Z\nuntil: 2026-09-01T00:00:00Z\nwithout: {providers: [aws]}")
        #expect(file.issues.isEmpty)
        #expect(file.question.from == Timestamp("2026-08-01T00:00:00Z"))
    }

    @Test(
        "what is wrong is told with line and column",
        arguments: [
            ("", 1, 1, "The file is empty"),
            ("period: 90d", 1, 1, "changes no offer"),
            ("without: {provider: [aws]}", 1, 11, "Did you mean 'providers'?"),
            ("only: {}", 1, 7, "names nothing"),
            ("period: soon\nwithout: {providers: [aws]}", 1, 9, "a duration such as"),
            ("from: yesterday\nwithout: {providers: [aws]}", 1, 7, "a time such as"),
            ("period: 9d\nfrom: 2026-08-01T00:00:00Z\nwithout: {providers: [aws]}", 1, 9, "Remove one"),
            ("add:\n  - {environment: {name: a, provider: onprem, region: x}}", 2, 19, "has no price"),
            (
                "add:\n  - environment: {name: a, provider: aws, region: x, machine: m, price-per-hour: 1}", 2, 82,
                "several prices"
            ),
            ("add:\n  - {purchase: $1}", 2, 5, "environment"),
            ("add:\n  - {environment: {name: a, price-per-hour: 1}}", 2, 19, "provider"),
            ("without: {providers: [aws]}\n---\nonly: {providers: [aws]}", 3, 1, "more than one document"),
        ])
    func issues(text: String, line: Int, column: Int, words: String) {
        let issues = WhatIfFile(text: text).issues
        #expect(issues.contains { $0.message.contains(words) }, "\(issues)")
        #expect(
            issues.first { $0.message.contains(words) }?.position == YAMLPosition(line: line, column: column),
            "\(issues)")
    }
}
