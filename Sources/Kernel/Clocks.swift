import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The two clocks of the house: a calendar that people read and that may jump, and a monotonic one for terms and waits.
///
/// Both are parameters everywhere; only the mains and tests make one.
package protocol TimeSource: Sendable {
    /// The calendar. May jump either way.
    var now: Timestamp { get }
    /// Milliseconds since an arbitrary start, never going back. Means nothing after a restart.
    var monotonic: TimeSpan { get }
}

/// The machine's clocks.
package struct SystemTime: TimeSource {
    package init() {}

    package var now: Timestamp { Timestamp(milliseconds: Self.read(CLOCK_REALTIME)) }
    package var monotonic: TimeSpan { TimeSpan(milliseconds: Self.read(CLOCK_MONOTONIC)) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

/// Clocks that move only when told to, for tests and simulations. The calendar can be set back on its own.
package final class ManualTime: TimeSource {
    private let state: Mutex<(now: Timestamp, monotonic: TimeSpan)>

    package init(now: Timestamp = Timestamp(milliseconds: 1_767_225_600_000)) {
        self.state = Mutex((now, .zero))
    }

    package var now: Timestamp { self.state.withLock { $0.now } }
    package var monotonic: TimeSpan { self.state.withLock { $0.monotonic } }

    package func advance(by span: TimeSpan) {
        self.state.withLock { $0 = ($0.now + span, $0.monotonic + span) }
    }

    /// Moves the calendar only, as an operator or NTP may.
    package func jump(by span: TimeSpan) {
        self.state.withLock { $0.now = $0.now + span }
    }
}
