import Contract
import Kernel
import Testing

@testable import Worker

@Suite struct CommandTests {
    private let parameters: [String: JSONValue] = [
        "rate": 0.1, "name": "a b'; rm -rf /", "flag": true, "layers": [1, 2], "empty": "", "plain": "x-1.2",
    ]

    @Test("arguments take values as they are")
    func arguments() throws {
        let template = CommandTemplate(
            .arguments(["python", "train.py", "--rate={parameters.rate}", "{parameters.name}", "{parameters.empty}"]))
        #expect(try template.arguments(self.parameters) == ["python", "train.py", "--rate=0.1", "a b'; rm -rf /", ""])
    }

    @Test("a shell text quotes values that the shell would act on, and only those")
    func shell() throws {
        let template = CommandTemplate(
            .shell("echo {parameters.name} {parameters.plain} {parameters.empty} {parameters.layers} {parameters.flag}")
        )
        #expect(
            try template.arguments(self.parameters) == [
                "/bin/sh", "-c", "echo 'a b'\"'\"'; rm -rf /' x-1.2 '' '[1,2]' true",
            ])
    }

    @Test("a parameter that the run does not have is named, with those that it has")
    func unknown() {
        let template = CommandTemplate(.shell("echo {parameters.lr}"))
        #expect {
            try template.arguments(["rate": 1])
        } throws: {
            ($0 as? PlainFault)?.message
                == "The command uses {parameters.lr}, which the run does not have. Its parameters are: rate."
        }
    }

    @Test("braces that are no parameter stay as they are")
    func braces() throws {
        let text = "awk '{print $1}' ${HOME} {parameters.rate"
        #expect(try CommandTemplate(.shell(text)).arguments(self.parameters) == ["/bin/sh", "-c", text])
    }

    @Test("a command without words is refused")
    func noWords() {
        #expect(throws: PlainFault.self) { try CommandTemplate(.arguments([])).arguments([:]) }
    }

    @Test("a command sees a clean environment, its own variables, and who it is")
    func environment() {
        let step = StepSpec(
            command: .shell("env"), resources: Resources(cpus: 2.5),
            environmentVariables: ["SEED": "1", "MARTLET_RUN_ID": "forged", "OMP_NUM_THREADS": "7"])
        let assignment = Sample.assignment(step: step)
        let variables = CommandEnvironment(assignment, folder: AttemptFolder(path: "/s/a")).variables(
            worker: ["PATH": "/venv/bin:/bin", "HOME": "/root", "MARTLET_TOKEN": "secret", "AWS_KEY": "secret"],
            server: "http://plane:7070", port: 8123)
        #expect(variables["PATH"] == "/venv/bin:/bin" && variables["HOME"] == "/root" && variables["LANG"] == "C.UTF-8")
        #expect(variables["MARTLET_TOKEN"] == nil && variables["AWS_KEY"] == nil)
        #expect(variables["TMPDIR"] == "/s/a/tmp" && variables["SEED"] == "1")
        #expect(variables["MARTLET_RUN_ID"] == assignment.run.description)
        #expect(variables["MARTLET_INPUTS"] == "/s/a/inputs" && variables["MARTLET_OUTPUTS"] == "/s/a/outputs")
        #expect(variables["MARTLET_PARAMETERS"] == "/s/a/parameters.json" && variables["MARTLET_PORT"] == "8123")
        #expect(variables["MARTLET_PROJECT"] == "digits" && variables["MARTLET_ENVIRONMENT"] == "onprem")
        #expect(variables["MARTLET_NODE_RANK"] == "0" && variables["MARTLET_NODES"] == "1")
        #expect(variables["OPENBLAS_NUM_THREADS"] == "3" && variables["OMP_NUM_THREADS"] == "7")
    }

    @Test("a command's MLflow client logs to the run, unless the step names a server of its own")
    func tracking() {
        func variables(_ own: [String: String]?) -> [String: String] {
            var assignment = Sample.assignment(step: StepSpec(command: .shell("env"), environmentVariables: own))
            assignment.tracking = AssignedTracking(experiment: 7, token: "mrr_t")
            return CommandEnvironment(assignment, folder: AttemptFolder(path: "/s/a")).variables(
                worker: [:], server: "http://plane:7070", port: nil)
        }
        let ours = variables(nil)
        #expect(ours["MLFLOW_TRACKING_URI"] == "http://plane:7070" && ours["MLFLOW_EXPERIMENT_ID"] == "7")
        #expect(ours["MLFLOW_RUN_ID"] == Sample.assignment(step: Sample.shell("")).run.hexadecimal)
        #expect(ours["MLFLOW_TRACKING_TOKEN"] == "mrr_t")
        let theirs = variables(["MLFLOW_TRACKING_URI": "http://elsewhere"])
        #expect(theirs["MLFLOW_TRACKING_URI"] == "http://elsewhere")
        #expect(theirs["MLFLOW_TRACKING_TOKEN"] == nil && theirs["MLFLOW_RUN_ID"] == nil)
    }

    @Test("in an image the folder has the same path, and no variable's value is an argument")
    func container() {
        let step = StepSpec(
            command: .arguments(["python", "train.py"]), image: "python:3.13",
            resources: Resources(cpus: 2, memory: .gibibytes(1)), environmentVariables: ["KEY": "secret"])
        let folder = AttemptFolder(path: "/s/a")
        let assignment = Sample.assignment(step: step)
        let worker = ["PATH": "/bin", "HOME": "/root", "DOCKER_HOST": "unix:///d"]
        let spec = ExecSpec(
            arguments: ["python", "train.py"],
            environment: CommandEnvironment(assignment, folder: folder).variables(
                worker: worker, server: "http://plane:7070", port: nil),
            folder: folder.source, memory: .gibibytes(1))
        let wrapped = ContainerEngine(program: "/usr/bin/docker", user: (1000, 100)).wrap(
            spec, image: "python:3.13", name: "martlet-a", resources: step.resources, folder: folder, client: worker)
        #expect(
            wrapped.arguments.starts(with: [
                "/usr/bin/docker", "run", "--rm", "--init", "--name", "martlet-a", "--network", "host", "--volume",
                "/s/a:/s/a",
                "--workdir", "/s/a/source", "--user", "1000:100", "--cpus", "2.0", "--memory", "1073741824",
            ]))
        #expect(wrapped.arguments.suffix(4) == ["--entrypoint", "python", "python:3.13", "train.py"])
        #expect(wrapped.arguments.contains("KEY") && !wrapped.arguments.contains { $0.contains("secret") })
        #expect(!wrapped.arguments.contains("PATH") && wrapped.environment["DOCKER_HOST"] == "unix:///d")
        #expect(wrapped.environment["KEY"] == "secret" && wrapped.memory == nil)
        let rootless = ContainerEngine(program: "/usr/bin/podman", user: (1000, 100)).wrap(
            spec, image: "x", name: "n", resources: nil, folder: folder, client: [:])
        #expect(rootless.arguments.contains("keep-id") && !rootless.arguments.contains("--user"))
    }
}
