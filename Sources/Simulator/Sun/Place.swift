/// A place on Earth, and the clock on its wall.
public struct Place: Sendable, Equatable {
    /// Degrees north, -90 to 90. Wire: `latitude` (protocol notes §3).
    public var latitude: Double
    /// Degrees east, -180 to 180. Wire: `longitude` (protocol notes §3).
    public var longitude: Double
    /// A name of the tz database. Wire: `timezone` (protocol notes §3). It changes nothing in the sunlight.
    public var timezone: String

    public init(latitude: Double, longitude: Double, timezone: String) {
        self.latitude = latitude
        self.longitude = longitude
        self.timezone = timezone
    }

    /// Freiburg im Breisgau: sunny, with seasons. No Envoy of anybody's stands at exactly this spot.
    public static let freiburg = Place(latitude: 47.99, longitude: 7.85, timezone: "Europe/Berlin")
}
