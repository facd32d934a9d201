package import Kernel
import Synchronization

/// What one command has printed, on its way to the control plane: bounded in memory, bounded on disk, never in the way of the
/// command for long.
///
/// One task appends, one ships the log, one ships the metrics. While the control plane takes what comes, a command that prints
/// faster is slowed to its pace; while it is away the command goes on, and what exceeds the bound is dropped from the middle.
package final class Spool: Sendable {
    /// How long a full spool may hold the command up with no progress before it drops something instead.
    package static let patience = TimeSpan.seconds(2)
    /// How often what is half full is shipped all the same.
    package static let flushInterval = TimeSpan.milliseconds(500)

    private let folder: String
    private let time: any TimeSource
    private let queue: Mutex<SegmentQueue>
    private let wakeLog = Wakeup()
    private let wakeMetrics = Wakeup()
    private let room = Wakeup()

    /// - Parameter folder: made when something must be stored for the first time.
    package init(folder: String, limits: SegmentQueue.Limits = .init(), time: any TimeSource) {
        self.folder = folder
        self.time = time
        self.queue = Mutex(SegmentQueue(limits: limits))
    }

    /// Takes what the command has printed.
    ///
    /// - Parameter patience: how long to wait without progress when it is full.
    package func append(_ bytes: [UInt8], patience: TimeSpan = Spool.patience) async {
        await self.waitForRoom(patience)
        let now = self.time.now
        self.perform(self.queue.withLock { $0.append(bytes, at: now) })
        self.wake()
    }

    /// Makes what is half full readable; called every `flushInterval`.
    package func flush() {
        self.perform(self.queue.withLock { $0.flush() })
        self.wake()
    }

    /// Nothing more comes.
    package func finish() {
        self.perform(self.queue.withLock { $0.finish() })
        self.wake()
    }

    /// The next segment for `reader`; nil when everything has been read, or the task is cancelled.
    package func next(for reader: SegmentQueue.Reader) async -> SegmentQueue.Segment? {
        while !Task.isCancelled {
            let (segment, isFinished) = self.queue.withLock { ($0.next(for: reader), $0.isFinished) }
            if let segment { return self.loaded(segment) }
            if isFinished { return nil }
            await (reader == .log ? self.wakeLog : self.wakeMetrics).wait()
        }
        return nil
    }

    package func advance(_ reader: SegmentQueue.Reader, past segment: SegmentQueue.Segment) {
        self.perform(self.queue.withLock { $0.advance(reader, past: segment) })
        self.room.call()
    }

    /// `reader` wants no more.
    package func leave(_ reader: SegmentQueue.Reader) {
        self.perform(self.queue.withLock { $0.leave(reader) })
        self.room.call()
    }

    private func wake() {
        self.wakeLog.call()
        self.wakeMetrics.call()
    }

    /// Slows the command down as long as the readers get on.
    private func waitForRoom(_ patience: TimeSpan) async {
        while !Task.isCancelled, self.queue.withLock({ $0.isFull }) {
            guard await self.room.wait(atMost: patience) else { return }
        }
    }

    private func path(_ number: Int) -> String { "\(self.folder)/\(number)" }

    private func loaded(_ segment: SegmentQueue.Segment) -> SegmentQueue.Segment {
        guard segment.bytes == nil else { return segment }
        // A file that cannot be read any more is as good as dropped.
        let bytes = (try? Disk.read(self.path(segment.number))) ?? nil
        return segment.loaded(bytes)
    }

    private func perform(_ effects: [SegmentQueue.Effect]) {
        for effect in effects {
            switch effect {
            case .store(let number, let bytes): self.store(number, bytes)
            // What stays behind goes with the attempt's folder.
            case .remove(let number): try? Disk.remove(self.path(number))
            }
        }
    }

    private func store(_ number: Int, _ bytes: [UInt8]) {
        do {
            try Disk.makeFolder(self.folder)
            try Disk.write(bytes, to: self.path(number), mode: 0o600)
            self.perform(self.queue.withLock { $0.stored(number) })
        } catch {
            try? Disk.remove(self.path(number))
            self.queue.withLock { $0.lost(number) }
        }
    }
}

extension SegmentQueue.Segment {
    /// The segment with what was read back from disk; a gap where that failed.
    fileprivate func loaded(_ bytes: [UInt8]?) -> SegmentQueue.Segment {
        var segment = self
        segment.bytes = bytes ?? []
        if bytes == nil { segment.gap += segment.size }
        return segment
    }
}
