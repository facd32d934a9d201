import Foundation

/// A place on the globe, in degrees, north and east positive.
package struct Coordinates: Sendable, Hashable {
    package let latitude: Double
    package let longitude: Double

    /// Mean radius of the earth (IUGG, 2015).
    static let earthRadiusKilometres = 6371.0088
    /// Light in fibre, at a refractive index of 1.5.
    static let fibreKilometresPerMillisecond = 200.0
    /// How much longer the way is than the great circle.
    ///
    /// Katz-Bassett et al., *Towards IP Geolocation Using Delay and Topology Measurements* (IMC 2006) measured that packets
    /// progress at about 4⁄9 of the speed of light, which is 2⁄3, that of light in fibre, divided by 1.5.
    static let pathFactor = 1.5

    package init(latitude: Double, longitude: Double) {
        self.latitude = latitude
        self.longitude = longitude
    }

    /// The great circle between two places, by the haversine formula.
    ///
    /// - Returns: kilometres, 0 to 20,015.
    /// - Source: Sinnott, *Virtues of the Haversine*, Sky and Telescope 68 (1984).
    package func kilometres(to other: Coordinates) -> Double {
        let radians = Double.pi / 180
        let north = sin((other.latitude - self.latitude) * radians / 2)
        let east = sin((other.longitude - self.longitude) * radians / 2)
        let chord = north * north + cos(self.latitude * radians) * cos(other.latitude * radians) * east * east
        return 2 * Self.earthRadiusKilometres * asin(min(1, chord.squareRoot()))
    }

    /// An estimate of the round trip to another place and back: `2 · distance · pathFactor ⁄ fibre speed`.
    ///
    /// What switches, queues and the last mile add is left out; two places in one city are near 0.
    package func roundTrip(to other: Coordinates) -> Duration {
        let milliseconds =
            2 * self.kilometres(to: other) * Self.pathFactor / Self.fibreKilometresPerMillisecond
        return .microseconds(Int64((milliseconds * 1000).rounded()))
    }
}
