/// What lies where in a data folder.
struct DataFiles: Sendable {
    let folder: String

    var database: String { "\(self.folder)/martlet.sqlite" }
    /// The end of the journal's chain, outside the database.
    var head: String { "\(self.folder)/journal.head" }
    /// The master key.
    var key: String { "\(self.folder)/key" }
    var adminToken: String { "\(self.folder)/admin.token" }
    /// The password of the first user of MLflow's basic auth, where others than this machine reach the server.
    var adminPassword: String { "\(self.folder)/admin.password" }
    var configuration: String { "\(self.folder)/martletd.json" }
    /// Below the folder, as the default store is declared.
    static let defaultStore = "store"
    /// MLflow's artifacts, when no other folder is named for them.
    var mlflowArtifacts: String { "\(self.folder)/mlflow-artifacts" }
    /// Tables of prices that were read from providers, beside the embedded one.
    var catalog: String { "\(self.folder)/catalog" }
    /// Homes of the worker and the gateway that run here.
    var workers: String { "\(self.folder)/local/workers" }
    var gateway: String { "\(self.folder)/local/gateway" }
    /// The address that they were last started with.
    var localServer: String { "\(self.folder)/local/server" }
    var local: String { "\(self.folder)/local" }
}
