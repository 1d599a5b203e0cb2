#!/usr/bin/env python3
"""Imports report XML into SQLite as simple importers do: parse all, a look-up and a commit for each row, default durability.

row_by_row.py FOLDER SECONDS: imports FOLDER/*.xml for about so many seconds; prints rows and seconds."""
import glob, os, sqlite3, sys, time, xml.etree.ElementTree as ET

folder, limit = sys.argv[1], float(sys.argv[2])
database = os.path.join(folder, "row-by-row.db")
if os.path.exists(database):
    os.unlink(database)
connection = sqlite3.connect(database)
connection.executescript("""
CREATE TABLE interval(envoy TEXT, id INTEGER, eqid TEXT, end_date INTEGER, duration INTEGER, measured INTEGER, joules INTEGER,
    PRIMARY KEY(envoy, eqid, end_date, duration));
CREATE TABLE reading(envoy TEXT, id INTEGER, eqid TEXT, date INTEGER, duration INTEGER, flags INTEGER, a INTEGER, b INTEGER,
    c INTEGER, d INTEGER, e INTEGER, f INTEGER, g INTEGER, h INTEGER, PRIMARY KEY(envoy, eqid, date, duration));
""")
start, rows = time.monotonic(), 0


def add(table, key_columns, key, values):
    global rows
    where = " AND ".join(column + "=?" for column in key_columns)
    if connection.execute(f"SELECT 1 FROM {table} WHERE {where}", key).fetchone() is None:
        connection.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(values))})", values)
        connection.commit()
    rows += 1
    return time.monotonic() - start < limit


def import_all():
    for name in sorted(glob.glob(os.path.join(folder, "*.xml"))):
        root = ET.parse(name).getroot()
        envoy = root.find("envoy").get("serial_num")
        for x in root.iter("interval"):
            end, duration = int(x.get("end_date")), int(x.get("interval_duration"))
            values = (envoy, int(x.get("id")), x.get("eqid"), end, duration, int(x.get("stat_duration")), int(x.get("stats")))
            if not add("interval", ("envoy", "eqid", "end_date", "duration"), (envoy, x.get("eqid"), end, duration), values):
                return
        for x in root.iter("reading"):
            date, duration = int(x.get("date")), int(x.get("duration"))
            values = (envoy, int(x.get("id")), x.get("eqid"), date, duration, int(x.get("flags")), *map(int, x.get("stats").split(",")))
            if not add("reading", ("envoy", "eqid", "date", "duration"), (envoy, x.get("eqid"), date, duration), values):
                return


import_all()
print(rows, time.monotonic() - start)
