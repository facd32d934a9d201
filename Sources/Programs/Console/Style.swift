/// The one style sheet.
enum Style {
    static let sheet = """
        :root { color-scheme: light dark; --ink: #1b2430; --soft: #667085; --paper: #fbfbf9; --card: #fff; --line: #e3e5e8;
          --accent: #2457d6; --good: #12805c; --busy: #2457d6; --bad: #c0362c; --idle: #8a6d1b; --log: #f4f5f3; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --soft: #98a2b3; --paper: #11151b; --card: #181e26;
          --line: #2b333f; --accent: #8fb0ff; --good: #4fc79a; --busy: #8fb0ff; --bad: #ff8b80; --idle: #d9b95b; --log: #0d1116; } }
        * { box-sizing: border-box; }
        body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
        header { display: flex; gap: 1rem; align-items: baseline; padding: .8rem 1.5rem; border-bottom: 1px solid var(--line); }
        .brand { display: inline-flex; gap: .45rem; align-items: center; font-weight: 650; font-size: 1.1rem; color: var(--ink); }
        .brand svg { width: 1.3em; height: 1.3em; fill: var(--accent); }
        .title { color: var(--soft); }
        main { max-width: 1240px; margin: 0 auto; padding: 1rem 1.5rem 3rem; }
        h2 { font-size: 1rem; margin: 1.6rem 0 .5rem; }
        a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
        small, .hint, .reason, .empty { color: var(--soft); }
        .lead { font-size: 1.05rem; } .hint { font-size: .87rem; }
        .scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: .42rem .8rem; border-top: 1px solid var(--line); vertical-align: baseline; }
        th { font-weight: 500; font-size: .82rem; color: var(--soft); white-space: nowrap; }
        thead th { border-top: 0; } .n { text-align: right; white-space: nowrap; }
        .reason { font-size: .87rem; max-width: 34rem; display: inline-block; }
        .badge { font-size: .8rem; font-weight: 600; padding: .08rem .5rem; border-radius: 1rem; border: 1px solid currentcolor;
          color: var(--soft); white-space: nowrap; }
        .succeeded, .ready, .cached { color: var(--good); } .running, .starting, .placed { color: var(--busy); }
        .failed, .lost { color: var(--bad); } .queued, .waiting { color: var(--idle); }
        .graph { display: block; margin: 1rem; font: inherit; }
        .edge { fill: none; stroke: var(--soft); stroke-width: 1.4; opacity: .6; }
        .node rect { fill: var(--card); stroke: currentcolor; stroke-width: 1.6; }
        .node text { fill: var(--ink); font-weight: 600; font-size: 14px; }
        .node .detail { fill: currentcolor; font-weight: 400; font-size: 12px; }
        .node.skipped, .node.cancelled, .node.waiting { opacity: .65; } .node.cached rect { stroke-dasharray: 5 3; }
        .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 0 1.5rem; }
        pre { background: var(--log); border: 1px solid var(--line); border-radius: 10px; padding: .8rem 1rem; overflow-x: auto;
          font: 13px/1.45 ui-monospace, monospace; margin: 0; }
        .log { max-height: 32rem; overflow-y: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
        .problem { color: var(--bad); }
        .login { max-width: 26rem; margin: 12vh auto; display: grid; gap: .6rem; }
        input, button { font: inherit; padding: .55rem .7rem; border-radius: 8px; border: 1px solid var(--line); }
        input { background: var(--card); color: var(--ink); }
        button { background: var(--accent); color: var(--paper); border: 0; font-weight: 600; cursor: pointer; }
        """
}
