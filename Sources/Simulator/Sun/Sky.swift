import Foundation

/// The light on a tilted roof and the air around it, during one minute.
public struct Sky: Sendable, Equatable {
    /// Of the sun, degrees above the horizon, -90 to 90.
    public let elevationDegrees: Double
    /// On the plane of the panels, clouds taken off, W/m², 0 to about 1,200.
    public let irradiance: Double
    /// Of the air, °C.
    public let ambientCelsius: Double

    /// Clear-sky irradiance on level ground, W/m²; 0 by night.
    ///
    /// Haurwitz (1945, *J. Meteorology* 2, 154): `1098 · sin h · exp(−0.059 / sin h)`, the form that pvlib uses.
    public static func clearSkyIrradiance(elevationDegrees: Double) -> Double {
        let sine = sin(elevationDegrees * .pi / 180)
        return sine > 0 ? 1098 * sine * exp(-0.059 / sine) : 0
    }

    /// Clear-sky irradiance on a tilted plane, W/m²: 85 % of the level ground's light as a beam from the sun, 15 %
    /// evenly from the sky. The split is a plain assumption for clear air.
    static func clearSkyIrradiance(sun: SunPosition, tiltDegrees: Double, azimuthDegrees: Double) -> Double {
        let radians = Double.pi / 180
        let level = clearSkyIrradiance(elevationDegrees: sun.elevationDegrees)
        guard level > 0 else { return 0 }

        let elevation = sun.elevationDegrees * radians
        let tilt = tiltDegrees * radians
        let facing = (sun.azimuthDegrees - azimuthDegrees) * radians
        let incidence = max(0, sin(elevation) * cos(tilt) + cos(elevation) * sin(tilt) * cos(facing))
        return 0.85 * level / sin(elevation) * incidence + 0.15 * level * (1 + cos(tilt)) / 2
    }

    /// Air temperature, °C: colder towards the poles, seasons by hemisphere, warmest at three in the afternoon by the
    /// sun. Made up, plausible.
    static func ambientCelsius(epochSeconds: Double, place: Place) -> Double {
        let yearPhase = (epochSeconds / 86400 - 201) / 365.2425 * 2 * .pi
        let season = cos(yearPhase) * 0.22 * place.latitude
        let dayPhase = (epochSeconds / 3600 + place.longitude / 15 - 15) / 24 * 2 * .pi
        return 27 - 0.33 * abs(place.latitude) + season + 5 * cos(dayPhase)
    }
}
