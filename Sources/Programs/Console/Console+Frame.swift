import Contract
import Kernel

// What every page has around it.
extension Console {
    /// Nothing from elsewhere, no script but ours, no frame around us.
    static let securityHeaders = [
        "content-security-policy":
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
            + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
    ]

    func page(_ html: HTML, status: Int = 200) -> Answer {
        Answer(
            status: status, contentType: "text/html; charset=utf-8", headers: Self.securityHeaders,
            body: .bytes(html.bytes))
    }

    static func asset(_ text: String, type: String) -> Answer {
        var headers = self.securityHeaders
        headers["cache-control"] = "max-age=300"
        return Answer(contentType: type, headers: headers, body: .bytes(Array(text.utf8)))
    }

    /// - Parameter isLive: whether the page follows what happens.
    static func frame(title: String, principal: Principal?, isLive: Bool, _ content: () -> HTML) -> HTML {
        let live: HTML = isLive ? "<script src=\"/console.js\" defer></script>" : ""
        let refresh: HTML = isLive ? "<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>" : ""
        let person: HTML =
            principal.map {
                """
                <span class="who">\($0.name) <span class="role">\($0.role.rawValue)</span></span>\
                <form method="post" action="/logout"><button class="plain">Log out</button></form>
                """
            } ?? ""
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>\(title) · Martlet</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <link rel="stylesheet" href="/console.css">\(refresh)\(live)</head>
            <body><header><a class="brand" href="/">\(self.mark)Martlet</a><nav>\(person)</nav></header>
            <main>\(content())</main>
            <footer>Times are UTC. Amounts are US dollars with every digit there is.</footer></body></html>
            """
    }

    /// A bird without feet, as heraldry draws it.
    private static let mark: HTML = """
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><path d="M2 9c7 0 10 3 13 6 2-5 7-8 15-8-4 2-6 5-7 9 \
        2 0 4 0 6 1-4 1-7 3-9 6-3 4-8 5-13 3 3-1 5-3 6-6C8 18 4 14 2 9z"/></svg>
        """

    func problemPage(_ fault: any Fault, for principal: Principal) -> HTML {
        Self.frame(title: "Not here", principal: principal, isLive: false) {
            "<section class=\"card\"><h1>\(fault.kind.rawValue)</h1><p>\(fault.message)</p><p><a href=\"/\">Overview</a></p></section>"
        }
    }

    /// Tells the page that something has happened, at most twice a second: server-sent events without content.
    func changes() -> Answer {
        let source = self.source
        return Answer(
            contentType: "text/event-stream", headers: ["cache-control": "no-store"],
            body: .stream { writer in
                var sequence = await source.change(after: -1)
                while !Task.isCancelled {
                    try await writer.write(Array("data: \(sequence)\n\n".utf8))
                    // The page is not made anew more often than a person can read.
                    try await ContinuousClock().sleep(for: .milliseconds(500))
                    sequence = await source.change(after: sequence)
                }
            })
    }

    /// Follows the changes and puts the new content in place of the old, keeping the reader's place in a log.
    static let script = """
        (() => {
          let busy = false, again = false;
          const swap = async () => {
            if (busy) { again = true; return; }
            busy = true;
            try {
              const answer = await fetch(location.href, {credentials: "same-origin"});
              if (answer.redirected) { location.reload(); return; }
              const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
              const log = document.querySelector("pre.log");
              const atEnd = log && log.scrollTop + log.clientHeight >= log.scrollHeight - 40;
              const top = log ? log.scrollTop : 0;
              if (fresh) document.querySelector("main").replaceWith(fresh);
              const next = document.querySelector("pre.log");
              if (next) next.scrollTop = atEnd ? next.scrollHeight : top;
            } catch (error) { } finally {
              busy = false;
              if (again) { again = false; setTimeout(swap, 500); }
            }
          };
          const log = document.querySelector("pre.log");
          if (log) log.scrollTop = log.scrollHeight;
          new EventSource("/console/changes").onmessage = swap;
          setInterval(() => { if (document.querySelector("[data-running]")) swap(); }, 2000);
        })();
        """
}
