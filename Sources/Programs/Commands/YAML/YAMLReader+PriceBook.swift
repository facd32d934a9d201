import Contract
import Kernel

// What was agreed with the clouds, as YAML has it.
extension YAMLReader {
    mutating func priceBook(_ node: YAMLNode) -> PriceBook? {
        let fields = self.fields(
            node, of: "A price book", keys: ["kind", "name", "discounts", "credits", "commitments"])
        self.require(["name"], in: fields, of: "A price book", at: node)
        let discounts = self.list(fields["discounts"], "'discounts'") { $0.discount($1) }
        let credits = self.list(fields["credits"], "'credits'") { $0.credit($1) }
        let commitments = self.list(fields["commitments"], "'commitments'") { $0.commitment($1) }
        guard let name = self.text(fields["name"], "The name") else { return nil }
        return PriceBook(
            name: name, discounts: discounts ?? [], credits: credits ?? [], commitments: commitments ?? [])
    }

    private mutating func discount(_ node: YAMLNode) -> Discount? {
        let fields = self.fields(
            node, of: "A discount", keys: ["provider", "family", "machine", "region", "spot", "percent"])
        self.require(["provider", "percent"], in: fields, of: "A discount", at: node)
        let family = self.text(fields["family"], "'family'")
        let machine = self.text(fields["machine"], "'machine'")
        let region = self.text(fields["region"], "'region'")
        let spot = self.flag(fields["spot"], "'spot'")
        let percent = self.number(fields["percent"], "'percent'")
        guard let provider = self.text(fields["provider"], "'provider'"), let percent else { return nil }
        return Discount(
            provider: provider, family: family, machine: machine, region: region, spot: spot, percent: percent)
    }

    private mutating func credit(_ node: YAMLNode) -> Credit? {
        let fields = self.fields(node, of: "A credit", keys: ["name", "provider", "amount", "from", "until"])
        self.require(["name", "amount"], in: fields, of: "A credit", at: node)
        let provider = self.text(fields["provider"], "'provider'")
        let amount = self.money(fields["amount"], "'amount'")
        let from = self.moment(fields["from"], "'from'")
        let until = self.moment(fields["until"], "'until'")
        guard let name = self.text(fields["name"], "The name"), let amount else { return nil }
        return Credit(name: name, provider: provider, amount: amount, from: from, until: until)
    }

    private static let commitmentKeys = [
        "name", "kind", "provider", "family", "machine", "region", "count", "per-hour", "price", "discount-percent",
        "from", "until",
    ]

    private mutating func commitment(_ node: YAMLNode) -> Commitment? {
        let fields = self.fields(node, of: "A commitment", keys: Self.commitmentKeys)
        self.require(["name", "kind", "provider", "from", "until"], in: fields, of: "A commitment", at: node)
        let name = self.text(fields["name"], "The name")
        let kind = self.choice(fields["kind"], "'kind'", of: CommitmentKind.self)
        let family = self.text(fields["family"], "'family'")
        let machine = self.text(fields["machine"], "'machine'")
        let region = self.text(fields["region"], "'region'")
        let count = self.integer(fields["count"], "'count'")
        let perHour = self.money(fields["per-hour"], "'per-hour'")
        let price = self.money(fields["price"], "'price'")
        let percent = self.number(fields["discount-percent"], "'discount-percent'")
        let from = self.moment(fields["from"], "'from'")
        let until = self.moment(fields["until"], "'until'")
        guard let name, let kind, let provider = self.text(fields["provider"], "'provider'"), let from, let until else {
            return nil
        }
        return Commitment(
            name: name, kind: kind, provider: provider, family: family, machine: machine, region: region, count: count,
            perHour: perHour, price: price, discountPercent: percent, from: from, until: until)
    }
}
