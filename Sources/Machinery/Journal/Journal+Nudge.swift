extension Journal {
    /// The loop of a reconciler: runs `tick` at once, again whenever a line was committed since it began, and at least every
    /// `period`, until the task is cancelled.
    ///
    /// A burst of lines is one tick, since the next comes `pause` later at the earliest.
    /// - Parameter tick: bounded work; says whether there is more to do at once. A line that is committed while it runs is not
    ///   missed.
    package func whenNudged(
        orEvery period: Duration, pause: Duration, _ tick: () async -> Bool
    ) async {
        while !Task.isCancelled {
            let head = self.head
            let hasMore = await tick()
            // A service's own tick.
            try? await ContinuousClock().sleep(for: pause)
            if !hasMore { await self.wait(past: head, atMost: period) }
        }
    }

    /// Waits until there is a line after `sequence`, `span` is over, or the task is cancelled.
    private func wait(past sequence: Int64, atMost span: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await self.wait(past: sequence) }
            group.addTask { try? await ContinuousClock().sleep(for: span) }
            await group.next()
            group.cancelAll()
        }
    }
}
