import Contract
import Kernel
import Testing

@Suite("price books are checked")
struct PriceBookValidationTests {
    private static let start = Timestamp(milliseconds: 1_800_000_000_000)

    private static func commitment(_ change: (inout Commitment) -> Void) -> PriceBook {
        var commitment = Commitment(
            name: "ri", kind: .reservedInstance, provider: "aws", machine: "m6i.large", count: 1, price: .zero,
            from: Self.start, until: Self.start + .hours(1))
        change(&commitment)
        return PriceBook(name: "b", commitments: [commitment])
    }

    private static func discount(_ change: (inout Discount) -> Void) -> PriceBook {
        var discount = Discount(provider: "aws", percent: 10)
        change(&discount)
        return PriceBook(name: "b", discounts: [discount])
    }

    @Test("what is right is not complained about")
    func right() {
        let byDollars = Self.commitment {
            $0.count = nil
            $0.machine = nil
            $0.perHour = .dollars(1)
            $0.discountPercent = 28
        }
        let credit = PriceBook(name: "b", credits: [Credit(name: "c", amount: .dollars(5))])
        for book in [Self.commitment { _ in }, Self.discount { _ in }, byDollars, credit, PriceBook(name: "b")] {
            #expect(book.validate() == [])
        }
    }

    static let mistakes: [(book: PriceBook, path: String, word: String)] = [
        (PriceBook(name: "B b"), "name", "'B b'"),
        (Self.discount { $0.provider = "asw" }, "discounts.0.provider", "Did you mean 'aws'?"),
        (Self.discount { $0.percent = 100.5 }, "discounts.0.percent", "100.5"),
        (Self.discount { $0.percent = -1 }, "discounts.0.percent", "-1"),
        (Self.discount { $0.percent = 1.23456 }, "discounts.0.percent", "four decimals"),
        (
            Self.discount {
                $0.family = "m6i"
                $0.machine = "m6i.large"
            }, "discounts.0.machine", "'family'"
        ),
        (Self.commitment { $0.provider = "onprem" }, "commitments.0.provider", "onprem"),
        (Self.commitment { $0.until = $0.from }, "commitments.0.until", "not after"),
        (Self.commitment { $0.perHour = .dollars(1) }, "commitments.0", "'count' and 'per-hour'"),
        (Self.commitment { $0.count = nil }, "commitments.0", "commits to nothing"),
        (Self.commitment { $0.count = 0 }, "commitments.0.count", "0"),
        (Self.commitment { $0.price = nil }, "commitments.0", "'price'"),
        (Self.commitment { $0.price = Money(nanodollars: -1) }, "commitments.0.price", "-$0"),
        (Self.commitment { $0.machine = nil }, "commitments.0", "'machine' or 'family'"),
        (Self.commitment { $0.discountPercent = 5 }, "commitments.0.discountPercent", "cost nothing more"),
        (Self.commitment { $0.name = "" }, "commitments.0.name", "''"),
        (
            PriceBook(name: "b", credits: [Credit(name: "c", amount: .dollars(-5))]), "credits.0.amount", "-$5.00"
        ),
        (
            PriceBook(name: "b", credits: [Credit(name: "c", provider: "gpc", amount: .zero)]), "credits.0.provider",
            "Did you mean 'gcp'?"
        ),
    ]

    @Test("what is wrong is named by where it is, with what to do", arguments: 0..<18)
    func wrong(index: Int) {
        let (book, path, word) = Self.mistakes[index]
        let issues = book.validate()
        #expect(issues.count == 1)
        #expect(issues.first?.path.joined(separator: ".") == path)
        #expect(issues.first?.message.contains(word) == true, "\(issues.first?.message ?? "")")
    }

    @Test("two different discounts for the same machines contradict each other; the same name is one entry")
    func contradictions() {
        let discounts = [5.0, 7.0, 7.0].map { Discount(provider: "aws", region: "eu-*", percent: $0) }
        let credits = [Credit(name: "c", amount: .zero), Credit(name: "c", amount: .dollars(1))]
        let issues = PriceBook(name: "b", discounts: discounts, credits: credits).validate()
        #expect(issues.map { $0.path.joined(separator: ".") } == ["discounts.1.percent", "credits.1.name"])
    }

    @Test("a book crosses the wire as it is") func wire() throws {
        let book = Self.commitment { $0.discountPercent = nil }
        #expect(try Wire.decode(text: try Wire.text(book)) == book)
    }
}
