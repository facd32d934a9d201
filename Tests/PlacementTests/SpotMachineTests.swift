import Foundation
import Kernel
import Testing

@testable import Placement

/// 60 h of time for 48 h of work, half an hour for a changeover, a look each six minutes: an even pace is 0.8.
@Suite("SpotMachine")
struct SpotMachineTests {
    private static func terms(spot: Money = .dollars(1), allowance: SpotAllowance = .unbounded) throws -> SpotTerms {
        try SpotTerms(
            computation: .hours(48), deadline: .hours(60), changeover: .minutes(30), tick: .minutes(6),
            onDemandPrice: .dollars(3), spotPrice: spot, allowance: allowance)
    }

    private static func look(_ at: TimeSpan, done: TimeSpan, spot: Bool) -> SpotMachine.Event {
        .looked(.init(at: at, done: done, isSpotAvailable: spot))
    }

    private static func machine(
        _ mode: SpotMachine.Mode, at: TimeSpan, spotTime: TimeSpan = .zero, allowance: SpotAllowance = .unbounded
    ) throws -> SpotMachine {
        var state = SpotMachine.State()
        state.mode = mode
        state.at = at
        state.spotTime = spotTime
        return SpotMachine(terms: try Self.terms(allowance: allowance), state: state)
    }

    @Test("an idle job takes spot when there is some, behind or not")
    func takesRisks() throws {
        var behind = try Self.machine(.idle, at: .zero)
        #expect(
            behind.handle(Self.look(.hours(10), done: .zero, spot: true)) == [.launch(.spot, because: .spotAvailable)])
        var fresh = try Self.machine(.idle, at: .zero)
        #expect(fresh.handle(Self.look(.zero, done: .zero, spot: true)) == [.launch(.spot, because: .spotAvailable)])
    }

    @Test("an idle job without spot waits on pace, and goes on demand a millisecond behind it")
    func uniformProgress() throws {
        var machine = try Self.machine(.idle, at: .zero)
        #expect(machine.handle(Self.look(.hours(10), done: .hours(8), spot: false)) == [])
        let late = TimeSpan.hours(8) - .milliseconds(1)
        #expect(
            machine.handle(Self.look(.hours(10), done: late, spot: false)) == [.launch(.onDemand, because: .behind)])
    }

    @Test("a job on demand leaves only when it is ahead of the pace of two changeovers later")
    func hysteresis() throws {
        // ep(10 h + 2 · 30 min) = 0.8 · 11 h = 8 h 48 min.
        var machine = try Self.machine(.onDemand, at: .hours(9))
        let almost = TimeSpan.minutes(8 * 60 + 48) - .milliseconds(1)
        #expect(machine.handle(Self.look(.hours(10), done: almost, spot: true)) == [])
        var other = machine
        #expect(
            machine.handle(Self.look(.hours(10), done: .minutes(8 * 60 + 48), spot: true))
                == [.release(.onDemand, because: .spotAvailable), .launch(.spot, because: .spotAvailable)])
        #expect(
            other.handle(Self.look(.hours(10), done: .minutes(8 * 60 + 48), spot: false))
                == [.release(.onDemand, because: .ahead)])
        #expect(other.mode == .idle)
    }

    @Test("a spot machine is kept although a look says there is no more capacity, until it is lost")
    func exploitation() throws {
        var machine = try Self.machine(.spot, at: .hours(1))
        #expect(machine.handle(Self.look(.hours(10), done: .hours(20), spot: false)) == [])
        #expect(machine.mode == .spot && machine.state.spotTime == .hours(9))
        let look = SpotMachine.Look(at: .hours(11), done: .hours(21), isSpotAvailable: false)
        #expect(machine.handle(.lost(look, since: .minutes(630))) == [])
        #expect(machine.mode == .idle && machine.state.spotTime == .minutes(9 * 60 + 30))
    }

    @Test("the safety net catches an idle job below two changeovers and a tick of slack, and never lets go")
    func safetyNet() throws {
        // 58 h of 60: 2 h left, of which 66 min are the net. 54 min of work are still safe.
        var machine = try Self.machine(.idle, at: .hours(57))
        let safe = TimeSpan.hours(48) - .minutes(54)
        #expect(
            machine.handle(Self.look(.hours(58), done: safe, spot: true)) == [.launch(.spot, because: .spotAvailable)])
        machine = try Self.machine(.idle, at: .hours(57))
        #expect(
            machine.handle(Self.look(.hours(58), done: safe - .milliseconds(1), spot: true))
                == [.launch(.onDemand, because: .safetyNet)])
        #expect(machine.handle(Self.look(.minutes(59 * 60), done: .hours(47), spot: true)) == [])
    }

    @Test("a spot machine on which the job stands still is left while there is time for one more changeover")
    func standstill() throws {
        // At 58 h, 36 min of slack: 84 min of work.
        var machine = try Self.machine(.spot, at: .hours(57))
        let done = TimeSpan.hours(48) - .minutes(84)
        #expect(machine.handle(Self.look(.hours(58), done: done, spot: true)) == [])
        #expect(
            machine.handle(Self.look(.hours(58), done: done - .milliseconds(1), spot: true))
                == [.release(.spot, because: .safetyNet), .launch(.onDemand, because: .safetyNet)])
    }

    @Test("nothing runs once the work is done")
    func thrifty() throws {
        var machine = try Self.machine(.onDemand, at: .hours(50))
        let end = Self.look(.hours(51), done: .hours(48), spot: true)
        #expect(machine.handle(end) == [.release(.onDemand, because: .workDone)])
        #expect(machine.handle(end) == [])
    }

    @Test("an event that is older than the last one, or comes again, changes nothing")
    func lateAndDoubled() throws {
        var machine = try Self.machine(.idle, at: .zero)
        _ = machine.handle(Self.look(.hours(10), done: .zero, spot: true))
        let before = machine
        #expect(machine.handle(Self.look(.hours(10), done: .zero, spot: true)) == [])
        #expect(machine.handle(Self.look(.hours(9), done: .zero, spot: false)) == [])
        let old = SpotMachine.Look(at: .hours(9), done: .zero, isSpotAvailable: false)
        #expect(machine.handle(.lost(old, since: .hours(8))) == [])
        #expect(machine == before)
    }

    @Test("spot at the price of on demand or above is never taken")
    func dearSpot() throws {
        var machine = SpotMachine(terms: try Self.terms(spot: .dollars(3)))
        #expect(machine.handle(Self.look(.zero, done: .zero, spot: true)) == [])
        #expect(machine.handle(Self.look(.hours(1), done: .zero, spot: true)) == [.launch(.onDemand, because: .behind)])
    }

    @Test("an on-demand machine is not left when a changeover to spot costs more than the rest")
    func worthLeaving() throws {
        // 15 min of rest: 15 · 3 on demand, (30 + 15) · 1 on spot; 16 min are worth it.
        var machine = try Self.machine(.onDemand, at: .hours(47))
        #expect(machine.handle(Self.look(.hours(48), done: .hours(48) - .minutes(15), spot: true)) == [])
        #expect(machine.handle(Self.look(.hours(48), done: .hours(48) - .minutes(16), spot: true)).count == 2)
    }

    @Test("an allowance that is used up forbids another risk, to the millisecond")
    func allowance() throws {
        // 30 min of spot changeover cost 10 min of on demand; 6 h of spot without progress have cost two hours.
        let enough = TimeSpan.minutes(130)
        var machine = try Self.machine(.idle, at: .hours(7), spotTime: .hours(6), allowance: .span(enough))
        #expect(machine.handle(Self.look(.hours(7), done: .hours(6), spot: true)).count == 1)
        machine = try Self.machine(.idle, at: .hours(7), spotTime: .hours(6), allowance: .span(enough))
        #expect(
            machine.handle(Self.look(.hours(7), done: .zero, spot: true)) == [.launch(.spot, because: .spotAvailable)])
        machine = try Self.machine(
            .idle, at: .hours(7), spotTime: .hours(6), allowance: .span(enough - .milliseconds(1)))
        #expect(machine.handle(Self.look(.hours(7), done: .zero, spot: true)) == [.launch(.onDemand, because: .behind)])
    }

    @Test("its state comes back from a row as it went in")
    func state() throws {
        let state = try Self.machine(.spot, at: .minutes(61), spotTime: .seconds(7)).state
        let row = try JSONEncoder().encode(state)
        #expect(try JSONDecoder().decode(SpotMachine.State.self, from: row) == state)
    }

    @Test("terms that cannot be are refused with the value and the next step")
    func badTerms() throws {
        func refusal(
            computation: TimeSpan = .hours(1), deadline: TimeSpan = .hours(2), changeover: TimeSpan = .zero,
            tick: TimeSpan = .minutes(1), onDemand: Money = .dollars(1), spot: Money = .dollars(1),
            allowance: SpotAllowance = .usual
        ) -> String? {
            do {
                _ = try SpotTerms(
                    computation: computation, deadline: deadline, changeover: changeover, tick: tick,
                    onDemandPrice: onDemand, spotPrice: spot, allowance: allowance)
                return nil
            } catch {
                #expect(error.kind == .invalid)
                return error.message
            }
        }
        #expect(refusal() == nil)
        #expect(refusal(deadline: .hours(1)) == nil)
        #expect(refusal(computation: .zero)?.contains("computation of 0s") == true)
        #expect(refusal(tick: .zero)?.contains("tick of 0s") == true)
        #expect(refusal(changeover: .seconds(-1))?.contains("changeover of -1s") == true)
        #expect(refusal(allowance: .span(.seconds(-1)))?.contains("allowance of -1s") == true)
        #expect(refusal(deadline: TimeSpan(milliseconds: .max))?.contains("deadline of") == true)
        #expect(refusal(changeover: TimeSpan(milliseconds: .max))?.contains("changeover of") == true)
        #expect(refusal(onDemand: .zero)?.contains("on-demand price of $0.00") == true)
        #expect(refusal(spot: Money(nanodollars: -1))?.contains("spot price of") == true)
        #expect(refusal(changeover: .minutes(61))?.contains("ends after 121m") == true)
    }
}
