package import Kernel

package enum TransferStatus: String, Codable, Sendable, CaseIterable {
    case waiting, succeeded, failed
}

/// The copy of one blob from one store to another, made once however many runs need it.
package struct Transfer: Codable, Sendable, Hashable, Identified {
    package static let idPrefix = "trf"

    package var id: ID<Transfer>
    package var blob: ContentDigest
    package var size: ByteCount
    package var source: String
    package var destination: String
    package var status: TransferStatus
    package var reason: String?
    /// The run that needed it first, which pays for the egress.
    package var run: ID<Run>?
    package var project: String?
    package var requestedAt: Timestamp
    package var endedAt: Timestamp?

    package init(
        id: ID<Transfer>, blob: ContentDigest, size: ByteCount, source: String, destination: String,
        status: TransferStatus, reason: String? = nil, run: ID<Run>? = nil, project: String? = nil,
        requestedAt: Timestamp, endedAt: Timestamp? = nil
    ) {
        self.id = id
        self.blob = blob
        self.size = size
        self.source = source
        self.destination = destination
        self.status = status
        self.reason = reason
        self.run = run
        self.project = project
        self.requestedAt = requestedAt
        self.endedAt = endedAt
    }
}
