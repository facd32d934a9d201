import Kernel

/// A whole `martlet.yaml`: steps, and the pipelines made of them.
package struct ProjectSpec: Codable, Sendable, Hashable {
    package var project: String
    package var steps: [String: StepSpec]
    package var pipelines: [String: PipelineSpec]?

    package init(project: String, steps: [String: StepSpec], pipelines: [String: PipelineSpec]? = nil) {
        self.project = project
        self.steps = steps
        self.pipelines = pipelines
    }
}

/// A graph of nodes.
package struct PipelineSpec: Codable, Sendable, Hashable {
    package var nodes: [String: NodeSpec]
    package var onFailure: FailurePolicy?
    /// What all of it together is held to.
    package var placement: PlacementGoal?

    package init(nodes: [String: NodeSpec], onFailure: FailurePolicy? = nil, placement: PlacementGoal? = nil) {
        self.nodes = nodes
        self.onFailure = onFailure
        self.placement = placement
    }
}

/// What happens to the rest of a pipeline when a node fails.
package enum FailurePolicy: String, Codable, Sendable, CaseIterable {
    /// Cancel what runs, start nothing more. The default.
    case stop
    /// Go on with every node that does not need the failed one.
    case `continue`
}

/// One node: exactly one of `step`, `register` and `deploy`.
package struct NodeSpec: Codable, Sendable, Hashable {
    /// The name of a step.
    package var step: String?
    package var register: RegisterSpec?
    package var deploy: DeploySpec?
    /// By input name: `<node>`, `<node>.<output>`, or `dataset://name@version`, or several of them.
    package var inputs: [String: NodeInput]?
    package var parameters: [String: JSONValue]?
    /// Fan-out: one run for each named variant, with these parameters over the node's. `train[small]` names one.
    package var forEach: [String: [String: JSONValue]]?
    /// Nodes that must have succeeded first although nothing of theirs is read.
    package var after: [String]?

    package init(
        step: String? = nil, register: RegisterSpec? = nil, deploy: DeploySpec? = nil,
        inputs: [String: NodeInput]? = nil, parameters: [String: JSONValue]? = nil,
        forEach: [String: [String: JSONValue]]? = nil, after: [String]? = nil
    ) {
        self.step = step
        self.register = register
        self.deploy = deploy
        self.inputs = inputs
        self.parameters = parameters
        self.forEach = forEach
        self.after = after
    }
}

/// Built-in node: makes a model version of each `from` and moves the alias to the best.
package struct RegisterSpec: Codable, Sendable, Hashable {
    package var model: String
    /// `<node>` or `<node>.<output>`; a fanned-out node gives a version for each variant.
    package var from: [String]
    /// `<node>.<metric>`. For a fanned-out candidate the metric `<metric>/<variant>` of that node is read.
    package var metric: String
    package var higherIsBetter: Bool?
    package var alias: String

    package init(model: String, from: [String], metric: String, higherIsBetter: Bool? = nil, alias: String) {
        self.model = model
        self.from = from
        self.metric = metric
        self.higherIsBetter = higherIsBetter
        self.alias = alias
    }
}

/// Built-in node: makes or updates an endpoint.
package struct DeploySpec: Codable, Sendable, Hashable {
    package var endpoint: String
    /// The step that serves: it listens on `$MARTLET_PORT` and reads `$MARTLET_INPUTS/model`.
    package var step: String
    package var model: String
    /// Per cent by alias of the model; sums to 100.
    package var traffic: [String: Int]
    /// Replicas by alias, each in an environment of its own where possible; 1 when absent.
    package var replicas: [String: Int]?

    package init(
        endpoint: String, step: String, model: String, traffic: [String: Int], replicas: [String: Int]? = nil
    ) {
        self.endpoint = endpoint
        self.step = step
        self.model = model
        self.traffic = traffic
        self.replicas = replicas
    }
}
