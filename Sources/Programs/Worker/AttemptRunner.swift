package import Contract
import Kernel
import Logging

/// Performs what `AttemptMachine` decides for one attempt, from the claim until nothing of it is left.
///
/// The machine is a local of `run`; what takes time runs in child tasks whose ends come back as events through the mailbox.
/// When the task of `run` is cancelled, everything that the command has started is killed and nothing is reported.
package struct AttemptRunner: Sendable {
    let assignment: Assignment
    let bench: Workbench
    let mailbox: Mailbox
    let folder: AttemptFolder
    let spool: Spool
    private let orders = AsyncStream.makeStream(of: ExecOrder.self)
    private let aborted = Wakeup()
    private let shipped = Wakeup()

    package init(_ assignment: Assignment, bench: Workbench, mailbox: Mailbox) {
        self.assignment = assignment
        self.bench = bench
        self.mailbox = mailbox
        self.folder = AttemptFolder(path: "\(bench.attempts)/\(assignment.attempt)")
        self.spool = Spool(folder: self.folder.spool, time: bench.time)
    }

    var key: AttemptKey { AttemptKey(attempt: self.assignment.attempt, fence: self.assignment.fence) }

    package func run() async {
        var machine = AttemptMachine(self.assignment)
        await withTaskGroup(of: Void.self) { group in
            var isPrinting = false
            for effect in machine.start() { self.perform(effect, &isPrinting, in: &group) }
            for await event in self.mailbox.events {
                for effect in machine.handle(event) { self.perform(effect, &isPrinting, in: &group) }
                if machine.isOver { break }
            }
            group.cancelAll()
        }
        // The slot is free when its disk space is: the next attempt may need it.
        await self.removeFolder()
        self.bench.roster.release(self.assignment.attempt)
    }

    /// - Parameter isPrinting: whether the command has been started, so that there is a log to wait for.
    private func perform(_ effect: AttemptMachine.Effect, _ isPrinting: inout Bool, in group: inout TaskGroup<Void>) {
        switch effect {
        case .prepare: group.addTask { await self.abortable { await self.prepare() } }
        case .startCommand:
            isPrinting = true
            group.addTask { await self.ship() }
            group.addTask { self.mailbox.post(await self.execute(orders: self.orders.stream)) }
        case .startTimeout(let span): group.addTask { await self.post(.timeout, after: span) }
        case .terminate(let grace):
            self.orders.continuation.yield(.terminate)
            group.addTask { await self.post(.graceOver, after: grace) }
        case .kill: self.orders.continuation.yield(.kill)
        case .collect: group.addTask { await self.abortable { await self.collect() } }
        case .abortTransfers: self.aborted.call()
        case .report(let report):
            let waitsForLog = isPrinting
            group.addTask { await self.deliver(report, waitsForLog: waitsForLog) }
        case .finish: break
        }
    }

    /// Does `work` and posts its event, unless it is aborted before.
    private func abortable(_ work: @escaping @Sendable () async -> AttemptMachine.Event) async {
        let event = await withTaskGroup(of: AttemptMachine.Event?.self) { group in
            group.addTask { await work() }
            group.addTask {
                await self.aborted.wait()
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        if let event { self.mailbox.post(event) }
    }

    private func post(_ event: AttemptMachine.Event, after span: TimeSpan) async {
        await pause(span)
        if !Task.isCancelled { self.mailbox.post(event) }
    }

    /// Ships what the command prints, until it has ended and everything has arrived or was refused.
    private func ship() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.flushPeriodically() }
            await withTaskGroup(of: Void.self) { shippers in
                shippers.addTask { await LogShipper(self.key, spool: self.spool, bench: self.bench).run() }
                shippers.addTask { await MetricShipper(self.key, spool: self.spool, bench: self.bench).run() }
            }
            group.cancelAll()
        }
        self.shipped.call()
    }

    private func flushPeriodically() async {
        while !Task.isCancelled {
            await pause(Spool.flushInterval)
            self.spool.flush()
        }
    }

    private func deliver(_ report: AttemptReport, waitsForLog: Bool) async {
        if waitsForLog { await self.shipped.wait() }
        guard !Task.isCancelled else { return }
        let verdict = await self.bench.reporter.deliver(report)
        self.bench.logger.info(
            "attempt ended",
            metadata: [
                "attempt": "\(report.attempt)", "outcome": "\(report.outcome.rawValue)",
                "accepted": "\(verdict.accepted)", "reason": "\(report.reason ?? verdict.reason ?? "")",
            ])
        self.mailbox.post(.delivered)
    }

    private func removeFolder() async {
        do { try await offThread { [path = self.folder.path] in try Disk.remove(path) } } catch {
            // It is tried once more at the worker's next start.
            self.bench.logger.warning("attempt folder stays behind", metadata: ["reason": "\(error.sentence)"])
        }
    }
}
