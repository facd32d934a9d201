/// Wakes one loop: however often it is fired while the loop is busy, the loop runs once more.
package final class Nudge: Sendable {
    let fired: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    package init() {
        (self.fired, self.continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package func fire() { self.continuation.yield() }
}
