// Keeps a page up: the parts marked data-live are fetched anew from the same address when there is something new and when a minute has
// passed. Without the stream of news it is fetched each minute all the same; whatever breaks is tried again.
const minute = 60000, patience = 20000;
const placesOfCharts = "[data-chart],[data-readings]";
const state = document.getElementById("live");
let mark = document.body.dataset.mark;
const refused = "[data-refused]";
let fetched = Date.now(), failedSince = document.querySelector(refused) && new Date(), isFetching = false, isWanted = false;
let source = null, isOpen = false, heard = 0, pause = 2000, nextTry = 0;

function show() {
  const time = failedSince?.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const words = failedSince ? `No answer since ${time}, trying again` : isOpen ? "Live" : "Fetched each minute";
  state.dataset.state = failedSince ? "bad" : isOpen ? "on" : "off";
  // Screen readers read out what changes.
  const place = state.querySelector(".words");
  if (place.textContent !== words) place.textContent = words;
}

// Puts a part of a new page in the place of the old one; who reads it stays where they are.
function replace(part, other) {
  const reachable = "a[href],button,summary,[tabindex]", scrolling = ".scroll,.plan";
  const focus = [...part.querySelectorAll(reachable)].indexOf(document.activeElement);
  const open = [...part.querySelectorAll("details")].map((one) => one.open);
  const scroll = [...part.querySelectorAll(scrolling)].map((one) => [one.scrollLeft, one.scrollTop]);
  part.replaceWith(other);
  other.querySelectorAll("details").forEach((one, i) => { one.open = open[i] || false; });
  other.querySelectorAll(scrolling).forEach((one, i) => { if (scroll[i]) [one.scrollLeft, one.scrollTop] = scroll[i]; });
  if (focus >= 0) other.querySelectorAll(reachable)[focus]?.focus({ preventScroll: true });
}

function renew(fresh) {
  const notice = '[data-live="notice"]';
  const places = document.querySelectorAll(placesOfCharts), others = fresh.querySelectorAll(placesOfCharts);
  // A page that could not be told at first has nothing to put it into; nor has one that told something else.
  if (document.querySelector(refused) || places.length !== others.length || document.querySelector(notice) && !fresh.querySelector(notice)) { location.reload(); return; }
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (other && other.innerHTML !== part.innerHTML) replace(part, document.adoptNode(other));
  }
  // Which day a chart is of.
  others.forEach((other, i) => Object.assign(places[i].dataset, { ...other.dataset }));
  document.dispatchEvent(new CustomEvent("heliograph:new"));
}

async function refresh() {
  // What nobody sees can wait until it is looked at.
  if (isFetching || document.hidden) { isWanted = true; return; }
  isFetching = true;
  isWanted = false;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store", signal: AbortSignal.timeout(patience) });
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    // What could not be told, once the page had begun.
    if (fresh.querySelector(refused)) throw new Error("refused");
    renew(fresh);
    mark = fresh.body.dataset.mark || mark;
    failedSince = null;
  } catch { failedSince ??= new Date(); }
  fetched = Date.now();
  isFetching = false;
  show();
  if (isWanted && !failedSince) refresh();
}

function listen() {
  source?.close();
  source = new EventSource("/api/v1/live");
  heard = Date.now();
  source.addEventListener("open", () => { isOpen = true; pause = 2000; show(); });
  source.addEventListener("error", () => {
    isOpen = false;
    // After an answer that is no stream, the browser does not try again by itself.
    nextTry = Date.now() + pause;
    pause = Math.min(minute, pause * 2);
    show();
  });
  source.addEventListener("archive", (event) => {
    heard = Date.now();
    const news = JSON.parse(event.data);
    if (`${news.seq}.${news.alertChange}.${news.state}.${news.minute}` !== mark) refresh();
  });
}

function look() {
  const now = Date.now();
  // A minute brings news at least; a stream without any is dead, as after a night's sleep of the computer.
  if (isOpen && now - heard > 2 * minute) { isOpen = false; listen(); }
  if (source.readyState === EventSource.CLOSED && now >= nextTry) listen();
  if (now - fetched > (failedSince ? minute / 6 : isOpen ? 2 * minute : minute)) refresh();
}

function begin() {
  listen();
  show();
  setInterval(look, 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && (isWanted || Date.now() - fetched > minute)) refresh(); });
  // A stream that nobody sees any more would keep one of few places.
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

// Where the footer is missing, the page broke off on its way.
if (state) begin(); else setTimeout(() => location.reload(), minute / 6);
