import Contract
import Digest
import Kernel

/// `martletd.json`. Everything may be absent.
struct Configuration: Sendable, Hashable {
    /// The worker that is started here.
    struct LocalWorker: Sendable, Hashable, Decodable {
        var slots: Int
        var servingSlots: Int

        /// Two of each: enough for a pipeline's fan-out and an endpoint with a challenger on a small machine.
        static let standard = LocalWorker(slots: 2, servingSlots: 2)
    }

    /// Where webhooks may lead.
    struct WebhookRules: Sendable, Hashable, Decodable {
        /// Also by plain http.
        var allowHTTP: Bool
        /// Also to addresses inside our own networks.
        var allowPrivateAddresses: Bool
    }

    /// Nil: none is started, and no environment `local` is declared.
    var localWorker: LocalWorker? = .standard
    var gateway = true
    /// Where this machine stands, for the default store and the environment `local`.
    var zones: [String] = []
    /// `http://host:port` by which others reach this server; found out when absent.
    var advertise: String?
    /// By provider, where its price list is read instead of at its public address: a mirror, a sovereign cloud.
    var priceLists: [String: String] = [:]
    /// Nil: by https to public addresses only, but with `--insecure-local` anywhere.
    var webhooks: WebhookRules?
}

extension Configuration: Decodable {
    private enum Key: String, CodingKey, CaseIterable {
        case localWorker, gateway, zones, advertise, priceLists, webhooks
    }

    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let known = Key.allCases.map(\.rawValue)
        for key in try decoder.container(keyedBy: AnyKey.self).allKeys where !known.contains(key.stringValue) {
            throw PlainFault(
                .invalid,
                "The configuration has an unknown key '\(key.stringValue)'. There are: \(known.joined(separator: ", "))."
            )
        }
        let container = try decoder.container(keyedBy: Key.self)
        if container.contains(.localWorker) {
            self.localWorker =
                try container.decodeNil(forKey: .localWorker)
                ? nil : container.decode(LocalWorker.self, forKey: .localWorker)
        }
        self.gateway = try container.decodeIfPresent(Bool.self, forKey: .gateway) ?? true
        self.zones = try container.decodeIfPresent([String].self, forKey: .zones) ?? []
        self.advertise = try container.decodeIfPresent(String.self, forKey: .advertise)
        self.priceLists = try container.decodeIfPresent([String: String].self, forKey: .priceLists) ?? [:]
        self.webhooks = try container.decodeIfPresent(WebhookRules.self, forKey: .webhooks)
        try self.check()
    }

    private func check() throws {
        if let worker = self.localWorker, worker.slots < 0 || worker.servingSlots < 0 {
            throw PlainFault(.invalid, "The local worker cannot have a negative number of slots. Give 0 or more.")
        }
        for (provider, address) in self.priceLists.sorted(by: { $0.key < $1.key })
        where !address.hasPrefix("https://") && !address.hasPrefix("http://") {
            throw PlainFault(
                .invalid, "'\(address)', the price list of '\(provider)', is not an address. Give it as https://host.")
        }
        if let advertise, !advertise.hasPrefix("http://"), !advertise.hasPrefix("https://") {
            throw PlainFault(.invalid, "'\(advertise)' is not an address. Give 'advertise' as http://host:port.")
        }
    }

    /// Reads the file.
    ///
    /// - Throws: `invalid`, naming the file, when it cannot be read or says what cannot be.
    static func read(_ path: String) throws -> Configuration {
        guard let bytes = PrivateFile.read(path) else {
            throw PlainFault(
                .invalid, "The configuration file \(path) cannot be read. Check the path and its permissions.")
        }
        do { return try Wire.decode(Configuration.self, from: bytes) } catch {
            throw PlainFault(error.kind, "\(path): \(error.message)", detail: error.detail)
        }
    }
}
