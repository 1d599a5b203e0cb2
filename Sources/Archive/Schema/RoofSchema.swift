/// The roof's layout as its owner drew it, a migration of its own: the one thing in the archive that no Envoy told.
///
/// Keyed by serial numbers as on the wire, so that it outlasts an archive made anew. `x` and `y` are the tile's upper left
/// corner in hundredths of a panel's width, from the plan's own, y downwards; `landscape` is 1 for a panel that lies on its side.
let roofSchema = """
    CREATE TABLE tile(
        envoy TEXT NOT NULL, equipment TEXT NOT NULL,
        name TEXT,
        x INTEGER NOT NULL, y INTEGER NOT NULL,
        landscape INTEGER NOT NULL,
        PRIMARY KEY(envoy, equipment)
    ) STRICT, WITHOUT ROWID;
    """
