/// A roof of panels at a place: power, energy and electrical values as functions of time.
///
/// Power is constant within a minute of UTC, so that energy over any span is an exact sum and spans add up.
public struct Roof: Sendable, Equatable {
    public let place: Place
    public let panels: [Panel]
    /// Slope of the panels, degrees from level.
    public let tiltDegrees: Double
    /// Where the panels look, degrees from north over east.
    public let azimuthDegrees: Double

    let noise: Noise
    let clouds: Clouds?

    /// - Parameters:
    ///   - panelCount: 0 to 1,000; what lies outside is clamped.
    ///   - tiltDegrees: slope, 30 by default.
    ///   - azimuthDegrees: by default towards the equator.
    ///   - cloudy: false for an eternally blue sky.
    public init(
        place: Place, panelCount: Int, seed: UInt64, tiltDegrees: Double = 30, azimuthDegrees: Double? = nil,
        cloudy: Bool = true
    ) {
        let noise = Noise(seed: seed)
        self.place = place
        self.tiltDegrees = tiltDegrees
        self.azimuthDegrees = azimuthDegrees ?? (place.latitude < 0 ? 0 : 180)
        self.noise = noise
        clouds = cloudy ? Clouds(seed: seed) : nil
        panels = (0..<max(0, min(1000, panelCount))).map { Panel(index: $0, noise: noise) }
    }

    /// The sky during the minute that holds the instant.
    public func sky(atEpochSeconds epochSeconds: Int) -> Sky {
        let middle = Double(Self.minute(epochSeconds) * 60 + 30)
        let sun = SunPosition(epochSeconds: middle, latitude: place.latitude, longitude: place.longitude)
        let clear = Sky.clearSkyIrradiance(sun: sun, tiltDegrees: tiltDegrees, azimuthDegrees: azimuthDegrees)
        let transmission = clear > 0 ? clouds?.transmission(atEpochSeconds: Int(middle)) ?? 1 : 1
        return Sky(
            elevationDegrees: sun.elevationDegrees, irradiance: clear * transmission,
            ambientCelsius: Sky.ambientCelsius(epochSeconds: middle, place: place)
        )
    }

    /// AC power of one panel, W, 0 to 225; 0 while its inverter sleeps, and for a panel that is not there.
    public func power(ofPanel index: Int, atEpochSeconds epochSeconds: Int) -> Double {
        power(ofPanel: index, atEpochSeconds: epochSeconds, under: sky(atEpochSeconds: epochSeconds))
    }

    /// AC power of the whole roof, W.
    public func power(atEpochSeconds epochSeconds: Int) -> Double {
        let sky = sky(atEpochSeconds: epochSeconds)
        return panels.indices.reduce(0) { $0 + power(ofPanel: $1, atEpochSeconds: epochSeconds, under: sky) }
    }

    /// Whether the inverter of a panel is awake under a sky.
    func isAwake(panel index: Int, under sky: Sky) -> Bool {
        panels.indices.contains(index) && sky.elevationDegrees > panels[index].wakeElevationDegrees
    }

    func power(ofPanel index: Int, atEpochSeconds epochSeconds: Int, under sky: Sky) -> Double {
        guard isAwake(panel: index, under: sky) else { return 0 }
        let flicker = 0.985 + 0.03 * noise.unit(1000 + index, Self.minute(epochSeconds))
        let dc = Inverter.panelWatts(irradiance: sky.irradiance, ambientCelsius: sky.ambientCelsius)
        return min(Inverter.maximumWatts, dc * panels[index].factor * flicker * Inverter.efficiency)
    }

    /// Minutes since 1970, rounded down, also before 1970.
    static func minute(_ epochSeconds: Int) -> Int {
        Int((Double(epochSeconds) / 60).rounded(.down))
    }
}
