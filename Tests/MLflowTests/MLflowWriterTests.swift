import MLflow
import Testing

@Suite struct MLflowWriterTests {
    @Test("objects, lists and numbers are laid out as MLflow's server does") func layout() {
        var writer = MLflowWriter()
        writer.object {
            $0.object("run") {
                $0.object("info") {
                    $0.field("status", "RUNNING"); $0.field("start_time", Int64(17));
                    $0.field("end_time", nil as Int64?)
                }
                $0.list("metrics", [0.5, .nan, 1]) { writer, value in writer.object { $0.field("value", value) } }
                $0.list("tags", [String]()) { $0.element($1) }
                $0.object("inputs") { _ in }
            }
        }
        let expected = """
            {
              "run": {
                "info": {
                  "status": "RUNNING",
                  "start_time": 17
                },
                "metrics": [
                  {
                    "value": 0.5
                  },
                  {
                    "value": "NaN"
                  },
                  {
                    "value": 1.0
                  }
                ],
                "inputs": {}
              }
            }
            """
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
    }
}
