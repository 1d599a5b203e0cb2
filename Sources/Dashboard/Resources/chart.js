// Turns the server's static plots into charts that zoom and pan, by dygraphs.
import { wall, dayDate, addDays } from "./clock.js";

const asset = (name) => new URL(name + new URL(import.meta.url).search, import.meta.url);
await Promise.all([["link", { rel: "stylesheet", href: asset("dygraph.css") }], ["script", { src: asset("dygraph.js") }]].map(
  ([name, facts]) => new Promise((loaded, failed) => {
    // Before the page's own style, which knows better.
    document.head.prepend(Object.assign(document.createElement(name), facts, { onload: loaded, onerror: failed }));
  })));

// The legend writes inline styles, which our content policy does not admit; the readout takes its place.
Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);

const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(name).trim();

async function ask(path, parameters) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value));
  const answer = await fetch(`/api/v1/${path}?${query}`);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

// Bars as wide as the space between neighbours; the first series stands behind the second.
function bars(event) {
  const { drawingContext: context, points, seriesIndex, dygraph } = event;
  const zero = dygraph.toDomYCoord(0);
  let room = Infinity;
  for (let i = 1; i < points.length; i++) room = Math.min(room, points[i].canvasx - points[i - 1].canvasx);
  if (!Number.isFinite(room)) room = 80;
  const width = Math.max(1, room * (seriesIndex === 0 ? 0.88 : 0.6));
  context.fillStyle = event.color;
  context.globalAlpha = seriesIndex === 0 ? 0.4 : 1;
  for (const point of points) {
    if (Number.isFinite(point.canvasy)) context.fillRect(point.canvasx - width / 2, point.canvasy, width, zero - point.canvasy);
  }
  context.globalAlpha = 1;
}

const number = (value, unit) => value === null || value === undefined || Number.isNaN(value) ? "–" : `${Number(value.toPrecision(4))} ${unit}`;

function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

// Shows rows of [date, before, now] in a place, and returns a function that shows others there.
function chart(place, rows, { labels, unit, isBars, when, tools = true, floor = 0, step = 0, onZoom, title }) {
  const summary = place.querySelector("svg")?.getAttribute("aria-label") || title;
  place.replaceChildren();
  const canvas = document.createElement("div");
  canvas.style.width = canvas.style.height = "100%";
  const readout = document.createElement("div");
  readout.className = "readout";
  place.append(canvas, readout);
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", summary);
  const shown = labels.length;
  // Half a bar of room at both ends, and around one that is alone.
  const times = rows.map((row) => row[0].getTime());
  const gap = Math.min(...times.slice(1).map((time, i) => time - times[i]));
  const room = isBars && rows.length > 1 ? Math.max(6, place.clientWidth / ((times.at(-1) - times[0]) / gap + 1) / 2) : 0;
  const alone = isBars && rows.length === 1 ? [-1, 1].map((side) => times[0] + side * step * 86400000) : null;
  // Bars of days have no hours below them, those of months no days.
  const isTick = (tick) => step <= 1 ? tick.v % 86400000 === 0 : new Date(tick.v).getUTCDate() === 1;
  const ticker = alone ? { ticker: () => [{ v: times[0], label: when(rows[0][0]) }] }
    : step ? { ticker: (...facts) => Dygraph.dateTicker(...facts).filter(isTick) } : {};
  const colours = shown === 1 ? [colour("--sun")] : [colour("--before"), colour("--sun")];
  const graph = new Dygraph(canvas, rows, {
    labels: ["t", ...labels], legend: "never", labelsUTC: true, colors: colours, strokeWidth: 2, connectSeparatedPoints: false,
    includeZero: floor === 0, fillGraph: !isBars && shown === 2, fillAlpha: 0.14,
    ...(shown === 2 && !isBars ? { series: { [labels[0]]: { strokeWidth: 1.25, strokePattern: [4, 3], fillGraph: false } } } : {}), gridLineColor: colour("--line"), axisLineColor: colour("--line"),
    ...(isBars ? { plotter: bars } : {}), animatedZooms: false, xRangePad: room, ...(alone ? { dateWindow: alone } : {}),
    axes: { y: { axisLabelWidth: 46, pixelsPerLabel: tools ? 30 : 22 }, x: ticker },
    highlightCircleSize: isBars ? 0 : 4, drawCallback: (drawn, isInitial) => {
      if (!isInitial) { place.dataset.zoomed = String(drawn.isZoomed("x")); place.dataset.range = drawn.xAxisRange().map(Math.round).join(","); onZoom?.(drawn); }
    },
    highlightCallback: (event, x, points) => {
      readout.textContent = `${when(new Date(x))}: ` + points.map((point) => shown === 1 ? number(point.yval, unit) : `${point.name} ${number(point.yval, unit)}`).reverse().join(", ");
    },
    unhighlightCallback: () => { readout.textContent = ""; },
  });
  place.dataset.ready = "true";
  place.graph = graph;
  if (tools) {
    const zoom = (factor, shift) => {
      const [from, to] = graph.xAxisRange();
      const middle = (from + to) / 2 + shift * (to - from), half = (to - from) / 2 * factor;
      graph.updateOptions({ dateWindow: [middle - half, middle + half] });
    };
    const bar = document.createElement("div");
    bar.className = "chart-tools";
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "Zoom and pan");
    bar.append(
      button("Zoom in", () => zoom(0.5, 0)), button("Zoom out", () => zoom(2, 0)), button("←", () => zoom(1, -0.25)),
      button("→", () => zoom(1, 0.25)), button("Whole", () => graph.resetZoom()));
    bar.children[2].setAttribute("aria-label", "Earlier");
    bar.children[3].setAttribute("aria-label", "Later");
    place.after(bar);
  }
  return (others) => graph.updateOptions({ file: others });
}

const clockTime = (date) => date.toISOString().slice(11, 16);
const dayTime = (date) => `${date.toISOString().slice(0, 10)} ${clockTime(date)}`;
const dayOnly = (date) => date.toISOString().slice(0, 10);

// Two rows of samples side by side: the earlier ones moved on by `shift` milliseconds.
function beside(now, before, shift) {
  const rows = new Map();
  for (const [date, value] of before) rows.set(date.getTime() + shift, [null, null, value]);
  for (const [date, value] of now) {
    const row = rows.get(date.getTime()) || [null, null, null];
    rows.set(date.getTime(), [null, value, row[2]]);
  }
  return [...rows.entries()].sort((a, b) => a[0] - b[0]).map(([time, row]) => [new Date(time), row[2], row[1]]);
}

async function dayRows(place) {
  const envoy = place.dataset.envoy;
  const day = place.dataset.at || (await ask("energy", { envoy })).to;
  const samples = (answer) => answer.timestamps.map((time, i) => [wall(answer.timeZone, time), answer.watts[i]]);
  const [now, before] = await Promise.all([
    ask("power", { envoy, from: day, to: day }), ask("power", { envoy, from: addDays(day, -1), to: addDays(day, -1) })]);
  const rows = beside(samples(now), samples(before), 86400000);
  const start = dayDate(day);
  return [[start, null, null], ...rows.filter((row) => row[0] > start), [new Date(start.getTime() + 86400000), null, null]];
}

const views = {
  week: { days: 7, by: "hour", unit: "Wh" }, month: { by: "day", unit: "kWh" }, year: { by: "month", unit: "kWh" }, all: { by: "month", unit: "kWh" },
};

function spanOf(view, at) {
  const first = dayDate(at);
  if (view === "week") return [at, addDays(at, 6)];
  if (view === "month") return [at, new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).toISOString().slice(0, 10)];
  if (view === "year") return [at, `${first.getUTCFullYear()}-12-31`];
  return [at, new Date().toISOString().slice(0, 10)];
}

async function energyRows(place, view) {
  const { by, unit } = views[view];
  const [from, to] = spanOf(view, place.dataset.at);
  const divisor = unit === "kWh" ? 1000 : 1;
  const zoneDate = (zone, period) => by === "hour" ? wall(zone, period.startTimestamp) : dayDate(period.day);
  const samples = (answer) => answer.periods.map((p) => [zoneDate(answer.timeZone, p), p.wattHours / divisor]);
  const envoy = place.dataset.envoy;
  const now = await ask("energy", { envoy, by, from, to });
  if (view === "all") return samples(now).map(([date, value]) => [date, null, value]);
  const firstBefore = view === "week" ? addDays(from, -7)
    : view === "month" ? new Date(Date.UTC(dayDate(from).getUTCFullYear(), dayDate(from).getUTCMonth() - 1, 1)).toISOString().slice(0, 10)
    : `${dayDate(from).getUTCFullYear() - 1}-01-01`;
  const before = await ask("energy", { envoy, by, from: firstBefore, to: addDays(from, -1) });
  // Months stand under months, and days under days of the same number.
  const moved = samples(before).map(([date, value]) => [
    view === "year" ? new Date(Date.UTC(dayDate(from).getUTCFullYear(), date.getUTCMonth(), 1))
      : new Date(date.getTime() + dayDate(from).getTime() - dayDate(firstBefore).getTime()), value]);
  // The whole span, also where nothing is known of its ends.
  const first = dayDate(from), last = by === "hour" ? new Date(dayDate(to).getTime() + 23 * 3600000)
    : by === "month" ? new Date(Date.UTC(first.getUTCFullYear(), 11, 1)) : dayDate(to);
  const ends = [first, last].map((date) => [date, null]);
  return beside([...ends, ...samples(now)], moved, 0);
}

async function panelRows(place) {
  const at = place.dataset.at;
  const answer = await ask(`devices/${place.dataset.device}/energy`, { envoy: place.dataset.envoy, by: "day", from: addDays(at, -29), to: at });
  return answer.periods.map((p) => [dayDate(p.day), p.medianWattHours, p.wattHours]);
}

const kinds = {
  day: { rows: dayRows, options: { labels: ["before", "this"], unit: "W", isBars: false, when: clockTime } },
  panel: { rows: panelRows, options: { labels: ["median", "panel"], unit: "Wh", isBars: true, step: 1, when: dayOnly } },
};
for (const view of Object.keys(views)) {
  kinds[view] = {
    rows: (place) => energyRows(place, view),
    options: { labels: ["before", "this"], unit: views[view].unit, isBars: true, step: { hour: 0, day: 1, month: 31 }[views[view].by], when: views[view].by === "hour" ? dayTime : views[view].by === "day" ? dayOnly : (date) => dayOnly(date).slice(0, 7) },
  };
}

// Draws what there is, now and whenever there is something new; what can't be had now has another chance then.
async function keep(place, draw) {
  const attempt = async () => { try { await draw(); delete place.dataset.failed; } catch { place.dataset.failed = "true"; } };
  document.addEventListener("heliograph:new", attempt);
  await attempt();
}

for (const place of document.querySelectorAll("[data-chart]")) {
  const kind = kinds[place.dataset.chart];
  let show;
  await keep(place, async () => {
    const rows = await kind.rows(place);
    // The server's plot stands until there is a value.
    if (show) show(rows);
    else if (rows.some((row) => row[1] !== null || row[2] !== null)) show = chart(place, rows, { ...kind.options, title: document.title });
  });
}

for (const group of document.querySelectorAll("[data-readings]")) {
  const rows = (answer, key) => answer.timestamps.map((time, i) => [wall(answer.timeZone, time), answer[key][i]]);
  let shown;
  await keep(group, async () => {
    const { readings, day, envoy } = group.dataset;
    const answer = await ask(`devices/${readings}/readings`, { envoy, from: day, to: day });
    if (shown) for (const show of shown) show(answer);
    else if (answer.timestamps.length > 0) shown = [...group.querySelectorAll("[data-key]")].map((place) => {
      const { key, unit } = place.dataset;
      const show = chart(place, rows(answer, key), {
        labels: [key], unit, isBars: false, when: clockTime, tools: false, floor: key === "watts" || key === "dcAmperes" ? 0 : null, title: key,
      });
      return (fresh) => show(rows(fresh, key));
    });
  });
}
