import Foundation

/// Where the sun stands, seen from a place at an instant.
///
/// The low-precision formulas of the *Astronomical Almanac* (section C, "Low precision formulas for the Sun"): within
/// 0.01° between 1950 and 2050. Refraction is left out; it lifts the sun by up to half a degree at the horizon.
public struct SunPosition: Sendable, Equatable {
    /// Above the horizon, degrees, -90 to 90.
    public let elevationDegrees: Double
    /// From north over east, degrees, 0 to 360.
    public let azimuthDegrees: Double

    /// - Parameters:
    ///   - epochSeconds: UTC, seconds since 1970.
    ///   - latitude: degrees north.
    ///   - longitude: degrees east.
    public init(epochSeconds: Double, latitude: Double, longitude: Double) {
        let radians = Double.pi / 180
        let days = epochSeconds / 86400 + 2440587.5 - 2451545.0

        let meanLongitude = 280.460 + 0.9856474 * days
        let meanAnomaly = (357.528 + 0.9856003 * days) * radians
        let eclipticLongitude = (meanLongitude + 1.915 * sin(meanAnomaly) + 0.020 * sin(2 * meanAnomaly)) * radians
        let obliquity = (23.439 - 0.0000004 * days) * radians
        let rightAscension = atan2(cos(obliquity) * sin(eclipticLongitude), cos(eclipticLongitude))
        let declination = asin(sin(obliquity) * sin(eclipticLongitude))

        let siderealDegrees = (18.697374558 + 24.06570982441908 * days) * 15
        let hourAngle = (siderealDegrees + longitude) * radians - rightAscension
        let phi = latitude * radians

        let sine = sin(phi) * sin(declination) + cos(phi) * cos(declination) * cos(hourAngle)
        elevationDegrees = asin(max(-1, min(1, sine))) / radians
        let azimuth =
            atan2(
                -cos(declination) * sin(hourAngle),
                sin(declination) * cos(phi) - cos(declination) * sin(phi) * cos(hourAngle)
            ) / radians
        azimuthDegrees = azimuth < 0 ? azimuth + 360 : azimuth
    }
}
