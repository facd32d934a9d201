package import Kernel

/// Every bound of the gateway in one place.
package enum GatewayLimits {
    /// A replica that is alive takes a connection in a network's round trip; a second allows for one lost SYN.
    package static let connect = TimeSpan.seconds(1)
    /// How long a replica may think before the request is tried on another one.
    package static let firstByte = TimeSpan.seconds(2)
    /// The same for a try after which there is no other: slow models are waited for, hung ones are not.
    package static let lastTry = TimeSpan.seconds(30)
    /// Tries of one request in all. A second one hides one dead replica; more would hide an outage and double its load.
    package static let tries = 2

    /// What is kept of a body so that it can be sent again. Larger ones are streamed once.
    package static let replayedBody = ByteCount.mebibytes(4)
    /// A larger body is refused.
    package static let body = ByteCount.mebibytes(256)
    /// Header bytes of a request or an answer; more than any proxy on the way lets pass.
    package static let headerBytes = 64 * 1024
    /// Header fields of a request or an answer.
    package static let headerFields = 128
    /// Requests under way at once: each holds two sockets and up to `replayedBody`.
    package static let concurrentRequests = 4096
    /// Connections the kernel keeps waiting to be accepted.
    package static let backlog: Int32 = 1024
    /// After so long without a byte either way a connection is closed; longer than `lastTry`.
    package static let idleConnection = TimeSpan.seconds(75)
    /// How long what a client still sends is read and thrown away after it got its refusal, so that it can read it.
    package static let linger = TimeSpan.seconds(1)

    /// Connections kept open to one replica by one event loop.
    package static let idleUpstreams = 64
    /// How long they are kept. Less than the 5 s after which common Python servers hang up.
    package static let idleUpstream = TimeSpan.seconds(4)

    /// The first time a replica is left alone after a failure; doubled at each failed check.
    package static let ejection = TimeSpan.seconds(1)
    /// The longest.
    package static let longestEjection = TimeSpan.seconds(30)
    /// Retries that may be saved up: a burst as large as a busy site's requests under way.
    package static let savedRetries = 256.0
    /// What each request adds to that: in the long run one request in five may be tried again.
    package static let retriesPerRequest = 0.2
    /// Health checks under way at once.
    package static let concurrentProbes = 16
    /// How often it is looked whether a health check is due.
    package static let probeTick = TimeSpan.milliseconds(100)

    /// How often running totals are reported.
    package static let reportEvery = TimeSpan.seconds(1)
    /// Combinations of endpoint, revision and environment that are counted apart.
    package static let series = 1024
    /// Between the first failure to reach the control plane and the next try; doubled, with jitter.
    package static let reconnect = TimeSpan.milliseconds(200)
    /// The longest such wait.
    package static let longestReconnect = TimeSpan.seconds(5)
    /// The routing table is fetched this often even if no event told of a change: a stream can die silently.
    package static let refetch = TimeSpan.seconds(10)
    /// Tokens that are remembered: all users and programs of a large installation, some 100 bytes each.
    package static let tokens = 4096
    /// A token's text is 74 bytes; a longer one is none of ours.
    package static let tokenBytes = 256
    /// So long what was heard of a token is not asked for again: one question a minute and token, however many requests.
    package static let tokenRefresh = TimeSpan.minutes(1)
    /// So long a request need not wait for the control plane: a revoked token is let in no longer than that.
    package static let tokenTrust = TimeSpan.minutes(5)
    /// How long a refused token is refused without asking: whoever tries again in a loop costs the control plane nothing.
    package static let refusalTrust = TimeSpan.seconds(10)
    /// Between two questions while the control plane does not answer.
    package static let silencePause = TimeSpan.seconds(5)
    /// How long the control plane may take to say whose a token is.
    package static let tokenCheck = TimeSpan.seconds(2)
    /// Tokens that are asked for at once.
    package static let tokenChecks = 64
    /// How long requests under way may take to end after SIGTERM.
    package static let drain = TimeSpan.seconds(10)
    /// Event loops at most; the gateway is bound by the network long before.
    package static let eventLoops = 8
}

/// How long a try may take. A parameter so that tests need not wait.
package struct TryDeadlines: Sendable, Hashable {
    /// Until the connection stands.
    package var connect: TimeSpan
    /// From the end of the request to the head of the answer, while another replica could be tried.
    package var firstByte: TimeSpan
    /// The same when there is no other.
    package var lastTry: TimeSpan

    package init(
        connect: TimeSpan = GatewayLimits.connect, firstByte: TimeSpan = GatewayLimits.firstByte,
        lastTry: TimeSpan = GatewayLimits.lastTry
    ) {
        self.connect = connect
        self.firstByte = firstByte
        self.lastTry = lastTry
    }
}
