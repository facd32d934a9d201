package import CloudPorts
package import Contract
package import Kernel

/// What every driver of an object store must do, checked against the real thing.
///
/// Each sentence of the contract in `ObjectStoreDriver` is a check with a name of its own, so that a driver's test target
/// is one line: `@Test(arguments: ObjectStoreConformance.checks) func conforms(check) { try await check(subject) }`.
/// A check works below a prefix that nobody else uses and leaves what it made: a bucket for tests is emptied as a whole.
package struct ObjectStoreConformance: Sendable, CustomStringConvertible {
    /// The sentence that is checked.
    package let description: String
    private let check: @Sendable (ObjectStoreSubject) async throws -> Void

    init(_ description: String, _ check: @escaping @Sendable (ObjectStoreSubject) async throws -> Void) {
        self.description = description
        self.check = check
    }

    /// - Throws: `ConformanceFailure`, or whatever the driver throws where it must not.
    package func callAsFunction(_ subject: ObjectStoreSubject) async throws { try await self.check(subject) }

    package static let checks: [ObjectStoreConformance] = [
        Self.keyChecks, Self.putChecks, Self.readChecks, Self.listChecks, Self.copyChecks, Self.presignChecks,
    ].flatMap { $0 }
}

/// A driver to be checked, with what the checks cannot know.
package struct ObjectStoreSubject: Sendable {
    package typealias Send = @Sendable (PresignedRequest, _ body: [UInt8]) async throws -> PresignedAnswer

    package let driver: any ObjectStoreDriver
    /// Ends with `/`; nothing lies below it.
    package let prefix: String
    let now: @Sendable () -> Timestamp
    let send: Send

    /// - Parameters:
    ///   - now: the time by which presigned requests expire.
    ///   - send: sends a presigned request as it is.
    package init(
        driver: any ObjectStoreDriver, prefix: String, now: @escaping @Sendable () -> Timestamp, send: @escaping Send
    ) {
        self.driver = driver
        self.prefix = prefix
        self.now = now
        self.send = send
    }

    func key(_ end: String) -> String { self.prefix + end }

    func put(_ bytes: [UInt8], at end: String, ifAbsent: Bool = false) async throws {
        try await self.driver.put(
            self.key(end), size: ByteCount(Int64(bytes.count)), sha256: nil, ifAbsent: ifAbsent, body: Bytes([bytes]))
    }

    func read(_ end: String, range: Range<Int64>? = nil) async throws -> [UInt8] {
        var all: [UInt8] = []
        for try await chunk in try await self.driver.read(self.key(end), range: range) { all += chunk }
        return all
    }

    /// Whether the object at `end` is `bytes`; nil is none at all.
    func holds(_ bytes: [UInt8]?, at end: String) async throws -> Bool {
        guard let object = try await self.driver.head(self.key(end)) else { return bytes == nil }
        guard let bytes, object.size.bytes == Int64(bytes.count) else { return false }
        return try await self.read(end) == bytes
    }

    /// The ends of all keys below the prefix, in the order of the listing.
    func list() async throws -> [String] {
        try await self.driver.list(prefix: self.prefix, after: nil, limit: 1000).map {
            String($0.key.dropFirst(self.prefix.count))
        }
    }
}

/// What the store answered to a presigned request.
package struct PresignedAnswer: Sendable {
    package var status: Int
    package var body: [UInt8]

    package init(status: Int, body: [UInt8] = []) {
        self.status = status
        self.body = body
    }

    var isSuccess: Bool { (200..<300).contains(self.status) }
}

/// - Throws: a failure unless `body` throws an `ObjectError` that `accepts`.
func requireError(
    _ sentence: String, _ accepts: (ObjectError) -> Bool, from body: () async throws -> Void
) async throws {
    do { try await body() } catch let error as ObjectError {
        return try require(accepts(error), "\(sentence), but the error was \(error)")
    } catch let failure as ConformanceFailure {
        throw failure
    } catch {
        throw ConformanceFailure("\(sentence), but the error was no ObjectError: \(error)")
    }
    throw ConformanceFailure("\(sentence), but it succeeded")
}
