/// Where a panel lies on the plan of the roof, and what its owner calls it.
public struct RoofTile: Equatable, Sendable {
    /// The panel, `serial.channel`.
    public var equipment: String
    /// nil for a panel without a name of its own.
    public var name: String?
    /// The upper left corner, hundredths of a panel's width, from the plan's own; y downwards.
    public var x: Int
    public var y: Int
    /// Whether the panel lies on its side.
    public var isLandscape: Bool

    public init(equipment: String, name: String? = nil, x: Int, y: Int, isLandscape: Bool = false) {
        (self.equipment, self.name, self.x, self.y, self.isLandscape) = (equipment, name, x, y, isLandscape)
    }
}
