import Kernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a start was told, by flags and by file.
struct ServeOptions: Sendable {
    /// Absolute.
    let files: DataFiles
    let port: Int
    let gatewayPort: Int
    let configuration: Configuration
    let insecureLocal: Bool
    let leaveLocal: Bool
    /// Absolute: what relative paths of clients start from.
    let workingFolder = Self.currentFolder
    /// Absolute; where MLflow's artifacts lie as plain files.
    let mlflowArtifacts: String
    /// Whether clients of MLflow's API come with a name and a password, or a token.
    let basicAuth: Bool

    /// - Throws: `invalid` when the configuration is.
    init(
        data: String, port: Int, gatewayPort: Int, configFile: String?, insecureLocal: Bool, leaveLocal: Bool,
        mlflowArtifacts: String?, basicAuth: Bool
    ) throws {
        self.files = DataFiles(folder: Self.absolute(data))
        self.port = port
        self.gatewayPort = gatewayPort
        self.insecureLocal = insecureLocal
        self.leaveLocal = leaveLocal
        self.basicAuth = basicAuth
        self.mlflowArtifacts = mlflowArtifacts.map(Self.absolute) ?? self.files.mlflowArtifacts
        if let configFile {
            self.configuration = try Configuration.read(configFile)
        } else if access(self.files.configuration, F_OK) == 0 {
            self.configuration = try Configuration.read(self.files.configuration)
        } else {
            self.configuration = Configuration()
        }
    }

    /// Where the server listens.
    var host: String { self.insecureLocal ? "127.0.0.1" : "0.0.0.0" }

    private static func absolute(_ path: String) -> String {
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        return trimmed.hasPrefix("/") ? trimmed : Self.currentFolder + "/" + trimmed
    }

    /// `/` where there is none any more.
    private static var currentFolder: String {
        guard let current = getcwd(nil, 0) else { return "/" }
        defer { free(current) }
        return String(cString: current)
    }
}
