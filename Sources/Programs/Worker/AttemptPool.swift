import Contract
import Kernel

/// Claims attempts and runs each in a task of its own.
package struct AttemptPool: Sendable {
    private let bench: Workbench

    package init(bench: Workbench) { self.bench = bench }

    /// Runs until the task is cancelled, which kills every command.
    package func run() async {
        let (runners, continuation) = AsyncStream.makeStream(of: AttemptRunner.self)
        await withTaskGroup(of: Void.self) { loops in
            for kind in RunKind.allCases {
                loops.addTask {
                    let loop = ClaimLoop(kind: kind, bench: self.bench) { assignment in
                        if let runner = self.admit(assignment) { continuation.yield(runner) }
                    }
                    await loop.run()
                }
            }
            await withDiscardingTaskGroup { attempts in
                for await runner in runners { attempts.addTask { await runner.run() } }
            }
            loops.cancelAll()
        }
    }

    /// Takes the slot at once, so that the next claim does not ask for it again.
    ///
    /// - Returns: nil for an attempt that is on its way already.
    private func admit(_ assignment: Assignment) -> AttemptRunner? {
        let mailbox = Mailbox()
        switch self.bench.roster.admit(assignment, mailbox: mailbox) {
        case .known: return nil
        case .admitted: break
        // What was claimed while the worker began to drain is given back.
        case .draining: mailbox.post(.drain)
        }
        return AttemptRunner(assignment, bench: self.bench, mailbox: mailbox)
    }
}
