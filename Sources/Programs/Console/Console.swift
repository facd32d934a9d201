package import Contract
package import Kernel

/// The pages for people: what runs, where, why, and for how much. Read-only, made on the server, plain HTML and CSS.
///
/// Works without JavaScript; with it a page takes its new state within a second, from the server's own markup. It knows the
/// control plane only as a `ConsoleSource` of Contract's values and no HTTP server at all: a request goes in, an `Answer`
/// comes out. Whoever looks shows a token once, in a form; it comes back in a cookie that scripts cannot read and other
/// sites cannot send. Everything shown is escaped by type (`HTML`), and a policy forbids any script but its own.
///
/// A fault becomes a page that says what to do next. A page costs some queries of the newest rows and a millisecond.
package struct Console: Sendable {
    /// A login form is a token and nothing else, in bytes.
    package static let formLimit = 4096
    static let cookieName = "martlet_token"
    /// How long a browser keeps the token: a week of work.
    static let cookieSeconds = 7 * 24 * 3600

    let source: any ConsoleSource
    let time: any TimeSource

    package init(source: any ConsoleSource, time: any TimeSource) {
        self.source = source
        self.time = time
    }

    /// A request for a page.
    package struct Visit: Sendable {
        /// `GET` or `POST`.
        package var method: String
        package var path: String
        package var cookie: String?
        package var body: [UInt8]

        package init(method: String, path: String, cookie: String?, body: [UInt8]) {
            self.method = method
            self.path = path
            self.cookie = cookie
            self.body = body
        }
    }

    /// - Returns: nil when there is no such page.
    package func answer(_ visit: Visit) async throws -> Answer? {
        switch (visit.method, visit.path) {
        case ("GET", "/console.css"): return Self.asset(Self.style, type: "text/css; charset=utf-8")
        case ("GET", "/console.js"): return Self.asset(Self.script, type: "text/javascript; charset=utf-8")
        case ("GET", "/login"): return self.page(self.loginPage(problem: nil))
        case ("POST", "/login"): return try await self.logIn(visit)
        case ("POST", "/logout"): return Self.redirect(to: "/login", cookie: "", seconds: 0)
        case ("GET", let path): return try await self.view(path, visit)
        default: return nil
        }
    }

    /// A page that needs somebody to be logged in.
    private func view(_ path: String, _ visit: Visit) async throws -> Answer? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        guard parts.isEmpty || (parts.count == 2 && ["runs", "pipelines", "console"].contains(parts[0])) else {
            return nil
        }
        guard let principal = await self.principal(of: visit) else { return Self.redirect(to: "/login") }
        do {
            if parts.isEmpty { return self.page(try await self.overview(for: principal)) }
            switch parts[0] {
            case "runs":
                guard let id = ID<Run>(parts[1]) else { return nil }
                return self.page(try await self.runPage(id, for: principal))
            case "pipelines":
                guard let id = ID<PipelineRun>(parts[1]) else { return nil }
                return self.page(try await self.pipelinePage(id, for: principal))
            default:
                return parts[1] == "changes" ? self.changes() : nil
            }
        } catch let fault as any Fault where fault.kind != .bug {
            return self.page(self.problemPage(fault, for: principal), status: fault.kind.httpStatus)
        }
    }

    private func principal(of visit: Visit) async -> Principal? {
        if let token = Self.token(in: visit.cookie), let principal = try? await self.source.authenticate(token),
            principal.role.includes(.viewer)
        {
            return principal
        }
        return self.source.openPrincipal
    }
}
