import Dispatch

/// Runs system calls that may wait for a disk on Dispatch's threads, so that they never hold one of Swift's few.
enum BlockingWork {
    /// Dispatch lets at most 64 of them wait at once.
    private static let queue = DispatchQueue(label: "martlet.local-cloud", attributes: .concurrent)

    static func run<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
            self.queue.async {
                do throws(Failure) { continuation.resume(returning: .success(try body())) } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}
