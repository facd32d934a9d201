package import Database
package import Kernel

/// What model versions are made of, as Tracking keeps it: declared here, fulfilled where everything is wired.
package protocol ModelSources: Sendable {
    /// The root of a run's artifacts, a URI; nil when there is no such run.
    func artifacts(ofRun id: String, in reader: any Reading) throws -> String?

    /// A logged model; nil when there is none with this id, `m-…`.
    func loggedModel(_ id: String, in reader: any Reading) throws -> LoggedSource?

    /// Notes on a logged model that a version was made of it.
    func link(_ loggedModel: String, to model: String, version: Int, in transaction: Transaction) throws
}

/// A logged model, as far as the registry needs it.
package struct LoggedSource: Sendable, Hashable {
    /// The root of its files, a URI.
    package var location: String
    /// The run that logged it.
    package var run: String?

    package init(location: String, run: String?) {
        self.location = location
        self.run = run
    }
}

/// A registry beside which nothing is tracked: sources that name a run's files or a logged model are unknown.
package struct UntrackedSources: ModelSources {
    package init() {}
    package func artifacts(ofRun id: String, in reader: any Reading) -> String? { nil }
    package func loggedModel(_ id: String, in reader: any Reading) -> LoggedSource? { nil }
    package func link(_ loggedModel: String, to model: String, version: Int, in transaction: Transaction) {}
}

/// How webhooks are reached: declared here, fulfilled where everything is wired.
package protocol WebhookTransport: Sendable {
    /// The addresses of a host, by name or as text.
    ///
    /// - Throws: when it has none; the fault's message says why.
    func addresses(of host: String) async throws -> [NetworkAddress]

    /// Posts a message once, without following redirects.
    ///
    /// - Parameter address: where to connect to, whatever the host's name means by then.
    /// - Returns: any answer, whatever its status.
    /// - Throws: when there was none.
    func post(
        _ message: WebhookMessage, host: String, at address: NetworkAddress, within deadline: TimeSpan
    ) async throws -> WebhookAnswer
}

/// What a receiver said.
package struct WebhookAnswer: Sendable, Hashable {
    package var status: Int
    /// The beginning of its body.
    package var body: String

    package init(status: Int, body: String) {
        self.status = status
        self.body = body
    }
}
