// Lays the panels on the plan: by pointer, by touch, by keyboard.
const tools = document.getElementById("roof-tools");
const svg = document.querySelector("svg.roof");

if (tools && svg) {
  const name = document.getElementById("roof-name");
  const turn = document.getElementById("roof-turn");
  const save = document.getElementById("roof-save");
  const state = document.getElementById("roof-state");
  const grid = 10, furthest = 20000, unknown = "The names could not be read: load the page anew to save.";
  let chosen = null, dragged = null, isChanged = false, areNamesKnown = false;
  tools.hidden = false;

  // What is saved takes the place of all there was: nothing is, before the names are known.
  const saved = new Map();
  fetch(`/api/v1/roof?envoy=${encodeURIComponent(tools.dataset.envoy)}`).then((answer) => {
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }).then((roof) => {
    for (const tile of roof.tiles) if (tile.name && !saved.has(tile.device)) { saved.set(tile.device, tile.name); if (chosen?.dataset.device === tile.device) name.value = tile.name; }
    areNamesKnown = true;
    save.disabled = !isChanged;
  }).catch(() => { state.textContent = unknown; });

  const panels = () => [...svg.querySelectorAll("g[data-device]")];
  const bounded = (value) => Math.min(furthest, Math.max(0, Math.round(value / grid) * grid));

  function place(panel, x, y) {
    panel.dataset.x = bounded(x);
    panel.dataset.y = bounded(y);
    panel.setAttribute("transform", `translate(${panel.dataset.x} ${panel.dataset.y})`);
    changed();
  }

  function changed() {
    isChanged = true;
    save.disabled = !areNamesKnown;
    if (state.textContent !== unknown) state.textContent = "Not saved yet";
  }

  function choose(panel) {
    if (chosen === panel) return;
    chosen?.classList.remove("chosen");
    chosen = panel;
    panel.classList.add("chosen");
    name.disabled = turn.disabled = false;
    name.value = saved.get(panel.dataset.device) || "";
  }

  function rotate(panel) {
    const isLandscape = panel.dataset.landscape !== "true";
    panel.dataset.landscape = String(isLandscape);
    const width = isLandscape ? 160 : 100, height = isLandscape ? 100 : 160;
    const rect = panel.querySelector("rect");
    rect.setAttribute("width", width);
    rect.setAttribute("height", height);
    for (const text of panel.querySelectorAll("text")) {
      text.setAttribute("x", width / 2);
      text.setAttribute("y", height / 2 + (text.classList.contains("name") ? -18 : 6));
    }
    changed();
  }

  function point(event) { return new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse()); }

  for (const panel of panels()) {
    panel.addEventListener("focus", () => choose(panel));
    panel.addEventListener("click", () => choose(panel));
    panel.addEventListener("pointerdown", (event) => {
      // A finger that is put on a panel may want to scroll; the chosen one it moves.
      if (event.pointerType === "touch" && chosen !== panel) return;
      choose(panel);
      const at = point(event);
      dragged = { panel, dx: at.x - Number(panel.dataset.x), dy: at.y - Number(panel.dataset.y) };
      panel.setPointerCapture(event.pointerId);
    });
    // Styles can't keep a browser from scrolling here: it knows them of boxes alone.
    panel.addEventListener("touchmove", (event) => { if (dragged?.panel === panel) event.preventDefault(); }, { passive: false });
    panel.addEventListener("pointermove", (event) => {
      if (dragged?.panel !== panel) return;
      const at = point(event);
      place(panel, at.x - dragged.dx, at.y - dragged.dy);
    });
    for (const end of ["pointerup", "pointercancel"]) panel.addEventListener(end, () => { dragged = null; });
    panel.addEventListener("keydown", (event) => {
      const step = event.shiftKey ? 100 : grid;
      const x = Number(panel.dataset.x), y = Number(panel.dataset.y);
      const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
      if (moves[event.key]) place(panel, x + moves[event.key][0], y + moves[event.key][1]);
      else if (event.key === "r" || event.key === "R") rotate(panel);
      else if (event.key === "Enter" || event.key === " ") name.focus();
      else return;
      event.preventDefault();
    });
  }

  name.addEventListener("input", () => {
    if (!chosen) return;
    saved.set(chosen.dataset.device, name.value);
    if (name.value) chosen.querySelector(".name").textContent = name.value;
    changed();
  });
  name.addEventListener("keydown", (event) => { if (event.key === "Enter") chosen?.focus(); });
  turn.addEventListener("click", () => { if (chosen) rotate(chosen); });

  save.addEventListener("click", async () => {
    save.disabled = true;
    state.textContent = "Saving …";
    const tiles = panels().map((panel) => ({
      device: panel.dataset.device, name: saved.get(panel.dataset.device) || undefined, x: Number(panel.dataset.x), y: Number(panel.dataset.y),
      isLandscape: panel.dataset.landscape === "true",
    }));
    try {
      const answer = await fetch("/api/v1/roof", {
        method: "PUT", body: JSON.stringify({ envoy: tools.dataset.envoy, tiles }),
        headers: { "Content-Type": "application/json", "X-CSRF-Token": document.querySelector('meta[name="csrf-token"]').content },
      });
      if (!answer.ok) throw new Error((await answer.json()).error);
      state.textContent = "Saved";
    } catch (error) {
      save.disabled = false;
      state.textContent = `Not saved: ${error.message}`;
    }
  });
}
