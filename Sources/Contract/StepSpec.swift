package import Kernel

/// What to execute: one `steps:` entry of `martlet.yaml`, field by field in `docs/reference/martlet-yaml.md`.
package struct StepSpec: Codable, Sendable, Hashable {
    package var command: Command
    /// A container image; needs a worker with a container engine.
    package var image: String?
    /// Defaults by name; a run or a node may override the values, never add names.
    package var parameters: [String: JSONValue]?
    /// Names of the inputs the step reads under `$MARTLET_INPUTS/<name>/`. A run must give each of them.
    package var inputs: [String]?
    /// Names that must exist directly under `$MARTLET_OUTPUTS` when the command ends. Absent: whatever is there is kept.
    package var outputs: [String]?
    package var resources: Resources?
    package var environmentVariables: [String: String]?
    package var retry: RetryPolicy?
    package var timeout: TimeSpan?
    /// Between SIGTERM and SIGKILL; 10 s when absent.
    package var gracePeriod: TimeSpan?
    package var placement: PlacementPolicy?
    package var declassify: Declassification?
    /// Whether a committed run with the same key may stand in for a new one; true when absent.
    package var cache: Bool?

    package init(
        command: Command, image: String? = nil, parameters: [String: JSONValue]? = nil, inputs: [String]? = nil,
        outputs: [String]? = nil, resources: Resources? = nil, environmentVariables: [String: String]? = nil,
        retry: RetryPolicy? = nil, timeout: TimeSpan? = nil, gracePeriod: TimeSpan? = nil,
        placement: PlacementPolicy? = nil, declassify: Declassification? = nil, cache: Bool? = nil
    ) {
        self.command = command
        self.image = image
        self.parameters = parameters
        self.inputs = inputs
        self.outputs = outputs
        self.resources = resources
        self.environmentVariables = environmentVariables
        self.retry = retry
        self.timeout = timeout
        self.gracePeriod = gracePeriod
        self.placement = placement
        self.declassify = declassify
        self.cache = cache
    }
}

/// A command line: a text for `/bin/sh -c`, or an argument vector that no shell touches.
package enum Command: Sendable, Hashable, Codable {
    case shell(String)
    case arguments([String])

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .shell(text)
        } else {
            self = .arguments(try container.decode([String].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .shell(let text): try container.encode(text)
        case .arguments(let arguments): try container.encode(arguments)
        }
    }
}

/// What one slot must offer. Absent is: one CPU, any memory, no accelerator.
package struct Resources: Codable, Sendable, Hashable {
    /// Greater than 0; halves are allowed.
    package var cpus: Double?
    package var memory: ByteCount?
    /// `<name>` or `<name>:<count>`, such as `H100:8`.
    package var gpu: String?

    package init(cpus: Double? = nil, memory: ByteCount? = nil, gpu: String? = nil) {
        self.cpus = cpus
        self.memory = memory
        self.gpu = gpu
    }
}

/// How often and when a failed attempt is tried again. A lost lease and an unavailable service are always retryable.
package struct RetryPolicy: Codable, Sendable, Hashable {
    /// Further attempts after the first; 2 when absent.
    package var limit: Int?
    /// Before the first retry, doubled each time with jitter; 1 s when absent.
    package var backoff: TimeSpan?
    /// Exit codes of the command that are worth another attempt. None when absent.
    package var exitCodes: [Int]?

    package static let defaultLimit = 2
    package static let defaultBackoff = TimeSpan.seconds(1)

    package init(limit: Int? = nil, backoff: TimeSpan? = nil, exitCodes: [Int]? = nil) {
        self.limit = limit
        self.backoff = backoff
        self.exitCodes = exitCodes
    }
}

/// Where a step may run.
package struct PlacementPolicy: Codable, Sendable, Hashable {
    /// Names of environments; absent is any.
    package var environments: [String]?
    package var providers: [String]?
    package var regions: [String]?

    package init(environments: [String]? = nil, providers: [String]? = nil, regions: [String]? = nil) {
        self.environments = environments
        self.providers = providers
        self.regions = regions
    }
}

/// The deliberate release of a step's outputs from the residency of its inputs.
package struct Declassification: Codable, Sendable, Hashable {
    package var residency: Residency
    package var reason: String

    package init(residency: Residency, reason: String) {
        self.residency = residency
        self.reason = reason
    }
}
