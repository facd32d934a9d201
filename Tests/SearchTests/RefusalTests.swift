import Kernel
import Search
import Testing

/// In which words a filter is refused. The openings are those that MLflow's own tests look for.
@Suite struct RefusalTests {
    private func refusal(_ dialect: SearchDialect, _ text: String) -> String {
        do {
            return "taken as \(try dialect.filter(text))"
        } catch {
            #expect(error.kind == .invalid)
            return error.message
        }
    }

    @Test(
        "a filter of runs is refused in MLflow's words",
        arguments: [
            ("metric.acc >= 0.94; metrics.rmse < 1", "Search filter contained multiple expression"),
            ("m.acc >= 0.94", "Invalid entity type 'm'. Valid values are ['metric', 'parameter', 'tag'"),
            ("acc >= 0.94", "Invalid attribute key 'acc' specified. Valid keys are '{'Created', 'Run Name', "),
            ("`metrics.A` > 1", "Invalid entity type"),
            ("model >= 'LR'", "Invalid attribute key"),
            ("metrics.A > 0.1 OR params.B = 'LR'", "Invalid clause(s) in filter string"),
            ("metrics.A > 0.1 NAND params.B = 'LR'", "Invalid clause(s) in filter string"),
            ("metrics.A > 0.1 AND (params.B = 'LR')", "Invalid clause(s) in filter string"),
            ("metrics.A > 0.1 params.B = 'LR'", "Invalid clause(s) in filter string"),
            ("`metrics.A > 0.1", "Invalid clause(s) in filter string"),
            ("param`.A > 0.1", "Invalid clause(s) in filter string"),
            ("attribute.start != 1", "Invalid attribute key"),
            ("attribute.experiment_id != 1", "Invalid attribute key"),
            ("attribute.status = true", "Invalid clause(s) in filter string"),
            ("dataset.status = 'true'", "Invalid dataset key"),
            ("metrics.acc IS NULL", "IS NULL / IS NOT NULL is only supported for tags and params"),
            ("attribute.status IS NULL", "IS NULL / IS NOT NULL is only supported for tags and params"),
            ("metric.model = 'LR'", "Expected numeric value type for metric"),
            ("metric.model = '5'", "Expected numeric value type for metric"),
            ("params.acc = 5", "Expected a quoted string value for param"),
            ("tags.acc = 5", "Expected a quoted string value for tag"),
            ("metrics.acc != metrics.acc", "Expected numeric value type for metric"),
            ("1.0 > metrics.acc", "Invalid comparison clause. Expected 'Identifier' found '1.0'"),
            ("attribute.status = 1", "Expected a quoted string value for attributes"),
            ("start_time = 'x'", "Expected numeric value type for numeric attribute: start_time. Found 'x'"),
            ("params.acc = LR", "Parameter value is either not quoted or unidentified quote types"),
            ("params.acc = `LR`", "Parameter value is either not quoted or unidentified quote types"),
            ("params.'acc = LR", "Invalid clause(s) in filter string"),
            ("params.acc = 'LR", "Invalid clause(s) in filter string"),
            ("params.acc = LR'", "Invalid clause(s) in filter string"),
            ("params.acc = \"LR'", "Invalid clause(s) in filter string"),
            ("tags.acc = = 'LR'", "Invalid clause(s) in filter string"),
            ("attribute.status IS 'RUNNING'", "Invalid clause(s) in filter string"),
            ("params.acc LR !=", "Invalid clause(s) in filter string"),
            ("metric.acc !=", "Invalid clause(s) in filter string"),
            ("foo is null", "Invalid attribute key"),
            ("1==2", "Invalid comparison clause. Expected 'Identifier' found '1'"),
            ("metrics.a ~= 1.0", "Invalid comparator '~=' not one of '{'!=', '<', '<=', '=', '>', '>='}'"),
            ("params.a > 'x'", "Invalid comparator '>' not one of"),
            ("tags.a NOT LIKE 'x'", "Invalid comparator 'NOT LIKE' not one of"),
            ("tags.a IN ('x')", "Invalid comparator 'IN' not one of"),
            ("attributes.start_time LIKE 1234", "Invalid comparator 'LIKE' not one of"),
            ("run_name IN ('a')", "Only ['run_id'] attributes support comparison with a list of quoted string values."),
            ("run_id IN ()", "While parsing a list in the query, expected a non-empty list of string values"),
            (
                "run_id IN (1, 2)",
                "While parsing a list in the query, expected string value, punctuation, or whitespace"
            ),
            (
                "run_id IN (a)",
                "While parsing a list in the query, expected a non-empty list of string values, but got ill"
            ),
            ("run_id IN ('a' 'b')", "While parsing a list in the query, expected a non-empty list of string values"),
            ("run_id IN 'a'", "Invalid clause(s) in filter string"),
            ("run_id IN ('a'", "Invalid clause(s) in filter string"),
            ("run_id = ('a')", "Expected a quoted string value for attributes"),
        ])
    func runs(text: String, opening: String) {
        #expect(self.refusal(.runs, text).hasPrefix(opening))
    }

    @Test("other searches are refused in the words of their own")
    func others() {
        let cases: [(SearchDialect, String, String)] = [
            (.experiments, "name > 'a'", "Invalid comparator '>' not one of"),
            (.experiments, "name IN ('a')", "Invalid comparator 'IN' not one of"),
            (.experiments, "name IS NULL", "IS NULL / IS NOT NULL is only supported for tags, not for"),
            (.experiments, "creation_time = 1.5", "Invalid value for numeric attribute 'creation_time': '1.5'"),
            (.experiments, "acc.name = 'a'", "Invalid entity type 'acc'"),
            (.registeredModels, "name > 'a'", "Invalid comparator for attribute: >"),
            (.registeredModels, "tags.a IN ('a')", "Invalid comparator for tag: IN"),
            (.registeredModels, "run_id = 'a'", "Invalid attribute key 'run_id' specified. Valid keys are '{'name'}'"),
            (.modelVersions, "version_number LIKE '1'", "Invalid comparator for attribute version_number: LIKE"),
            (.modelVersions, "version_number = 'a'", "Invalid value for numeric attribute 'version_number': 'a'"),
            (
                .modelVersions, "name = 1",
                "Only the '{'creation_timestamp', 'last_updated_timestamp', 'version_number'}'"
            ),
            (.modelVersions, "source_path IN ('a')", "Invalid comparator for attribute: IN"),
            (
                .modelVersions, "wrong.a = 'b'",
                "Invalid entity type 'wrong'. Valid entity types are ('attribute', 'tag', 'tags')"
            ),
            (
                .loggedModels, "metrics.loss LIKE 'x'",
                "Invalid comparison operator for metrics.loss: 'LIKE'. Expected one of ('=', '!=', '<', '<=', '>', '>=')."
            ),
            (
                .loggedModels, "metric.loss > 1",
                "Invalid entity type: 'metric'. Expected one of ['attributes', 'metrics'"
            ),
            (
                .traces, "span.foo = 'x'",
                "Invalid span attribute 'foo'. Supported attributes: name, status, type, attributes."
            ),
            (.traces, "span.content = 'x'", "span.content comparator '=' not one of '{'ILIKE', 'LIKE'}'"),
            (.traces, "issue.name = 'x'", "Invalid issue attribute 'name'. Supported attributes: id"),
            (
                .traces, "feedback.x > 'a'",
                "Expected a numeric value for feedback when using comparator '>'. Got value 'a'"
            ),
            (.traces, "feedback.x = 5", "Expected a quoted string value for feedback (e.g. 'my-value'). Got value 5"),
            (.traces, "status IS NULL", "Invalid comparator 'IS NULL' not one of"),
            (.evaluationDatasets, "name > 'a'", "Invalid comparator for string attribute: >"),
            (.evaluationDatasets, "foo = 'a'", "Invalid attribute key 'foo' specified."),
            (.evaluationDatasets, "params.x = 'a'", "Invalid identifier token 'params' specified"),
        ]
        for (dialect, text, opening) in cases { #expect(self.refusal(dialect, text).hasPrefix(opening)) }
    }

    @Test("a refusal names the character from which the filter is not understood")
    func position() {
        #expect(
            self.refusal(.runs, "params.é = 'x' OR metrics.b > 1").contains(
                "'OR metrics.b > 1'. Expected AND at character 16."))
    }

    @Test("filters beyond the limits are refused")
    func limits() {
        let clause = "metrics.a > 1"
        #expect(
            self.refusal(.runs, Array(repeating: clause, count: 201).joined(separator: " AND "))
                == "The filter has more than 200 comparisons.")
        #expect(
            self.refusal(.runs, "params.a = '\(String(repeating: "x", count: 1 << 20))'").hasSuffix(
                "At most 1048576 are taken."))
        let ids = Array(repeating: "'a'", count: 8193).joined(separator: ",")
        #expect(self.refusal(.runs, "run_id IN (\(ids))").hasSuffix("At most 8192 are taken."))
    }
}
