package import Contract
import Kernel

/// The web pages: read-only, rendered on the server, whole without JavaScript.
///
/// `/` shows runs with their state, the latest pipeline as a graph, sites, endpoints, costs and the last journal lines; a run's
/// page has its attempts, metrics and log; a pipeline run's page its graph and what it would have cost elsewhere. A page on
/// which something still moves asks to be loaded again every two seconds. Knows Contract values only; what it shows comes from
/// a `ConsoleSource`. Access is by the same token as the API's, kept in a cookie that no script can read.
package struct Console: Sendable {
    /// A token is 43 characters; a login form is little more.
    package static let bodyLimit = 4096
    static let cookieName = "martlet_token"

    let source: any ConsoleSource

    package init(source: any ConsoleSource) { self.source = source }

    /// - Returns: nil when there is no such page.
    package func answer(method: String, path: String, cookie: String?, body: [UInt8]) async throws -> Answer? {
        switch (method, path) {
        case ("GET", "/style.css"): return Answer(contentType: "text/css; charset=utf-8", headers: Self.cached, body: .bytes(Array(Style.sheet.utf8)))
        case ("GET", "/login"): return self.page(LoginPage.render(problem: nil))
        case ("POST", "/login"): return try await self.logIn(body)
        case ("POST", "/logout"): return Self.redirect(to: "/login", cookie: Self.cookie("", maxAge: 0))
        case ("GET", _): return try await self.readOnly(path, cookie: cookie)
        default: return nil
        }
    }

    private func readOnly(_ path: String, cookie: String?) async throws -> Answer? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        guard parts.isEmpty || (parts.count == 2 && ["runs", "pipelines"].contains(parts[0])) else { return nil }
        guard try await self.isAdmitted(cookie) else { return Self.redirect(to: "/login", cookie: nil) }
        do {
            if parts.isEmpty { return self.page(try await OverviewPage.render(self.source)) }
            if parts[0] == "runs", let id = ID<Run>(parts[1]) { return self.page(try await RunPage.render(id, self.source)) }
            if parts[0] == "pipelines", let id = ID<PipelineRun>(parts[1]) {
                return self.page(try await PipelinePage.render(id, self.source))
            }
            return nil
        } catch let fault as any Fault where fault.kind == .notFound {
            return self.page(Layout.page(title: "Not found", live: false, body: "<p class=\"empty\">\(fault.message)</p>"), status: 404)
        }
    }

    private func isAdmitted(_ cookie: String?) async throws -> Bool {
        if self.source.isOpen { return true }
        guard let token = Self.token(in: cookie) else { return false }
        do { return try await self.source.authenticate(token).role.includes(.viewer) } catch let fault as any Fault
            where fault.kind == .unauthenticated
        { return false }
    }

    private func logIn(_ body: [UInt8]) async throws -> Answer {
        let form = String(decoding: body, as: UTF8.self)
        let field = form.split(separator: "&").first { $0.hasPrefix("token=") }?.dropFirst("token=".count)
        let token = PercentEncoding.decode(field ?? "")?.filter { !$0.isWhitespace } ?? ""
        do {
            guard !token.isEmpty, try await self.source.authenticate(token).role.includes(.viewer) else {
                return self.page(LoginPage.render(problem: "This token may not look at pages. Use a user's token."), status: 403)
            }
        } catch let fault as any Fault where fault.kind == .unauthenticated {
            return self.page(LoginPage.render(problem: fault.message), status: 401)
        }
        return Self.redirect(to: "/", cookie: Self.cookie(token, maxAge: 12 * 3600))
    }

    private func page(_ html: HTML, status: Int = 200) -> Answer {
        Answer(status: status, contentType: "text/html; charset=utf-8", headers: Self.guarded, body: .bytes(Array(html.text.utf8)))
    }

    private static let cached = ["Cache-Control": "max-age=3600", "X-Content-Type-Options": "nosniff"]

    private static let guarded = [
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
    ]

    private static func redirect(to path: String, cookie: String?) -> Answer {
        var headers = ["Location": path, "Cache-Control": "no-store"]
        headers["Set-Cookie"] = cookie
        return Answer(status: 303, contentType: "text/plain; charset=utf-8", headers: headers, body: .bytes([]))
    }

    private static func cookie(_ token: String, maxAge: Int) -> String {
        "\(self.cookieName)=\(PercentEncoding.encode(token)); Path=/; HttpOnly; SameSite=Strict; Max-Age=\(maxAge)"
    }

    private static func token(in cookie: String?) -> String? {
        let pairs = (cookie ?? "").split(separator: ";").map { $0.drop { $0 == " " } }
        guard let pair = pairs.first(where: { $0.hasPrefix(self.cookieName + "=") }) else { return nil }
        return PercentEncoding.decode(pair.dropFirst(self.cookieName.count + 1))
    }
}
