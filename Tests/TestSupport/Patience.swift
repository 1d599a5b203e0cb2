extension Duration {
    /// How long tests wait for what should come: long, as a machine may be slow. It is waited out only where something is wrong.
    public static let patience = Duration.seconds(150)
}
