import Digest

/// Checks and hashes passwords one after another, so that slow hashes take one core at most, however many are sent.
actor PasswordDesk {
    private let rounds: Int
    /// Hashed when there is no such user, so that the time tells nothing about who is one.
    private let nobody: String

    init(rounds: Int) {
        self.rounds = rounds
        self.nobody = PasswordHash.unmatched(rounds: rounds)
    }

    func hash(_ password: String) -> String { PasswordHash.make(password, rounds: self.rounds) }

    /// - Parameter stored: nil when there is no such user.
    func matches(_ password: String, stored: String?) -> Bool {
        let isMatch = PasswordHash.matches(password, stored: stored ?? self.nobody)
        return isMatch && stored != nil
    }
}
