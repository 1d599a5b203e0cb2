/// What an Envoy keeps until its cloud has taken it: the three kinds of rows share an id and an end.
protocol BacklogRow: Sendable {
    /// Unique and increasing within its kind, from one Envoy.
    var id: Int { get }
}
