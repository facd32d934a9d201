package import Kernel
package import Logging

/// What all attempts of a worker share.
package struct Workbench: Sendable {
    package let link: any ControlPlaneLink
    package let cache: BlobCache
    package let roster: Roster
    package let reporter: Reporter
    package let facts: MachineFacts
    package let shim: ExecProcess.Shim
    /// Where attempts have their folders.
    package let attempts: String
    /// The worker's own environment variables.
    package let variables: [String: String]
    /// The control plane's address, as the worker reaches it.
    package let server: String
    package let time: any TimeSource
    package let logger: Logger

    package init(
        link: any ControlPlaneLink, cache: BlobCache, roster: Roster, reporter: Reporter, facts: MachineFacts,
        shim: ExecProcess.Shim, attempts: String, variables: [String: String], server: String, time: any TimeSource,
        logger: Logger
    ) {
        self.link = link
        self.cache = cache
        self.roster = roster
        self.reporter = reporter
        self.facts = facts
        self.shim = shim
        self.attempts = attempts
        self.variables = variables
        self.server = server
        self.time = time
        self.logger = logger
    }
}
