// Keeps a page up: when the archive has something new, the parts marked data-live are fetched anew from the same address.
const state = document.getElementById("live");
let mark = document.body.dataset.mark;
let pending = false;

function show(isOn) {
  if (!state) return;
  state.dataset.state = isOn ? "on" : "off";
  state.querySelector(".words").textContent = isOn ? "Live" : "Not live";
}

async function refresh() {
  if (pending) return;
  pending = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const text = await answer.text();
    const fresh = new DOMParser().parseFromString(text, "text/html");
    if (answer.ok && document.querySelector('[data-live="notice"]')) { location.reload(); return; }
    for (const part of document.querySelectorAll("[data-live]")) {
      const other = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
      if (other && !part.contains(document.activeElement)) part.replaceWith(document.adoptNode(other));
    }
    document.dispatchEvent(new CustomEvent("heliograph:new"));
  } catch { show(false); } finally { pending = false; }
}

const source = new EventSource("/api/v1/live");
source.addEventListener("open", () => show(true));
source.addEventListener("error", () => show(false));
source.addEventListener("archive", (event) => {
  const { seq, alertChange } = JSON.parse(event.data);
  const next = `${seq}.${alertChange}`;
  if (next === mark) return;
  mark = next;
  refresh();
});
// A stream that nobody sees any more would keep one of few places.
addEventListener("pagehide", () => source.close());
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
