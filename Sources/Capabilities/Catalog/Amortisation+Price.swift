import Contract
import Kernel

extension Amortisation {
    /// Dollars per hour: hardware ÷ (depreciation in hours × utilisation) + kilowatts × price of a kilowatt-hour, rounded to
    /// the nano-dollar.
    ///
    /// - Throws: `invalid`, naming the field, when a figure is outside the range that `Amortisation` documents.
    func hourlyPrice(for environment: String) throws(CatalogError) -> Money {
        try self.check(environment)
        let hours = Double(self.depreciation.milliseconds) / 3_600_000
        let hardware = Double(self.hardware.nanodollars) / (hours * self.utilisation)
        let power = self.watts / 1000 * Double(self.electricityPerKilowattHour.nanodollars)
        let total = (hardware + power).rounded()
        // A billion dollars an hour is a mistake in a figure, and far from what 64 bits hold.
        guard total < 1e18 else {
            throw .amortisation(
                environment: environment, field: "depreciation", problem: "makes an hour cost over $1 billion")
        }
        return Money(nanodollars: Int64(total))
    }

    private func check(_ environment: String) throws(CatalogError) {
        func require(_ holds: Bool, _ field: String, _ problem: String) throws(CatalogError) {
            guard holds else { throw .amortisation(environment: environment, field: field, problem: problem) }
        }
        try require(self.hardware >= .zero, "hardware", "is negative")
        try require(self.depreciation > .zero, "depreciation", "is not above 0")
        try require(self.utilisation > 0 && self.utilisation <= 1, "utilisation", "is not above 0 and at most 1")
        try require(self.watts >= 0 && self.watts.isFinite, "watts", "is negative or not a number")
        try require(self.electricityPerKilowattHour >= .zero, "electricityPerKilowattHour", "is negative")
    }
}
