import Contract
import Kernel
import Testing

@testable import Commands

@Suite("kind: PriceBook")
struct PriceBookFileTests {
    @Test("a price book is read with all that it may say, and declared before environments")
    func book() throws {
        let file = DeclarationFile(
            text: """
                {kind: Environment, name: e, provider: aws, region: us-east-1, store: s, machine: m6i.large}
                ---
                kind: PriceBook
                name: agreed
                discounts:
                  - {provider: aws, percent: 4}
                  - {provider: aws, family: m6i, region: us-*, spot: false, percent: 12.5}
                  - {provider: gcp, machine: n2-*, percent: 7}
                credits:
                  - {name: start, provider: gcp, amount: 5000, from: 2027-01-01, until: 2027-02-01T08:30:00Z}
                commitments:
                  - {name: ri, kind: reserved-instance, provider: aws, machine: m6i.large, region: us-east-1,
                     count: 3, price: 0.18, from: 2027-01-01, until: 2028-01-01}
                  - {name: sp, kind: savings-plan, provider: aws, per-hour: $5.25, discount-percent: 28,
                     from: 2027-01-01, until: 2028-01-01}
                """)
        #expect(file.issues.isEmpty)
        let start = try #require(Timestamp("2027-01-01T00:00:00Z")),
            end = try #require(Timestamp("2028-01-01T00:00:00Z"))
        let book = PriceBook(
            name: "agreed",
            discounts: [
                Discount(provider: "aws", percent: 4),
                Discount(provider: "aws", family: "m6i", region: "us-*", spot: false, percent: 12.5),
                Discount(provider: "gcp", machine: "n2-*", percent: 7),
            ],
            credits: [
                Credit(
                    name: "start", provider: "gcp", amount: .dollars(5000), from: start,
                    until: Timestamp("2027-02-01T08:30:00Z"))
            ],
            commitments: [
                Commitment(
                    name: "ri", kind: .reservedInstance, provider: "aws", machine: "m6i.large", region: "us-east-1",
                    count: 3, price: Money(decimal: "0.18"), from: start, until: end),
                Commitment(
                    name: "sp", kind: .savingsPlan, provider: "aws", perHour: Money(decimal: "5.25"),
                    discountPercent: 28, from: start, until: end),
            ])
        #expect(file.declarations.first == .priceBook(book))
        #expect(book.validate() == [])
    }

    @Test("every mistake in a price book is told with its line")
    func mistakes() {
        let file = DeclarationFile(
            text: """
                kind: PriceBook
                name: agreed
                discounts:
                  - {provider: aws, percent: most}
                  - {percent: 4, famly: m6i}
                commitments:
                  - {name: ri, kind: reserved, provider: aws, count: 3, from: tomorrow, until: 2028-01-01}
                """)
        #expect(
            file.issues.map { "\($0.position.line): \($0.message)" } == [
                "4: 'percent' is a number here, not 'most'.",
                "5: A discount needs 'provider'. Add it.",
                "5: A discount has no key 'famly'. Did you mean 'family'?",
                "7: 'kind' is reserved-instance or savings-plan or committed-use here, not 'reserved'.",
                "7: 'from' is a date such as 2027-01-31 or a time such as 2027-01-31T08:00:00Z here, not 'tomorrow'.",
            ])
    }
}
