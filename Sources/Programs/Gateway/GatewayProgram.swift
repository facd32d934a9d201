import Digest
import Kernel
import Logging

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `martlet gateway`: a gateway as a process of its own.
package enum GatewayProgram {
    /// Serves until SIGTERM or SIGINT. Prints `martlet gateway ready http://127.0.0.1:PORT` once it accepts requests, and writes
    /// the address behind its process number into `address` in its folder.
    ///
    /// - Throws: `unavailable` when the address cannot be bound.
    package static func run(_ options: GatewayOptions) async throws {
        // A client that hangs up is an error of its write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let gateway = Gateway(
            options: options, link: ClientLink(server: options.server, tokenFile: options.tokenFile),
            logger: Logger(label: "martlet.gateway"))
        try await gateway.run(
            ready: { port in
                let address = "http://\(self.shown(options.host)):\(port)"
                print("martlet gateway ready \(address)")
                fflush(nil)
                // For whoever started it and let it pick a port; one that only prints serves as well.
                try? PrivateFile.write("\(getpid()) \(address)\n", to: options.state + "/address")
            },
            until: { await Termination.wait() })
    }

    /// The address for whoever sits at this machine.
    private static func shown(_ host: String) -> String {
        switch host {
        case "0.0.0.0", "::", "": "127.0.0.1"
        default: host.contains(":") ? "[\(host)]" : host
        }
    }
}
