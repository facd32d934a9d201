import Contract
import Kernel
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// The gateway's door: a `TokenMachine` behind a lock, the questions to the control plane, and the file of what it said.
///
/// A token that is known costs a hash and a look-up on the event loop. One that is not becomes a question, asked once
/// however many requests wait for its answer.
final class TokenGate: Sendable {
    enum Admission {
        case passes
        case refused(GatewayError)
        /// Until the control plane has answered: nil lets the request pass.
        case waits(EventLoopFuture<GatewayError?>)
    }

    private struct Question: Sendable {
        let hash: TokenHash
        let token: String
    }

    private struct State {
        var machine: TokenMachine
        var waiting: [TokenHash: [EventLoopPromise<GatewayError?>]] = [:]
        var waiters = 0
        var isSilent = false
    }

    /// Where no token is needed.
    private let isOpen: Bool
    private let state: Mutex<State>
    private let questions: AsyncStream<Question>
    private let ask: AsyncStream<Question>.Continuation
    private let link: any ControlPlaneLink
    private let file: TokenMemory
    private let time: any TimeSource
    private let logger: Logger

    /// - Parameter isOpen: whether everybody on this machine may predict, without a token.
    init(link: any ControlPlaneLink, file: TokenMemory, isOpen: Bool, time: any TimeSource, logger: Logger) {
        self.isOpen = isOpen
        self.state = Mutex(State(machine: TokenMachine(known: isOpen ? [:] : file.read())))
        (self.questions, self.ask) = AsyncStream.makeStream()
        self.link = link
        self.file = file
        self.time = time
        self.logger = logger
    }

    /// Whether a request with these headers may pass.
    func admit(_ headers: HTTPHeaders, on eventLoop: any EventLoop) -> Admission {
        if self.isOpen { return .passes }
        guard let value = headers.first(name: "authorization"), let token = HeaderRules.bearer(in: value) else {
            return .refused(.missingToken)
        }
        guard HeaderRules.isOurs(token), token.utf8.count <= GatewayLimits.tokenBytes else {
            return .refused(.wrongToken(GatewayError.foreignToken))
        }
        let hash = TokenHash(of: token)
        let now = self.time.now
        return self.state.withLock { state in
            switch state.machine.judge(hash, at: now) {
            case .pass: return .passes
            case .refuse(let error): return .refused(error)
            case .passAndAsk:
                if state.waiting.count < GatewayLimits.tokenChecks, state.waiting[hash] == nil {
                    state.waiting[hash] = []
                    self.ask.yield(Question(hash: hash, token: String(token)))
                }
                return .passes
            case .ask: return self.wait(for: hash, token, on: eventLoop, &state)
            }
        }
    }

    /// Asks the control plane, and keeps what it says on disk, until the task is cancelled.
    func run() async {
        if self.isOpen { return }
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await self.answer() }
            tasks.addTask { await self.keep() }
        }
    }

    private func wait(
        for hash: TokenHash, _ token: Substring, on eventLoop: any EventLoop, _ state: inout State
    ) -> Admission {
        guard state.waiters < GatewayLimits.concurrentRequests,
            state.waiting.count < GatewayLimits.tokenChecks || state.waiting[hash] != nil
        else { return .refused(.tooManyTokens) }
        let promise = eventLoop.makePromise(of: GatewayError?.self)
        if state.waiting[hash] == nil { self.ask.yield(Question(hash: hash, token: String(token))) }
        state.waiting[hash, default: []].append(promise)
        state.waiters += 1
        return .waits(promise.futureResult)
    }

    /// Questions under way are bounded by `admit`.
    private func answer() async {
        await withDiscardingTaskGroup { tasks in
            for await question in self.questions {
                tasks.addTask { await self.settle(question, await self.answer(to: question)) }
            }
        }
        let left = self.state.withLock { state in
            defer { state.waiting = [:] }
            return state.waiting.values.flatMap { $0 }
        }
        for promise in left { promise.succeed(.tokenUnknown) }
    }

    private func answer(to question: Question) async -> TokenMachine.Answer {
        do {
            let standing = try await self.link.standing(of: question.token)
            if let token = standing.token { return .accepted(token.role, expires: token.expires) }
            return .refused(standing.refusal ?? GatewayError.foreignToken)
        } catch {
            self.logger.debug("a token could not be checked", metadata: ["error": "\(error)"])
            return .none
        }
    }

    private func settle(_ question: Question, _ answer: TokenMachine.Answer) async {
        let now = self.time.now
        let (error, promises, fellSilent) = self.state.withLock { state in
            let error = state.machine.answered(question.hash, answer, at: now)
            let promises = state.waiting.removeValue(forKey: question.hash) ?? []
            state.waiters -= promises.count
            let fellSilent = answer == .none && !state.isSilent
            state.isSilent = answer == .none
            return (error, promises, fellSilent)
        }
        if fellSilent {
            self.logger.warning(
                "the control plane answers for no token; those known before are let in until they expire")
        }
        for promise in promises { promise.succeed(error) }
    }

    /// Writes what is known when it has changed.
    private func keep() async {
        var written = 0
        while !Task.isCancelled {
            written = self.write(since: written)
            // A service's own tick.
            try? await Task.sleep(for: GatewayLimits.reportEvery.duration)
        }
        _ = self.write(since: written)
    }

    private func write(since written: Int) -> Int {
        let (changes, known) = self.state.withLock { ($0.machine.changes, $0.machine.known) }
        if changes == written { return written }
        do { try self.file.write(known) } catch {
            // Tried again at the next change.
            self.logger.warning("known tokens are not on disk", metadata: ["error": "\(error)"])
        }
        return changes
    }
}
