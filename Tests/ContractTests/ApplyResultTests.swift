import Contract
import Kernel
import Testing

@Suite struct ApplyResultTests {
    private let store = Store(name: "eu", type: "file", path: "eu", zones: ["EU", "FI"])

    @Test("declaring something new lists every field it has, without a before")
    func created() throws {
        let result = try ApplyResult.between(kind: "Store", name: "eu", before: nil, after: self.store)
        #expect(result.change == .created)
        #expect(result.fields.map(\.field) == ["name", "path", "type", "zones"])
        #expect(result.fields.allSatisfy { $0.before == nil && $0.after != nil })
    }

    @Test("declaring the same again is unchanged and lists nothing")
    func unchanged() throws {
        let result = try ApplyResult.between(kind: "Store", name: "eu", before: self.store, after: self.store)
        #expect(result == ApplyResult(kind: "Store", name: "eu", change: .unchanged, fields: []))
    }

    @Test("a field that was added, one that was removed and one that changed are each named with both sides")
    func updated() throws {
        let after = Store(name: "eu", type: "file", endpoint: "http://10.0.0.1:9", zones: ["EU"])
        let result = try ApplyResult.between(kind: "Store", name: "eu", before: self.store, after: after)
        #expect(result.change == .updated)
        #expect(
            result.fields == [
                FieldChange(field: "endpoint", after: "http://10.0.0.1:9"),
                FieldChange(field: "path", before: "eu"),
                FieldChange(field: "zones", before: ["EU", "FI"], after: ["EU"]),
            ])
    }

    @Test("fields of fields are named by dotted paths")
    func nested() throws {
        let before = Environment(
            name: "hel", provider: "onprem", region: "helsinki", zones: [],
            amortisation: Amortisation(
                hardware: .dollars(1), depreciation: .hours(1), utilisation: 0.5, watts: 1,
                electricityPerKilowattHour: .zero),
            store: "hel")
        var after = before
        after.amortisation?.watts = 300
        let result = try ApplyResult.between(kind: "Environment", name: "hel", before: before, after: after)
        #expect(result.fields == [FieldChange(field: "amortisation.watts", before: 1, after: 300)])
    }
}
