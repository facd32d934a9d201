extension Console {
    /// One sheet for all pages, light and dark.
    static let style = """
        :root {
          --ground: #f6f5f1; --card: #ffffff; --ink: #1d2327; --quiet: #69737a; --line: #e3e1da; --accent: #1f6f78;
          --good: #2e7d4f; --bad: #b3372f; --busy: #1f6fb0; --wait: #9a7417; --used: #7fb3b8;
          color-scheme: light dark;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #14181a; --card: #1c2225; --ink: #e4e7e8; --quiet: #93a0a6; --line: #2d3539; --accent: #6cc4cd;
            --good: #6cc08b; --bad: #ee8078; --busy: #76b7ee; --wait: #dcb863; --used: #34717a;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--ground); color: var(--ink);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-variant-numeric: tabular-nums;
        }
        a { color: var(--accent); text-decoration: none; }
        a:hover { text-decoration: underline; }
        header {
          display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding: .7rem 1.5rem;
          border-bottom: 1px solid var(--line); background: var(--card);
        }
        .brand { display: flex; align-items: center; gap: .5rem; font-weight: 650; font-size: 1.1rem; color: var(--ink); }
        .mark { width: 1.7rem; height: 1.7rem; fill: var(--accent); }
        nav { display: flex; align-items: center; gap: 1rem; color: var(--quiet); }
        nav form { margin: 0; }
        .role { border: 1px solid var(--line); border-radius: 1rem; padding: 0 .6rem; font-size: .8rem; }
        main { max-width: 84rem; margin: 0 auto; padding: 1.25rem 1.5rem 4rem; display: grid; gap: 1.25rem; }
        .card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem 1.25rem; min-width: 0; }
        h1 { font-size: 1.5rem; margin: 0; letter-spacing: -.01em; }
        h2 { font-size: .8rem; margin: 0 0 .75rem; color: var(--quiet); text-transform: uppercase; letter-spacing: .06em; }
        h3 { font-size: .95rem; font-weight: 600; margin: 1.4rem 0 .3rem; }
        .figures { display: grid; grid-template-columns: repeat(6, 1fr) 1.5fr; gap: .75rem; }
        .figure { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: .8rem 1rem; min-width: 0; }
        .figure strong { display: block; font-size: 1.4rem; font-weight: 600; line-height: 1.25; white-space: nowrap; }
        .figure span { color: var(--quiet); font-size: .85rem; }
        .figure.running strong { color: var(--busy); }
        .figure.waiting strong { color: var(--wait); }
        .figure.failed strong { color: var(--bad); }
        table { border-collapse: collapse; width: 100%; }
        th { text-align: left; font-weight: 500; color: var(--quiet); font-size: .82rem; padding: 0 1.25rem .35rem 0; white-space: nowrap; }
        td { border-top: 1px solid var(--line); padding: .45rem 1.25rem .45rem 0; vertical-align: middle; }
        th:last-child, td:last-child { padding-right: 0; }
        th.number, td.number { text-align: right; }
        td.number, time, .money, .bar { white-space: nowrap; }
        tr.noted td { padding-bottom: 0; }
        tr.note td { border-top: 0; padding-top: .1rem; color: var(--quiet); font-size: .9rem; overflow-wrap: anywhere; }
        .pad { opacity: .28; }
        .reason { color: var(--quiet); overflow-wrap: anywhere; }
        .id { color: var(--quiet); font: .8rem/1.6 ui-monospace, "SF Mono", Menlo, monospace; overflow-wrap: anywhere; }
        .empty { color: var(--quiet); margin: .2rem 0; }
        .total { text-align: right; color: var(--quiet); margin: .5rem 0 0; }
        .total strong { color: var(--ink); padding-left: .5rem; }
        .title { display: flex; flex-wrap: wrap; align-items: center; gap: .3rem .9rem; }
        .title .reason, .trail { flex-basis: 100%; margin: 0; }
        .trail { color: var(--quiet); font-size: .9rem; }
        .status {
          display: inline-flex; align-items: center; gap: .4rem; color: var(--quiet); font-size: .88rem; font-weight: 550;
          white-space: nowrap;
        }
        .status::before { content: ""; width: .55rem; height: .55rem; border-radius: 50%; background: currentColor; flex: none; }
        .status.succeeded, .status.cached, .status.ready, .status.live { color: var(--good); }
        .status.failed, .status.lost { color: var(--bad); }
        .status.running, .status.starting { color: var(--busy); }
        .status.queued, .status.placed, .status.waiting { color: var(--wait); }
        footer { color: var(--quiet); font-size: .85rem; text-align: center; padding: 0 1rem 2rem; }
        dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .75rem 1.5rem; margin: 0; }
        dl .wide { grid-column: 1 / -1; }
        dd code { white-space: pre-wrap; }
        .pair { display: inline-block; margin-right: 1.5rem; }
        dt { color: var(--quiet); font-size: .82rem; }
        dd { margin: 0; overflow-wrap: anywhere; }
        code, pre { font-family: ui-monospace, "SF Mono", Menlo, monospace; font-size: .85em; }
        pre.log {
          margin: 0; max-height: 32rem; overflow: auto; background: #10151a; color: #d8e0e4; padding: .9rem 1rem;
          border-radius: .5rem; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.45;
        }
        .bar { display: inline-flex; align-items: center; gap: .5rem; }
        .bar svg { width: 4.5rem; height: .5rem; border-radius: .25rem; }
        .share { width: 100%; min-width: 6rem; max-width: 24rem; height: .5rem; display: block; border-radius: .25rem; }
        rect.all { fill: var(--line); }
        rect.used { fill: var(--used); }
        .spark { width: 12rem; height: 1.6rem; }
        .spark path { fill: none; stroke: var(--accent); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
        .graph { display: block; margin: .25rem auto 1.25rem; max-width: 100%; height: auto; }
        .graph.down { display: none; }
        .edge { fill: none; stroke: var(--line); stroke-width: 2; }
        .edge.done { stroke: var(--used); }
        .node rect { fill: var(--card); stroke: var(--line); stroke-width: 1.5; }
        a:hover .node rect { stroke: var(--accent); }
        .node circle { fill: var(--quiet); }
        .node text { fill: var(--ink); font-size: 13px; }
        .node .name { font-weight: 600; }
        .node .place { fill: var(--quiet); font-size: 11.5px; }
        .node.succeeded circle, .node.cached circle { fill: var(--good); }
        .node.cached rect { stroke-dasharray: 5 4; }
        .node.failed circle { fill: var(--bad); }
        .node.failed rect { stroke: var(--bad); }
        .node.running rect { stroke: var(--busy); }
        .node.running circle { fill: var(--busy); }
        .node.waiting circle { fill: var(--wait); }
        .node.skipped, .node.cancelled { opacity: .55; }
        @media (prefers-reduced-motion: no-preference) {
          .node.running circle, .status.running::before, .status.starting::before { animation: breathe 1.6s ease-in-out infinite; }
          @keyframes breathe { 50% { opacity: .25; } }
        }
        .login { max-width: 26rem; margin: 10vh auto 0; padding: 2rem; display: grid; gap: .8rem; width: 100%; }
        .login p { margin: 0; color: var(--quiet); }
        .login form { display: grid; gap: .5rem; }
        input { font: inherit; padding: .55rem .7rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--ground); color: var(--ink); }
        button { font: inherit; padding: .55rem .9rem; border: 0; border-radius: .5rem; background: var(--accent); color: var(--card); cursor: pointer; }
        button.plain { background: none; color: var(--quiet); padding: 0; }
        .login .problem { color: var(--bad); }
        /* Where a table has no room each row stands alone: two cells as its heading, the others under each other. */
        @media (max-width: 60rem) {
          header, main { padding-left: 1rem; padding-right: 1rem; }
          .figures { grid-template-columns: repeat(3, 1fr); gap: .5rem; }
          .figure { padding: .6rem .7rem; }
          .figure strong { font-size: 1.15rem; }
          .figure.wide { grid-column: 1 / -1; }
          .graph.right { display: none; }
          .graph.down { display: block; }
          thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
          table, tbody { display: block; }
          tr { display: grid; grid-template-columns: auto 1fr; gap: .15rem 1rem; padding: .6rem 0; border-top: 1px solid var(--line); }
          tr.noted { padding-bottom: .2rem; }
          tr.note { border-top: 0; padding-top: 0; display: block; }
          td, td.number { border: 0; padding: 0; text-align: left; min-width: 0; overflow-wrap: anywhere; }
          td:nth-child(n + 3) { grid-column: 1 / -1; display: grid; grid-template-columns: 7rem 1fr; }
          td:nth-child(n + 3)::before { content: attr(data-name); color: var(--quiet); font-size: .85rem; }
          .dense td:nth-child(n + 3) { display: block; grid-column: 2; }
          .dense td:nth-child(n + 3)::before, .dense td:last-child { display: none; }
          .dense time { color: var(--quiet); font-size: .85rem; }
          dl { grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); }
          td.none { display: none; }
          tr.note td { display: block; }
          .pad { display: none; }
          .total { text-align: left; }
        }
        """
}
