/// The archive's format, version 1. An SQLite database whose application id is `Schema.applicationID`.
///
/// Times are seconds since 1970 UTC; units stand in the names: `mv` millivolts, `mhz` millihertz, `ma` milliamperes,
/// `s` seconds. Section numbers are those of the protocol notes.
///
/// Rows are identified as §4 says; the unique constraints hold it. Intervals, readings and events share one sequence
/// of numbers, `seq`, in the order of their arrival: it is the key of their tables, so a new row goes to the end of the
/// file, and it is what publishers' cursors count in. The unique indexes begin with the time, as rows mostly arrive in
/// its order: the index grows at its end too, its pages stay full, and it serves exports in time order.
///
/// `envoy_hour`, `envoy_day` and `device_day` hold sums over `interval`, kept as rows arrive. A day is a count of days
/// since 1970-01-01 in the time zone of the Envoy, an hour the instant when it began by the Envoy's clock.
let schemaVersion1 = """
    CREATE TABLE envoy(
        id INTEGER PRIMARY KEY,
        serial TEXT NOT NULL UNIQUE,
        described INTEGER,                      -- the newest report that described it, and what that one said
        address TEXT, mac_address TEXT, part_number TEXT, software_version TEXT,
        latitude REAL, longitude REAL, region TEXT,
        zone_described INTEGER, time_zone TEXT, -- the newest report that named a time zone, and the zone
        last_report INTEGER,                    -- the newest report, by its own time
        interval_count INTEGER NOT NULL DEFAULT 0,
        reading_count INTEGER NOT NULL DEFAULT 0,
        event_count INTEGER NOT NULL DEFAULT 0
    ) STRICT;

    CREATE TABLE device(                        -- whatever rows are about: inverters, their channels, the Envoy itself
        id INTEGER PRIMARY KEY,
        envoy_id INTEGER NOT NULL REFERENCES envoy(id),
        equipment TEXT NOT NULL,                -- as on the wire: serial, or serial.channel
        serial TEXT NOT NULL, channel INTEGER,  -- its parts
        described INTEGER,                      -- the newest report that described it, and what that one said
        type INTEGER, part_number TEXT, admin_state INTEGER, image_bits INTEGER,
        condition_flags INTEGER, observed_flags INTEGER, control_bits INTEGER,
        latest_reading INTEGER,                 -- seq of the reading with the newest time
        joules INTEGER NOT NULL DEFAULT 0,      -- the sum of its intervals
        UNIQUE(envoy_id, equipment)
    ) STRICT;
    CREATE INDEX device_by_serial ON device(envoy_id, serial);

    CREATE TABLE report(                        -- each arrival once
        id INTEGER PRIMARY KEY,
        envoy_id INTEGER NOT NULL REFERENCES envoy(id),
        source TEXT NOT NULL UNIQUE,            -- where it was read from
        timestamp INTEGER,                      -- by the Envoy's clock
        received INTEGER NOT NULL,              -- by ours
        webcomm_version TEXT,
        interval_count INTEGER NOT NULL, reading_count INTEGER NOT NULL, event_count INTEGER NOT NULL,
        first_seq INTEGER, last_seq INTEGER     -- the rows that were new; null if none
    ) STRICT;

    CREATE INDEX report_by_envoy ON report(envoy_id);

    CREATE TABLE interval(
        seq INTEGER PRIMARY KEY,
        end_timestamp INTEGER NOT NULL,
        device_id INTEGER NOT NULL REFERENCES device(id),
        duration_s INTEGER NOT NULL,
        measured_s INTEGER,
        joules INTEGER,
        wire_id INTEGER,
        other_stats TEXT,
        UNIQUE(end_timestamp, device_id, duration_s)
    ) STRICT;

    CREATE TABLE reading(
        seq INTEGER PRIMARY KEY,
        timestamp INTEGER NOT NULL,
        device_id INTEGER NOT NULL REFERENCES device(id),
        duration_s INTEGER NOT NULL,
        ac_mv INTEGER, ac_mhz INTEGER, dc_mv INTEGER, dc_ma INTEGER, celsius INTEGER,
        error_s INTEGER, error_cycles INTEGER,
        joules INTEGER,
        flags INTEGER,
        wire_id INTEGER,
        other_stats TEXT,
        UNIQUE(timestamp, device_id, duration_s)
    ) STRICT;

    CREATE TABLE event(
        seq INTEGER PRIMARY KEY,
        timestamp INTEGER NOT NULL,
        device_id INTEGER NOT NULL REFERENCES device(id),
        code INTEGER NOT NULL,
        state INTEGER,
        wire_id INTEGER NOT NULL,
        correlation_id INTEGER,
        serial TEXT,
        message_key TEXT,
        message_parameters TEXT
    ) STRICT;
    -- An event has no duration; what tells two of one second apart is all that it says (nulls count as equal).
    CREATE UNIQUE INDEX event_identity ON event(
        device_id, code, timestamp, ifnull(state, -1), ifnull(message_key, ''), ifnull(message_parameters, ''));
    CREATE INDEX event_by_time ON event(timestamp);
    CREATE INDEX event_by_id ON event(device_id, wire_id);
    CREATE INDEX event_by_correlation ON event(device_id, correlation_id);

    CREATE TABLE conflict(                      -- second arrivals that said something else; the first were kept
        id INTEGER PRIMARY KEY,
        seq INTEGER NOT NULL,                   -- the row that was kept
        report_source TEXT NOT NULL,            -- where the other came from first
        content TEXT NOT NULL,                  -- what the other said
        UNIQUE(seq, content)
    ) STRICT;

    CREATE TABLE finding(                       -- what the protocol notes do not foresee (§3), summed over reports
        envoy_id INTEGER NOT NULL REFERENCES envoy(id),
        kind TEXT NOT NULL, element TEXT NOT NULL, attribute TEXT NOT NULL,
        count INTEGER NOT NULL,
        first_report INTEGER NOT NULL REFERENCES report(id),
        last_report INTEGER NOT NULL REFERENCES report(id),
        PRIMARY KEY(envoy_id, kind, element, attribute)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE envoy_hour(
        envoy_id INTEGER NOT NULL REFERENCES envoy(id), start INTEGER NOT NULL, joules INTEGER NOT NULL,
        PRIMARY KEY(envoy_id, start)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE envoy_day(
        envoy_id INTEGER NOT NULL REFERENCES envoy(id), day INTEGER NOT NULL, joules INTEGER NOT NULL,
        PRIMARY KEY(envoy_id, day)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE device_day(
        device_id INTEGER NOT NULL REFERENCES device(id), day INTEGER NOT NULL, joules INTEGER NOT NULL,
        PRIMARY KEY(device_id, day)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE cursor(
        name TEXT PRIMARY KEY,
        seq INTEGER NOT NULL                    -- the last row that was passed on
    ) STRICT, WITHOUT ROWID;
    """
