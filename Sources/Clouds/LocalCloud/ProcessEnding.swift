import Kernel

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Ends a process that leads a group, and whatever of the group is left then.
struct ProcessEnding: Sendable {
    /// How often we look whether it has ended. The kernel tells only parents, and we may have adopted it.
    private static let lookMicroseconds: UInt32 = 20_000
    /// What the kernel may take to end a killed group; longer only when one hangs in a broken disk or network file.
    private static let killed = Duration.seconds(5)

    let process: ProcessRecord

    /// SIGTERM to the group, SIGKILL to what has not ended by itself within `grace`. Returns when nothing of the group runs,
    /// or the kernel cannot end it. Blocks until then.
    func end(grace: TimeSpan) {
        self.signal(SIGTERM)
        self.wait(atMost: grace.duration) { !self.process.isRunning }
        self.signal(SIGKILL)
        for id in self.rest() { kill(id, SIGKILL) }
        self.wait(atMost: Self.killed) { !self.process.isRunning && self.rest().isEmpty }
    }

    /// Only while the leader runs: afterwards its number may belong to somebody else.
    private func signal(_ number: Int32) {
        if self.process.isRunning { kill(-self.process.id, number) }
    }

    /// Those of the group who still run. A group's number is not given to another as long as the group has a member.
    private func rest() -> [pid_t] {
        ProcessStatus.all().filter { id in
            guard let status = ProcessStatus(of: id) else { return false }
            return status.isAlive && status.group == self.process.id
        }
    }

    /// Polls, because there is no event for the end of a process that is not our child.
    private func wait(atMost limit: Duration, until done: () -> Bool) {
        let deadline = ContinuousClock.now + limit
        while true {
            var status: Int32 = 0
            waitpid(self.process.id, &status, WNOHANG)
            if done() || ContinuousClock.now >= deadline { return }
            usleep(Self.lookMicroseconds)
        }
    }
}
