import Search
import Testing

/// What an order is read as, and in which words it is refused.
@Suite struct OrderTests {
    @Test(
        "a term is a key and a direction",
        arguments: [
            ("metrics.key1 asc", SearchOrder(.metric, "key1")),
            ("metrics.\"key1\"  desc", SearchOrder(.metric, "key1", isAscending: false)),
            ("params.my_param aSc", SearchOrder(.parameter, "my_param")),
            ("metrics.`Mean Square Error` DESC", SearchOrder(.metric, "Mean Square Error", isAscending: false)),
            ("attributes.status", SearchOrder(.attribute, "status")),
            ("Created DESC", SearchOrder(.attribute, "start_time", isAscending: false)),
            ("tags.mlflow.runName", SearchOrder(.tag, "mlflow.runName")),
        ])
    func reads(text: String, order: SearchOrder) throws {
        #expect(try SearchDialect.runs.orders([text]) == [order])
    }

    @Test(
        "an order of runs is refused in MLflow's words",
        arguments: [
            ("m.acc", "Invalid entity type"), ("acc", "Invalid attribute key"), ("attri.x", "Invalid entity type"),
            ("`metrics.A", "Invalid order_by clause"), ("`metrics.A`", "Invalid entity type"),
            ("attribute.start", "Invalid attribute key"), ("metrics.A != 1", "Invalid order_by clause"),
            ("params.my_param ", "Invalid order_by clause"), ("", "Invalid order_by clause"),
            ("attribute.run_id ACS", "Invalid ordering key"), ("attribute.run_id DESC blah", "Invalid order_by clause"),
            ("dataset.name", "Invalid order_by entity: dataset"),
        ])
    func refuses(text: String, opening: String) {
        let error = #expect(throws: SearchError.self) { try SearchDialect.runs.orders([text]) }
        #expect(error?.message.hasPrefix(opening) == true)
    }

    @Test("a field is named once")
    func duplicates() {
        let error = #expect(throws: SearchError.self) {
            try SearchDialect.runs.orders(["created", "attribute.start_time DESC"])
        }
        #expect(error?.message == "`order_by` contains duplicate fields: [\"created\", \"attribute.start_time DESC\"]")
    }

    @Test("other searches have orders of their own")
    func others() throws {
        #expect(
            try SearchDialect.registeredModels.orders(["timestamp DESC", "name"]) == [
                SearchOrder(.attribute, "last_updated_timestamp", isAscending: false), SearchOrder(.attribute, "name"),
            ])
        let unknown = #expect(throws: SearchError.self) {
            try SearchDialect.registeredModels.orders(["creation_timestamp DESC"])
        }
        #expect(unknown?.message.hasPrefix("Invalid order by key 'creation_timestamp' specified.") == true)
        #expect(throws: SearchError.self) { try SearchDialect.experiments.orders(["tags.a"]) }
        #expect(throws: SearchError.self) { try SearchDialect.modelVersions.orders(["run_id"]) }
        #expect(
            try SearchDialect.loggedModelOrder(field: "metrics.a.b", isAscending: false)
                == SearchOrder(.metric, "a.b", isAscending: false))
        #expect(
            try SearchDialect.loggedModelOrder(field: "creation_time", isAscending: true)
                == SearchOrder(.attribute, "creation_timestamp"))
        let error = #expect(throws: SearchError.self) {
            try SearchDialect.loggedModelOrder(field: "params.x", isAscending: true)
        }
        #expect(error?.message.hasPrefix("Invalid order by field name: params.x. Only metrics are supported.") == true)
    }
}
