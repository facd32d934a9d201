import Contract
import Kernel

// Who looks: a token in, a cookie out.
extension Console {
    /// Checks the token of the form and keeps it in a cookie.
    func logIn(_ visit: Visit) async throws -> Answer {
        guard let token = Self.field("token", in: visit.body), !token.isEmpty else {
            return self.page(self.loginPage(problem: "Paste a token first."), status: 400)
        }
        do {
            let principal = try await self.source.authenticate(token)
            guard principal.role.includes(.viewer) else {
                let problem = "This is the token of a \(principal.role.rawValue). Use one of a person."
                return self.page(self.loginPage(problem: problem), status: 403)
            }
            return Self.redirect(to: "/", cookie: token, seconds: Self.cookieSeconds)
        } catch let fault as any Fault where fault.kind != .bug {
            return self.page(self.loginPage(problem: fault.message), status: fault.kind.httpStatus)
        }
    }

    /// Redirects after a form, setting the cookie when one is given.
    static func redirect(to path: String, cookie: String? = nil, seconds: Int = 0) -> Answer {
        var headers = self.securityHeaders
        headers["location"] = path
        if let cookie {
            headers["set-cookie"] =
                "\(self.cookieName)=\(cookie); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict"
        }
        return Answer(status: 303, contentType: "text/plain", headers: headers, body: .bytes([]))
    }

    /// The token in a `cookie` header; nil when it holds none that could be one.
    static func token(in cookie: String?) -> String? {
        for pair in (cookie ?? "").split(separator: ";") {
            let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0] == self.cookieName { return String(parts[1]) }
        }
        return nil
    }

    /// A field of a form as browsers post it; nil for a token with characters that none has, so that a header stays one line.
    static func field(_ name: String, in body: [UInt8]) -> String? {
        for pair in String(decoding: body, as: UTF8.self).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0] == name else { continue }
            let text = PercentEncoding.decode(String(parts[1].map { $0 == "+" ? " " : $0 }))
            let trimmed = text.map { $0.drop(while: \.isWhitespace).prefix { !$0.isWhitespace } }
            return trimmed.flatMap { $0.utf8.allSatisfy { (33...126).contains($0) && $0 != 59 } ? String($0) : nil }
        }
        return nil
    }

    func loginPage(problem: String?) -> HTML {
        let note: HTML = problem.map { "<p class=\"problem\" role=\"alert\">\($0)</p>" } ?? ""
        return Self.frame(title: "Log in", principal: nil, isLive: false) {
            """
            <section class="login card">
            <h1>Martlet</h1>
            <p>Paste a token to look around. The first one lies in <code>admin.token</code> in the data folder; \
            an admin issues others.</p>\(note)
            <form method="post" action="/login">
            <label for="token">Token</label>
            <input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
            <button>Log in</button>
            </form></section>
            """
        }
    }
}
