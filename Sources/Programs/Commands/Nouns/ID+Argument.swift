import ArgumentParser
import Kernel

extension ID: ExpressibleByArgument {
    /// `run_01j…`; anything else is refused with the form that is wanted.
    package init?(argument: String) {
        guard let id = ID(argument) else { return nil }
        self = id
    }
}
