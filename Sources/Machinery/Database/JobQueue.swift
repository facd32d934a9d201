import Dispatch
import Synchronization

/// A bounded queue between Swift's tasks, which never wait here, and the threads that own connections, which do.
final class JobQueue<Job: Sendable>: Sendable {
    private struct State {
        var jobs: [Job?] = []
        /// Where the oldest job lies in `jobs`.
        var head = 0
        /// How many threads are asleep and not yet woken.
        var sleeping = 0
        var isClosed = false

        var count: Int { self.jobs.count - self.head }

        mutating func pop() -> Job? {
            guard self.head < self.jobs.count else { return nil }
            let job = self.jobs[self.head]
            self.jobs[self.head] = nil
            self.head += 1
            if self.head == self.jobs.count {
                self.jobs.removeAll(keepingCapacity: true)
                self.head = 0
            } else if self.head > 1024, self.head > self.jobs.count / 2 {
                self.jobs.removeFirst(self.head)
                self.head = 0
            }
            return job
        }
    }

    private let limit: Int
    private let what: String
    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - limit: how many jobs may wait.
    ///   - what: what they are, in the plural, for the refusal.
    init(limit: Int, what: String) {
        self.limit = limit
        self.what = what
    }

    /// Jobs that wait.
    var count: Int { self.state.withLock { $0.count } }

    /// - Throws: `overloaded` when `limit` jobs wait already, `closed` after `close()`.
    func push(_ job: Job) throws(DatabaseError) {
        let refusal: DatabaseError? = self.state.withLock { state in
            if state.isClosed { return .closed }
            if state.count >= self.limit { return .overloaded(what: self.what, limit: self.limit) }
            state.jobs.append(job)
            if state.sleeping > 0 {
                state.sleeping -= 1
                self.wakeUp.signal()
            }
            return nil
        }
        if let refusal { throw refusal }
    }

    /// The oldest job. Blocks until there is one; nil when the queue is closed and empty.
    func next() -> Job? {
        while true {
            let (job, ended): (Job?, Bool) = self.state.withLock { state in
                if let job = state.pop() { return (job, false) }
                if state.isClosed { return (nil, true) }
                state.sleeping += 1
                return (nil, false)
            }
            if job != nil || ended { return job }
            self.wakeUp.wait()
        }
    }

    /// The oldest job, if there is one and it `fits`. Never blocks.
    func poll(where fits: (Job) -> Bool = { _ in true }) -> Job? {
        self.state.withLock { state in
            guard state.head < state.jobs.count, let oldest = state.jobs[state.head], fits(oldest) else { return nil }
            return state.pop()
        }
    }

    /// Refuses further jobs and lets the threads end once those that wait are done.
    func close() {
        self.state.withLock { state in
            state.isClosed = true
            for _ in 0..<state.sleeping { self.wakeUp.signal() }
            state.sleeping = 0
        }
    }
}
