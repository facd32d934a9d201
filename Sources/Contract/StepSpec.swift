package import Kernel

/// What to execute: one `steps:` entry of `martlet.yaml`, field by field in `docs/reference/martlet-yaml.md`.
package struct StepSpec: Codable, Sendable, Hashable {
    package var command: Command
    /// A container image; needs a worker with a container engine.
    package var image: String?
    /// Defaults by name; a run or a node may override the values, never add names.
    package var parameters: [String: JSONValue]?
    /// The inputs the step reads under `$MARTLET_INPUTS/<name>/`. A run must give each that is not optional, and no other.
    package var inputs: StepInputs?
    /// What must exist under `$MARTLET_OUTPUTS` when the command ends. Absent: whatever is there is kept.
    package var outputs: StepOutputs?
    package var resources: Resources?
    /// What is expected of it before a run has shown it.
    package var estimate: StepEstimate?
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
        command: Command, image: String? = nil, parameters: [String: JSONValue]? = nil, inputs: StepInputs? = nil,
        outputs: StepOutputs? = nil, resources: Resources? = nil, estimate: StepEstimate? = nil,
        environmentVariables: [String: String]? = nil,
        retry: RetryPolicy? = nil, timeout: TimeSpan? = nil, gracePeriod: TimeSpan? = nil,
        placement: PlacementPolicy? = nil, declassify: Declassification? = nil, cache: Bool? = nil
    ) {
        self.command = command
        self.image = image
        self.parameters = parameters
        self.inputs = inputs
        self.outputs = outputs
        self.resources = resources
        self.estimate = estimate
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
    /// At least so many; greater than 0, halves are allowed.
    package var cpus: Double?
    /// At most so many: what has more is not taken, even if it is cheaper. In YAML `cpus: 4..16` says both.
    package var maximumCpus: Double?
    /// At least so much.
    package var memory: ByteCount?
    /// At most so much.
    package var maximumMemory: ByteCount?
    /// Alternatives of `<name>` or `<name>:<count>`, such as `H100:8 | A100-80GB:8`; see `AcceleratorDemand`.
    package var gpu: String?
    /// Whether a machine that its owner may take back will do; `never` when absent.
    package var spot: SpotUse?
    /// `x86_64` when absent: what was built for one does not run on the other.
    package var architecture: Architecture?

    package init(
        cpus: Double? = nil, maximumCpus: Double? = nil, memory: ByteCount? = nil, maximumMemory: ByteCount? = nil,
        gpu: String? = nil, spot: SpotUse? = nil, architecture: Architecture? = nil
    ) {
        self.cpus = cpus
        self.maximumCpus = maximumCpus
        self.memory = memory
        self.maximumMemory = maximumMemory
        self.gpu = gpu
        self.spot = spot
        self.architecture = architecture
    }
}

/// What a machine's processors understand.
package enum Architecture: String, Codable, Sendable, CaseIterable {
    case x86 = "x86_64"
    case arm = "arm64"
    /// Of a demand: either will do.
    case any
}

/// Whether spot capacity may be used: cheap machines that their owner may take back at any time.
package enum SpotUse: String, Codable, Sendable, CaseIterable {
    case never, allowed, required
}

/// What is expected of a step, given by its author.
package struct StepEstimate: Codable, Sendable, Hashable {
    /// How long an attempt takes. Absent: learned from committed runs of the step.
    package var duration: TimeSpan?

    package init(duration: TimeSpan? = nil) {
        self.duration = duration
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

/// Where a step may run, and what the choice is made for.
package struct PlacementPolicy: Codable, Sendable, Hashable {
    /// Names of environments, or patterns such as `onprem-*`; absent is any.
    package var environments: [String]?
    package var providers: [String]?
    /// Names of regions, or patterns such as `eu-*`.
    package var regions: [String]?
    /// What the place must satisfy, over what the inputs demand.
    package var residency: Residency?
    /// `cost` when absent.
    package var objective: Objective?
    /// From the moment when everything it needs is there to its end.
    package var deadline: TimeSpan?
    /// Of one run: compute, bringing its inputs, and keeping its outputs for a month.
    package var budget: Money?

    package init(
        environments: [String]? = nil, providers: [String]? = nil, regions: [String]? = nil,
        residency: Residency? = nil, objective: Objective? = nil, deadline: TimeSpan? = nil, budget: Money? = nil
    ) {
        self.environments = environments
        self.providers = providers
        self.regions = regions
        self.residency = residency
        self.objective = objective
        self.deadline = deadline
        self.budget = budget
    }
}

/// What a placement is to make as small as it can.
package enum Objective: String, Codable, Sendable, CaseIterable {
    /// Dollars: compute, egress and storage.
    case cost
    /// The time until the last task ends; among equals, dollars.
    case time
    /// Grams of carbon dioxide of the electricity that the machines draw.
    case carbon
    /// Cost, time and carbon, each as a share of the least that is possible of it.
    case balanced
}

/// What a whole graph is held to.
package struct PlacementGoal: Codable, Sendable, Hashable {
    /// `cost` when absent.
    package var objective: Objective?
    /// From the start to the end of the last task.
    package var deadline: TimeSpan?
    /// Of all tasks together.
    package var budget: Money?

    package init(objective: Objective? = nil, deadline: TimeSpan? = nil, budget: Money? = nil) {
        self.objective = objective
        self.deadline = deadline
        self.budget = budget
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
