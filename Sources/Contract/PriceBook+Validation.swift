package import Kernel

extension PriceBook {
    /// Who sells machines by the hour, so that there is something to agree with them.
    package static let providers = ["aws", "azure", "gcp"]
    /// More entries of a kind than this in one book are not an agreement but a price list.
    package static let maximumEntries = 1000
    /// More machines, or dollars an hour, than any one agreement is about; far from what 64 bits of nano-dollars hold.
    package static let maximumCount = 1_000_000
    package static let maximumAmount = Money.dollars(1_000_000_000)

    /// Everything that is wrong with it; none when it can be declared.
    package func validate() -> [SpecIssue] {
        var issues = IssueCollector(path: [])
        if !ResourceName.isValid(self.name) {
            issues.add("'\(self.name)' is not a name. Use a–z, 0–9, '-', '_' and '.'.", at: "name")
        }
        for (key, count) in [
            ("discounts", self.discounts.count), ("credits", self.credits.count),
            ("commitments", self.commitments.count),
        ] where count > Self.maximumEntries {
            issues.add("\(count) are more than \(Self.maximumEntries). Divide the book.", at: key)
        }
        for (index, discount) in self.discounts.enumerated() {
            var entry = IssueCollector(path: ["discounts", String(index)])
            discount.check(&entry)
            issues.add(contentsOf: entry.issues)
        }
        for (index, credit) in self.credits.enumerated() {
            var entry = IssueCollector(path: ["credits", String(index)])
            credit.check(&entry)
            issues.add(contentsOf: entry.issues)
        }
        for (index, commitment) in self.commitments.enumerated() {
            var entry = IssueCollector(path: ["commitments", String(index)])
            commitment.check(&entry)
            issues.add(contentsOf: entry.issues)
        }
        return issues.issues + self.contradictions()
    }

    /// What is said twice, and differently: two discounts for the same machines, two entries of the same name.
    private func contradictions() -> [SpecIssue] {
        var issues = IssueCollector(path: [])
        var seen: [Discount: Double] = [:]
        for (index, discount) in self.discounts.enumerated() {
            var condition = discount
            condition.percent = 0
            if let other = seen.updateValue(discount.percent, forKey: condition), other != discount.percent {
                issues.add(
                    "The same machines are \(other) % and \(discount.percent) % cheaper. Keep the one that holds.",
                    at: "discounts", String(index), "percent")
            }
        }
        for (key, names) in [("credits", self.credits.map(\.name)), ("commitments", self.commitments.map(\.name))] {
            var known: Set<String> = []
            for (index, name) in names.enumerated() where !known.insert(name).inserted {
                issues.add("The name '\(name)' is used before. Give each its own.", at: key, String(index), "name")
            }
        }
        return issues.issues
    }
}

extension Discount {
    fileprivate func check(_ issues: inout IssueCollector) {
        issues.checkProvider(self.provider)
        issues.checkMachines(family: self.family, machine: self.machine)
        issues.checkPercent(self.percent, at: "percent")
    }
}

extension Credit {
    fileprivate func check(_ issues: inout IssueCollector) {
        issues.checkName(self.name)
        if let provider = self.provider { issues.checkProvider(provider) }
        issues.checkAmount(self.amount, at: "amount")
        issues.checkTerm(from: self.from, until: self.until)
    }
}

extension Commitment {
    fileprivate func check(_ issues: inout IssueCollector) {
        issues.checkName(self.name)
        issues.checkProvider(self.provider)
        issues.checkMachines(family: self.family, machine: self.machine)
        issues.checkTerm(from: self.from, until: self.until)
        for (amount, key) in [(self.perHour, "perHour"), (self.price, "price")] {
            if let amount { issues.checkAmount(amount, at: key) }
        }
        switch (self.count, self.perHour) {
        case (.some, .some):
            issues.add("It has 'count' and 'per-hour'. Keep the one that it commits to: machines or dollars.")
        case (nil, nil): issues.add("It commits to nothing. Give 'count' machines, or dollars 'per-hour'.")
        case (let count?, nil): self.checkCount(count, &issues)
        case (nil, .some):
            if let percent = self.discountPercent { issues.checkPercent(percent, at: "discountPercent") }
        }
    }

    private func checkCount(_ count: Int, _ issues: inout IssueCollector) {
        if !(1...PriceBook.maximumCount).contains(count) {
            issues.add("\(count) is not between 1 and \(PriceBook.maximumCount).", at: "count")
        }
        if self.price == nil {
            issues.add("Give 'price', the dollars that are paid for every hour of it, 0 when all was paid before.")
        }
        if self.discountPercent != nil {
            issues.add(
                "The machines that it counts cost nothing more. Remove it, or commit to dollars 'per-hour'.",
                at: "discountPercent")
        }
        if self.machine == nil, self.family == nil {
            issues.add("It counts machines, but not which. Give 'machine' or 'family'.")
        }
    }
}

extension IssueCollector {
    fileprivate mutating func checkName(_ name: String) {
        if ResourceName.isValid(name) { return }
        self.add("'\(name)' is not a name. Use a–z, 0–9, '-', '_' and '.'.", at: "name")
    }

    fileprivate mutating func checkProvider(_ provider: String) {
        if PriceBook.providers.contains(provider) { return }
        self.unknown("provider with prices", provider, among: PriceBook.providers, at: "provider")
    }

    fileprivate mutating func checkMachines(family: String?, machine: String?) {
        if family != nil, machine != nil {
            self.add("It has 'family' and 'machine'. Keep one of them.", at: "machine")
        }
    }

    fileprivate mutating func checkPercent(_ percent: Double, at key: String) {
        if Percent.parts(percent) != nil { return }
        self.add("\(percent) is not between 0 and 100 with at most four decimals.", at: key)
    }

    fileprivate mutating func checkAmount(_ amount: Money, at key: String) {
        if (.zero...PriceBook.maximumAmount).contains(amount) { return }
        self.add("\(amount) is not between $0 and \(PriceBook.maximumAmount).", at: key)
    }

    fileprivate mutating func checkTerm(from: Timestamp?, until: Timestamp?) {
        guard let from, let until, until <= from else { return }
        self.add("It ends at \(until), which is not after its beginning at \(from).", at: "until")
    }
}
