import Dispatch

/// Runs work that blocks, such as copying gigabytes, on a thread of its own kind.
///
/// The threads that everything else shares are as few as the cores: two attempts that copy on them would hold up the
/// heartbeats of all. Not cancelled: what has begun ends.
package func offThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        blockingQueue.async { continuation.resume(with: Result { try work() }) }
    }
}

private let blockingQueue = DispatchQueue(label: "martlet.worker.files", attributes: .concurrent)
