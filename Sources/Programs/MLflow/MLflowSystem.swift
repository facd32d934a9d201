import Contract

/// What MLflow's clients ask of the server itself before they talk to it.
package enum MLflowSystem {
    package static var routes: [MLflowRoute] {
        [
            MLflowRoute("GET", "/health", in: .root, .open) { _ in self.text("OK", type: "text/plain; charset=utf-8") },
            MLflowRoute("GET", "/version", in: .root, .open) { _ in
                self.text(MLflow.version, type: "text/html; charset=utf-8")
            },
            MLflowRoute("GET", "/mlflow/server-info", in: .version3, .open) { _ in
                MLflowWriter.answer(isIndented: false) {
                    $0.field("store_type", "SqlStore")
                    $0.field("workspaces_enabled", false)
                    $0.field("trace_archival_enabled", false)
                    $0.field("multipart_uploads_enabled", true)
                    $0.field("multipart_downloads_enabled", true)
                    $0.field("presigned_upload_run_id_supported", true)
                    $0.field("presigned_upload_model_id_supported", true)
                    $0.object("features_enabled") { $0.field("gateway", false) }
                }
            },
        ]
    }

    private static func text(_ text: String, type: String) -> Answer {
        Answer(contentType: type, body: .bytes(Array(text.utf8)))
    }
}
