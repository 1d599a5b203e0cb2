/// What the archive's format has for alerts: each from when it was raised until it ended, and the order in which that happened, for
/// those who pass it on. Unlike all else in the archive these can't be made again from the spool; a rebuild takes them over.
let schemaAlerts = """
    CREATE TABLE alert(
        id INTEGER PRIMARY KEY,
        rule TEXT NOT NULL,
        envoy TEXT NOT NULL, subject TEXT NOT NULL,  -- which Envoy, panel, event or disk; empty where it is about all
        detail TEXT NOT NULL,                        -- for a person, as it was when it was raised
        began INTEGER NOT NULL, ended INTEGER        -- seconds since 1970 UTC; null while it lasts
    ) STRICT;
    CREATE UNIQUE INDEX alert_open ON alert(rule, envoy, subject) WHERE ended IS NULL;

    CREATE TABLE alert_change(
        id INTEGER PRIMARY KEY,
        alert_id INTEGER NOT NULL REFERENCES alert(id),
        is_end INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE alert_cursor(
        name TEXT PRIMARY KEY,
        change INTEGER NOT NULL                      -- the last change that was passed on
    ) STRICT, WITHOUT ROWID;
    """
