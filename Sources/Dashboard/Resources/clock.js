// The Envoy's clock: charts show times as they are on its wall, wherever the browser is.
const formats = new Map();

function offsets(zone) {
  if (!formats.has(zone)) {
    let format;
    try {
      format = new Intl.DateTimeFormat("en-CA", {
        timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
      });
    } catch { format = undefined; }
    formats.set(zone, { format, known: new Map() });
  }
  return formats.get(zone);
}

// Seconds to add to an instant, in seconds since 1970 UTC, for local time. Zones change on quarters of an hour only.
export function offset(zone, timestamp) {
  const { format, known } = offsets(zone || "UTC");
  if (!format) return 0;
  const quarter = Math.floor(timestamp / 900);
  if (!known.has(quarter)) {
    const parts = {};
    for (const part of format.formatToParts(new Date(quarter * 900000))) parts[part.type] = Number(part.value);
    const local = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second) / 1000;
    known.set(quarter, local - quarter * 900);
  }
  return known.get(quarter);
}

// A date whose UTC fields are the wall's.
export function wall(zone, timestamp) { return new Date((timestamp + offset(zone, timestamp)) * 1000); }

// The date at the beginning of a day written as 2026-06-21, by UTC fields.
export function dayDate(day) { return new Date(day + "T00:00:00Z"); }

export function addDays(day, count) { return new Date(dayDate(day).getTime() + count * 86400000).toISOString().slice(0, 10); }
