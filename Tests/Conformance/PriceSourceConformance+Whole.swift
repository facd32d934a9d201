import CloudPorts
import Contract
import Kernel

extension PriceSourceConformance {
    /// Lists that can be read to their end.
    static let wholeLists: [PriceSourceConformance] = [
        Self("a list is read to its end and nothing else is", .ordinary) { subject, endpoint in
            try await subject.requireExpected(endpoint)
        },
        Self("two readings of one list give the same sheet", .repeatedRows) { subject, endpoint in
            let source = subject.source(endpoint)
            let (first, second) = (try await source.sheet(), try await source.sheet())
            try require(first == second, "the second reading should give \(first), but gave \(second)")
        },
        Self("a page without rows is a page", .emptyPage) { subject, endpoint in
            try await subject.requireExpected(endpoint)
        },
        Self("a row that comes twice is one offer", .repeatedRows) { subject, endpoint in
            try await subject.requireExpected(endpoint)
        },
        Self("a price in another currency or by another unit is unknown", .foreign) { subject, endpoint in
            try await subject.requireExpected(endpoint)
        },
        Self("a price of zero is unknown", .zero) { subject, endpoint in
            try await subject.requireExpected(endpoint)
        },
        Self("a region nobody has heard of is handed over as it is", .ordinary) { subject, endpoint in
            let sheet = try await subject.source(endpoint).sheet()
            try require(sheet.offers.contains { $0.region == "atlantis-1" }, "atlantis-1 should be in \(sheet)")
        },
        Self("offers come in batches of bounded size", .large) { subject, endpoint in
            var (count, largest) = (0, 0)
            _ = try await subject.source(endpoint).read { batch throws(PriceSourceError) in
                count += batch.count
                largest = max(largest, batch.count)
            }
            try require(count >= 2_500, "2,500 offers should come, but \(count) did")
            try require(largest <= PriceListReading.batchLimit, "\(largest) offers came at once")
        },
        Self("an answer of 429 is waited out", .busyOnce) { subject, endpoint in
            try await subject.requireExpected(endpoint)
        },
        Self("an answer of 500 is waited out", .brokenOnce) { subject, endpoint in
            try await subject.requireExpected(endpoint)
        },
        Self("the consumer's error ends the reading", .ordinary) { subject, endpoint in
            var batches = 0
            let full = PriceSourceError.tooLarge(provider: "test", page: "test", limit: "one batch")
            do throws(PriceSourceError) {
                _ = try await subject.source(endpoint).read { _ throws(PriceSourceError) in
                    batches += 1
                    throw full
                }
            } catch {
                try require(error == full, "the consumer's error should come back, but \(error) did")
                return try require(batches == 1, "nothing should come after the error, but \(batches) batches came")
            }
            throw ConformanceFailure("the reading should end with the consumer's error, but succeeded")
        },
        Self("a cancelled reading ends", .ordinary) { subject, endpoint in
            let error = await withTaskGroup(of: PriceSourceError?.self) { group in
                group.addTask {
                    do throws(PriceSourceError) {
                        _ = try await subject.source(endpoint).read { _ throws(PriceSourceError) in
                            withUnsafeCurrentTask { $0?.cancel() }
                        }
                    } catch { return error }
                    return nil
                }
                return await group.next() ?? nil
            }
            try require(
                error?.kind == .cancelled, "it should end as cancelled, but ended with \(String(describing: error))")
        },
    ]
}
