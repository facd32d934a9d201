package import Kernel

/// Decides the course of one request: which replica, when to try another, when to give up, what the client is told.
///
/// The body is passed on as it comes; what was passed on is also kept, up to a limit, so that a second replica can be given all
/// of it. A try has failed when the connection fails, when nothing comes back in time, or when the replica answers 502, 503 or
/// 504; it is repeated once, as long as nothing of an answer has reached the client. A pooled connection that its replica had
/// just hung up on is replaced by a new one, which does not count as a failure.
///
/// Pure: events in, effects out. Heads and chunks are whatever the shell (`Exchange`) makes them: they are passed on unseen.
package struct ExchangeMachine<Head: Equatable, Chunk: Equatable> {
    package enum Event {
        /// The answer to `choose` and `chooseAgain`.
        case chosen(Choice)
        case notChosen(GatewayError?)
        /// From the client.
        case chunk(Chunk, bytes: Int)
        case requestEnded
        case clientLeft
        /// From the replica.
        case connected(reused: Bool)
        case head(Head, status: Int, keepsAlive: Bool)
        case data(Chunk)
        case answerEnded
        /// The connection could not be made, or ended too early.
        case lost(reason: String)
        /// Whether the replica takes bytes as fast as they come.
        case writable(Bool)
        case deadline
    }

    package enum Effect: Equatable {
        case choose
        case chooseAgain(after: [Choice])
        /// Connects, from the pool unless `fresh`.
        case connect(Choice, fresh: Bool)
        /// To the replica: the request's head (if not sent yet), these chunks, its end.
        case send(head: Bool, chunks: [Chunk], end: Bool)
        case arm(TimeSpan)
        case disarm
        /// To the client.
        case forwardHead(Head, Choice)
        case forwardData(Chunk)
        case forwardEnd
        /// Answers with an error.
        case refuse(GatewayError)
        /// The answer broke off: all that is left is to hang up.
        case cut
        /// The connection to the replica is not needed any more.
        case release(reusable: Bool)
        case settle(Choice, RouteMachine.Outcome, reason: String)
        case count(Choice, failed: Bool, retried: Bool)
    }

    private enum Phase { case choosing, connecting, waiting, answering, done }

    private var phase = Phase.choosing
    private let deadlines: TryDeadlines
    private var choice: Choice?
    private var tried: [Choice] = []
    private var isReused = false
    private var keepsAlive = false
    private var failedAnswer = false
    private var failure: GatewayError?

    private var kept: [Chunk] = []
    private var bodyBytes: Int64 = 0
    private var isReplayable = true
    private var requestEnded = false

    package init(deadlines: TryDeadlines) { self.deadlines = deadlines }

    /// Whether more of the body is wanted now, given whether the replica takes bytes.
    package func wantsBody(upstreamTakes: Bool) -> Bool {
        switch self.phase {
        case .choosing, .connecting: self.bodyBytes < GatewayLimits.replayedBody.bytes
        case .waiting, .answering: upstreamTakes
        case .done: true
        }
    }

    /// Whether nothing more will come of it.
    package var isDone: Bool { self.phase == .done }

    package mutating func start() -> [Effect] { [.choose] }

    package mutating func handle(_ event: Event) -> [Effect] {
        switch (self.phase, event) {
        case (.done, _): return []
        case (_, .clientLeft): return self.abandon()
        case (_, .chunk(let chunk, let bytes)): return self.take(chunk, bytes: bytes)
        case (_, .requestEnded): return self.endRequest()
        case (.choosing, .chosen(let choice)):
            self.phase = .connecting
            self.choice = choice
            return [.connect(choice, fresh: false)]
        case (.choosing, .notChosen(let error)): return self.giveUp(error ?? self.failure)
        case (.connecting, .connected(let reused)): return self.begin(reused: reused)
        case (.waiting, .writable(let takes)) where !self.requestEnded:
            return takes ? [.disarm] : [.arm(self.patience)]
        case (.waiting, .head(let head, let status, let keepsAlive)):
            return self.answer(head, status: status, keepsAlive: keepsAlive)
        case (.connecting, .lost(let reason)), (.waiting, .lost(let reason)): return self.lose(reason)
        case (.waiting, .deadline): return self.miss()
        case (.answering, .data(let bytes)): return [.forwardData(bytes)]
        case (.answering, .answerEnded): return self.finish()
        case (.answering, .lost(let reason)): return self.breakOff(reason)
        default: return []
        }
    }

    /// How long the present try may take to its answer's head.
    private var patience: TimeSpan { self.mayTryAgain ? self.deadlines.firstByte : self.deadlines.lastTry }

    private var mayTryAgain: Bool {
        self.isReplayable && self.tried.count + 1 < GatewayLimits.tries && self.choice?.hasAlternative == true
    }
}

// The request's way up.
extension ExchangeMachine {
    private mutating func take(_ chunk: Chunk, bytes: Int) -> [Effect] {
        self.bodyBytes += Int64(bytes)
        guard self.bodyBytes <= GatewayLimits.body.bytes else {
            let effects = self.leave(.abandoned, reason: "the body is too large")
            return effects + self.giveUp(.bodyTooLarge(limit: GatewayLimits.body))
        }
        let isSent = self.phase == .waiting || self.phase == .answering
        if self.isReplayable { self.kept.append(chunk) }
        if isSent { self.trim() }
        return isSent ? [.send(head: false, chunks: [chunk], end: false)] : []
    }

    private mutating func endRequest() -> [Effect] {
        self.requestEnded = true
        switch self.phase {
        case .waiting: return [.send(head: false, chunks: [], end: true), .arm(self.patience)]
        case .answering: return [.send(head: false, chunks: [], end: true)]
        case .choosing, .connecting, .done: return []
        }
    }

    private mutating func begin(reused: Bool) -> [Effect] {
        self.phase = .waiting
        self.isReused = reused
        let send = Effect.send(head: true, chunks: self.kept, end: self.requestEnded)
        self.trim()
        return self.requestEnded ? [send, .arm(self.patience)] : [send]
    }

    /// Lets go of a body that has become too large to be kept.
    private mutating func trim() {
        guard self.bodyBytes > GatewayLimits.replayedBody.bytes else { return }
        self.isReplayable = false
        self.kept = []
    }
}

// The answer's way down.
extension ExchangeMachine {
    private mutating func answer(_ head: Head, status: Int, keepsAlive: Bool) -> [Effect] {
        guard let choice = self.choice else { return [] }
        self.failedAnswer = [502, 503, 504].contains(status)
        if self.failedAnswer, self.mayTryAgain {
            return self.tryAgain(
                because: "it answered \(status)",
                failure: .unavailable(
                    endpoint: choice.endpoint, revision: choice.revision, reason: "the replica answered \(status)"))
        }
        self.phase = .answering
        self.kept = []
        self.isReplayable = false
        self.keepsAlive = keepsAlive
        return [.disarm, .forwardHead(head, choice)]
    }

    private mutating func finish() -> [Effect] {
        guard let choice = self.choice else { return [] }
        let retried = !self.tried.isEmpty
        let effects = self.leave(
            self.failedAnswer ? .failed : .answered, reason: "it answered 502, 503 or 504",
            reusable: self.keepsAlive && self.requestEnded)
        self.phase = .done
        return [.forwardEnd] + effects + [.count(choice, failed: self.failedAnswer, retried: retried)]
    }

    private mutating func breakOff(_ reason: String) -> [Effect] {
        guard let choice = self.choice else { return [] }
        let retried = !self.tried.isEmpty
        let effects = self.leave(.failed, reason: "its answer broke off: \(reason)")
        self.phase = .done
        return effects + [.cut, .count(choice, failed: true, retried: retried)]
    }
}

// When a try fails.
extension ExchangeMachine {
    private mutating func lose(_ reason: String) -> [Effect] {
        guard let choice = self.choice else { return [] }
        if self.phase == .waiting, self.isReused, self.isReplayable {
            self.phase = .connecting
            self.isReused = false
            return [.disarm, .release(reusable: false), .connect(choice, fresh: true)]
        }
        return self.tryAgain(
            because: reason,
            failure: .unavailable(endpoint: choice.endpoint, revision: choice.revision, reason: reason))
    }

    private mutating func miss() -> [Effect] {
        guard let choice = self.choice else { return [] }
        let span = self.patience
        return self.tryAgain(
            because: "no answer within \(span)",
            failure: .deadline(endpoint: choice.endpoint, revision: choice.revision, after: span))
    }

    private mutating func tryAgain(because reason: String, failure: GatewayError) -> [Effect] {
        let may = self.mayTryAgain
        if let choice = self.choice { self.tried.append(choice) }
        self.failure = failure
        let effects = self.leave(.failed, reason: reason)
        guard may else { return effects + self.giveUp(failure) }
        self.phase = .choosing
        return effects + [.chooseAgain(after: self.tried)]
    }

    private mutating func giveUp(_ error: GatewayError?) -> [Effect] {
        self.phase = .done
        self.kept = []
        var effects: [Effect] = []
        if let error { effects.append(.refuse(error)) }
        if let last = self.tried.last { effects.append(.count(last, failed: true, retried: self.tried.count > 1)) }
        return effects
    }

    private mutating func abandon() -> [Effect] {
        let effects = self.leave(.abandoned, reason: "the client left")
        self.phase = .done
        self.kept = []
        return effects
    }

    /// Parts with the present replica, if there is one.
    private mutating func leave(_ outcome: RouteMachine.Outcome, reason: String, reusable: Bool = false) -> [Effect] {
        guard let choice = self.choice else { return [] }
        self.choice = nil
        return [.disarm, .release(reusable: reusable), .settle(choice, outcome, reason: reason)]
    }
}
