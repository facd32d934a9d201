/// Where a person shows the token that the first start printed.
enum LoginPage {
    static func render(problem: String?) -> HTML {
        let warning: HTML = problem.map { "<p class=\"problem\" role=\"alert\">\($0)</p>" } ?? ""
        return Layout.page(
            title: "Log in", live: false,
            body: """
                <form class="login" method="post" action="/login">\(warning)
                <label for="token">Token</label>
                <input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
                <p class="hint">The first start of martletd wrote an admin token to <code>admin.token</code> in its data folder.</p>
                <button>Log in</button></form>
                """)
    }
}
