import Contract
import Kernel
import Testing

@testable import Pipelines

@Suite("Pipeline machine")
struct PipelinesMachineTests {
    /// a → b → c, and d on its own.
    private func machine(_ policy: FailurePolicy? = nil) -> PipelineMachine {
        PipelineMachine(
            nodes: [
                PipelineMachine.Node(name: "a", needs: [], isAction: false),
                PipelineMachine.Node(name: "d", needs: [], isAction: false),
                PipelineMachine.Node(name: "b", needs: ["a"], isAction: false),
                PipelineMachine.Node(name: "c", needs: ["b"], isAction: true),
            ], onFailure: policy)
    }

    private func status(_ machine: PipelineMachine, _ name: String) -> NodeStatus? {
        machine.nodes.first { $0.name == name }?.status
    }

    @Test("what is due is said again until it is done")
    func due() {
        var machine = self.machine()
        #expect(machine.handle(.tick) == [.start("a"), .start("d")])
        #expect(machine.handle(.started("d")) == [.start("a")])
        #expect(machine.handle(.tick) == [.start("a")])
    }

    @Test("nodes follow their needs, from the cache or not, and built-in nodes are performed")
    func follow() {
        var machine = self.machine()
        #expect(machine.handle(.cached("a")) == [.start("d"), .start("b")])
        _ = machine.handle(.started("d"))
        _ = machine.handle(.started("b"))
        #expect(machine.handle(.succeeded("b")) == [.perform("c")])
        #expect(machine.handle(.performed("c")).isEmpty)
        #expect(machine.handle(.succeeded("d")) == [.finish(.succeeded, reason: nil)])
        #expect(machine.handle(.tick).isEmpty)
        #expect(self.status(machine, "a") == .cached)
    }

    @Test("a failure stops the rest: what waits is skipped, what runs is cancelled")
    func stop() {
        var machine = self.machine()
        _ = machine.handle(.started("a"))
        _ = machine.handle(.started("d"))
        #expect(machine.handle(.failed("a", reason: "exit code 1")) == [.cancelRun("d")])
        #expect(self.status(machine, "b") == .skipped)
        #expect(machine.nodes.first { $0.name == "c" }?.reason == "Not started because 'a' failed.")
        #expect(
            machine.handle(.cancelled("d", reason: "told to")) == [.finish(.failed, reason: "'a' failed: exit code 1")])
    }

    @Test("under continue the rest goes on, and what needs the failed node is skipped with the reason")
    func goOn() {
        var machine = self.machine(.continue)
        _ = machine.handle(.started("a"))
        #expect(machine.handle(.failed("a", reason: "exit code 1")) == [.start("d")])
        #expect(machine.nodes.first { $0.name == "b" }?.reason == "It needs 'a', which failed.")
        #expect(machine.nodes.first { $0.name == "c" }?.reason == "It needs 'b', which was skipped.")
        _ = machine.handle(.started("d"))
        #expect(machine.handle(.succeeded("d")) == [.finish(.failed, reason: "'a' failed: exit code 1")])
    }

    @Test("a cancel lets nothing start and ends when the last run has ended")
    func cancel() {
        var machine = self.machine()
        _ = machine.handle(.started("a"))
        #expect(machine.handle(.cancel) == [.cancelRun("a")])
        #expect(self.status(machine, "d") == .cancelled)
        #expect(machine.handle(.succeeded("a")) == [.finish(.cancelled, reason: "It was cancelled.")])
        #expect(machine.handle(.cancel).isEmpty)
    }

    @Test("a cancel that comes when every node is good changes nothing")
    func lateCancel() {
        var machine = PipelineMachine(
            nodes: [PipelineMachine.Node(name: "a", needs: [], isAction: false, status: .running)], onFailure: nil,
            cancelRequested: true)
        #expect(machine.handle(.succeeded("a")) == [.finish(.succeeded, reason: nil)])
    }

    @Test("what has ended stays as it is, and strangers change nothing")
    func late() {
        var machine = self.machine(.continue)
        _ = machine.handle(.started("a"))
        _ = machine.handle(.failed("a", reason: "broken"))
        let before = machine
        for event in [
            PipelineMachine.Event.succeeded("a"), .started("a"), .succeeded("b"), .failed("nobody", reason: ""),
        ] {
            #expect(machine.handle(event) == [.start("d")])
        }
        #expect(machine == before)
    }

    @Test("a user's cancel of one run is a failure of its node")
    func cancelledRun() {
        var machine = self.machine(.continue)
        _ = machine.handle(.started("a"))
        _ = machine.handle(.cancelled("a", reason: "Cancelled by eve."))
        #expect(machine.nodes.first { $0.name == "b" }?.reason == "It needs 'a', which was cancelled.")
        _ = machine.handle(.cached("d"))
        #expect(machine.status == .failed)
    }
}
