/// What a microinverter measures at an instant, in the units of the wire (protocol notes §3, `reading`).
public struct Inverter: Sendable, Equatable {
    /// AC voltage, mV.
    public let acMillivolts: Int
    /// Grid frequency, mHz.
    public let acMillihertz: Int
    /// Panel voltage, mV.
    public let dcMillivolts: Int
    /// Panel current, mA.
    public let dcMilliamps: Int
    /// Inside the inverter, whole °C.
    public let celsius: Int

    /// AC over DC power, 0 to 1. Weighted efficiency of the M215 as its data sheet has it.
    public static let efficiency = 0.96
    /// Peak AC power, W, as the M215's data sheet has it.
    public static let maximumWatts = 225.0

    /// DC power of a 240 W panel under light, W: linear in light, minus 0.45 % for each °C of the cells above 25.
    static func panelWatts(irradiance: Double, ambientCelsius: Double) -> Double {
        let cells = ambientCelsius + 0.03 * irradiance
        return max(0, 240 * irradiance / 1000 * (1 - 0.0045 * (cells - 25)))
    }

    /// - Parameters:
    ///   - watts: AC power now.
    ///   - grid: the grid's drift, 0 to 1, the same for all inverters of a roof.
    ///   - own: this inverter's scatter, 0 to 1.
    init(watts: Double, ambientCelsius: Double, nominalMillivolts: Double, nominalMillihertz: Double, grid: Double, own: Double) {
        let load = watts / Self.maximumWatts
        let cells = ambientCelsius + 22 * load
        let volts = 31.5 - 0.11 * (cells - 25) + 0.6 * (own - 0.5)
        acMillivolts = Int(nominalMillivolts * (1 + 0.02 * (grid - 0.5) + 0.012 * load + 0.006 * (own - 0.5)))
        acMillihertz = Int(nominalMillihertz + 80 * (grid - 0.5) + 14 * (own - 0.5))
        dcMillivolts = Int(volts * 1000)
        dcMilliamps = Int(watts / Self.efficiency / volts * 1000)
        celsius = Int((cells + 3 * own).rounded())
    }
}
