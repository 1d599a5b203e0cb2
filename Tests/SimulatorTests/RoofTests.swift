import Simulator
import Testing

@Suite("A roof under the sun")
struct RoofTests {
    /// Noon UTC of the northern summer solstice of 2015.
    private let solsticeNoon = 1_434_888_000

    @Test("The sun stands where NREL's published example of its solar position algorithm says")
    func nrelExample() {
        // Reda, Andreas: Solar Position Algorithm for Solar Radiation Applications, NREL/TP-560-34302, table A5.1:
        // 2003-10-17 12:30:30 UTC-7, 39.742476 N, 105.1786 W: zenith 50.11162°, azimuth 194.34024°.
        let sun = SunPosition(epochSeconds: 1_066_419_030, latitude: 39.742476, longitude: -105.1786)
        #expect(abs(sun.elevationDegrees - (90 - 50.11162)) < 0.05)
        #expect(abs(sun.azimuthDegrees - 194.34024) < 0.05)
    }

    @Test("At the equinox the sun passes overhead on the equator, and stands on the horizon at six")
    func equinox() {
        // 2015-03-20, equinox at 22:45 UTC; the sun is 7 min 30 s late by the clock.
        let noon = 1_426_852_800 + 450.0
        #expect(SunPosition(epochSeconds: noon, latitude: 0, longitude: 0).elevationDegrees > 89.5)
        #expect(abs(SunPosition(epochSeconds: noon - 21600, latitude: 0, longitude: 0).elevationDegrees) < 0.3)
    }

    @Test("At the solstice the noon sun stands at 90° minus latitude plus the tilt of the Earth", arguments: [30.0, 47.99, 66, -20])
    func solstice(latitude: Double) {
        // The sun is 1 min 50 s late by the clock.
        let sun = SunPosition(epochSeconds: Double(solsticeNoon) + 110, latitude: latitude, longitude: 0)
        #expect(abs(sun.elevationDegrees - (90 - abs(latitude - 23.44))) < 0.05)
    }

    @Test("Clear-sky light follows Haurwitz: 1035 W/m² overhead, nothing below the horizon")
    func haurwitz() {
        #expect(abs(Sky.clearSkyIrradiance(elevationDegrees: 90) - 1035.1) < 0.1)
        #expect(abs(Sky.clearSkyIrradiance(elevationDegrees: 30) - 487.9) < 0.1)
        #expect(Sky.clearSkyIrradiance(elevationDegrees: 0) == 0)
        #expect(Sky.clearSkyIrradiance(elevationDegrees: -10) == 0)
    }

    @Test("Under a blue sky noon yields more than the morning, and the night nothing")
    func noonMorningNight() {
        let roof = Roof(place: .freiburg, panelCount: 12, seed: 1, cloudy: false)
        let noon = roof.power(atEpochSeconds: solsticeNoon - 1900)
        let morning = roof.power(atEpochSeconds: solsticeNoon - 6 * 3600)
        #expect(noon > 12 * 150 && noon <= 12 * Inverter.maximumWatts)
        #expect(morning > 0 && morning < noon / 2)
        #expect(roof.power(atEpochSeconds: solsticeNoon + 12 * 3600) == 0)
    }

    @Test("Clouds take light away and never add any; some days are duller than others")
    func clouds() {
        let blue = Roof(place: .freiburg, panelCount: 1, seed: 7, cloudy: false)
        let cloudy = Roof(place: .freiburg, panelCount: 1, seed: 7)
        let shares = (0..<12).map { day in
            let dawn = solsticeNoon - 43200 + day * 86400
            return cloudy.energy(ofPanel: 0, from: dawn, to: dawn + 86400)
                / blue.energy(ofPanel: 0, from: dawn, to: dawn + 86400)
        }
        #expect(shares.allSatisfy { $0 > 0.1 && $0 <= 1 })
        #expect((shares.max() ?? 0) - (shares.min() ?? 0) > 0.3)
    }

    @Test("The same seed gives the same roof and the same power; another seed gives others")
    func determinism() {
        let one = Roof(place: .freiburg, panelCount: 20, seed: 3)
        let same = Roof(place: .freiburg, panelCount: 20, seed: 3)
        let other = Roof(place: .freiburg, panelCount: 20, seed: 4)
        #expect(one == same)
        #expect(one.panels != other.panels)
        #expect(one.power(atEpochSeconds: solsticeNoon) == same.power(atEpochSeconds: solsticeNoon))
        #expect(one.power(atEpochSeconds: solsticeNoon) != other.power(atEpochSeconds: solsticeNoon))
    }

    @Test("Serials have 12 digits and are all different")
    func serials() {
        let serials = Roof(place: .freiburg, panelCount: 1000, seed: 5).panels.map(\.serial)
        #expect(Set(serials).count == 1000)
        #expect(serials.allSatisfy { $0.count == 12 && $0.allSatisfy(\.isNumber) })
    }

    @Test("Energy is power times time, and the energies of parts add up to that of the whole")
    func energy() {
        let roof = Roof(place: .freiburg, panelCount: 2, seed: 6)
        let start = solsticeNoon + 17
        let perSecond = (0..<1000).reduce(0.0) { $0 + roof.power(ofPanel: 1, atEpochSeconds: start + $1) }
        let whole = roof.energy(ofPanel: 1, from: start, to: start + 1000)
        let parts = roof.energy(ofPanel: 1, from: start, to: start + 333) + roof.energy(ofPanel: 1, from: start + 333, to: start + 1000)
        #expect(abs(whole - perSecond) < 0.001)
        #expect(abs(whole - parts) < 0.001)
        #expect(whole > 0)
    }

    @Test("The southern summer is in December")
    func hemispheres() {
        let south = Place(latitude: -33.9, longitude: 18.4, timezone: "Africa/Johannesburg")
        let roof = Roof(place: south, panelCount: 1, seed: 1, cloudy: false)
        let june = solsticeNoon - 43200
        let december = june + 183 * 86400
        #expect(roof.energy(ofPanel: 0, from: december, to: december + 86400) > roof.energy(ofPanel: 0, from: june, to: june + 86400))
    }
}
