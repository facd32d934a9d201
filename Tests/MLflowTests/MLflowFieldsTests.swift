import Contract
import MLflow
import Testing

@Suite struct MLflowFieldsTests {
    private let words = " See the API docs for more information about request parameters."

    private func fields(_ text: String) throws -> MLflowFields {
        guard case .object(let object) = try JSONValue(utf8: Array(text.utf8)) else {
            throw MLflowError(.badRequest, "")
        }
        return MLflowFields(object)
    }

    @Test(
        "a required field that is missing, null or empty is named",
        arguments: ["{}", #"{"run_id": null}"#, #"{"run_id": ""}"#])
    func missing(body: String) throws {
        let fields = try self.fields(body)
        #expect(
            throws: MLflowError(.invalidParameterValue, "Missing value for required parameter 'run_id'." + self.words)
        ) { _ = try fields.required("run_id") }
    }

    @Test(
        "a value of the wrong type is shown with Python's name of its type",
        arguments: [
            ("31", "31", "int"), ("1.5", "1.5", "float"), ("true", "true", "bool"), (#"["é"]"#, #"["é"]"#, "list"),
            (#"{"b":1,"a":2}"#, #"{"a":2,"b":1}"#, "dict"),
        ])
    func wrongType(json: String, shown: String, type: String) throws {
        let fields = try self.fields(#"{"run_id": \#(json)}"#)
        let message = "Invalid value \(shown) for parameter 'run_id' supplied:  Hint: Value was of type '\(type)'."
        #expect(throws: MLflowError(.invalidParameterValue, message + self.words)) { _ = try fields.required("run_id") }
    }

    @Test("a field of a list is named with its place")
    func places() throws {
        let fields = try self.fields(#"{"tags": [{"key": "a"}, {"value": "b"}, {"key": 5}]}"#)
        let tags = try fields.objects("tags")
        #expect(try tags[0].required("key") == "a")
        #expect(
            throws: MLflowError(
                .invalidParameterValue, "Missing value for required parameter 'tags[1].key'." + self.words)
        ) {
            _ = try tags[1].required("key")
        }
        #expect(throws: MLflowError.self) { _ = try tags[2].string("key") }
    }

    @Test("integers come as numbers or as text, and names in the way of JSON")
    func forms() throws {
        let fields = try self.fields(#"{"startTime": "7", "end_time": 8.0, "step": 9}"#)
        #expect(try fields.integer("start_time") == 7)
        #expect(try fields.integer("end_time") == 8 && fields.integer("step") == 9)
        #expect(try fields.integer("none") == nil)
    }
}
