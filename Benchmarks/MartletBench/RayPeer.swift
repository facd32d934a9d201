import Foundation

/// Tasks that do nothing, through Ray on this machine.
struct RayPeer {
    static let tasks = 10_000
    static let trials = 3
    /// Ray's first start unpacks and checks much.
    private static let patience = 300.0

    /// Prints one rate on a line for each trial.
    private static let script = """
        import logging, sys, time
        import ray
        tasks, trials = int(sys.argv[1]), int(sys.argv[2])
        ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
        @ray.remote
        def noop():
            pass
        ray.get([noop.remote() for _ in range(1000)])
        for _ in range(trials):
            start = time.perf_counter()
            ray.get([noop.remote() for _ in range(tasks)])
            print("rate", tasks / (time.perf_counter() - start), flush=True)
        """

    let peers: Peers

    func figure() -> PeerFigure {
        self.peers.figures("Ray", count: 1) {
            let python = try self.peers.program("python", of: "ray").get()
            progress("Ray: \(Self.trials) trials of \(Self.tasks) tasks")
            let home = try TemporaryFolder()
            let environment = [
                "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": home.path, "RAY_USAGE_STATS_ENABLED": "0",
                Platform.tag: home.path,
            ]
            defer { for id in ProcessTable.tagged(Platform.tag, home.path) { kill(id, SIGKILL) } }
            let child = try ChildProcess(
                python, ["-c", Self.script, "\(Self.tasks)", "\(Self.trials)"], environment: environment,
                log: home.path + "/log")
            var rates = Samples()
            while let line = child.line(within: Self.patience) {
                if line.hasPrefix("rate "), let rate = Double(line.dropFirst(5)) { rates.add(rate) }
            }
            child.stop()
            guard rates.count > 0 else { throw Peers.Absence(reason: "it printed no rate") }
            return [
                PeerFigure(
                    program: self.peers.title("Ray", of: "ray"), value: rates.median,
                    note:
                        "no-op tasks, nothing durable; median of \(rates.count) trials of \(Self.tasks) (\(rates.range))"
                )
            ]
        }[0]
    }
}
