"""check_pages.py BASE PANEL CAPTURE FOLDER: loads every page as phones and desktops do, in both themes, and without scripts; leaves pictures."""
import sys
import axe_core_python
from pathlib import Path
from browser import Browser

base, panel, capture, folder = sys.argv[1:]
Path(folder).mkdir(parents=True, exist_ok=True)
axe = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text()
paths = ["/", "/history", "/history?view=day", "/history?view=week", "/history?view=year", "/history?view=all", "/panels", f"/panels/{panel}",
         "/roof", "/events", "/captures", f"/captures/{capture}"]
charts = "[...document.querySelectorAll('[data-chart],[data-key]')].every((one) => one.dataset.ready)"
# Scripts come after the first look; a page is judged with all that they do.
scripted = "(document.getElementById('live')?.dataset.state ?? 'on') === 'on' && !document.getElementById('roof-tools')?.hidden"
problems = []

with Browser() as browser:
    for dark in (False, True):
        for width in (390, 1280):
            for path in paths:
                name = f"{path} at {width} px, {'dark' if dark else 'light'}"
                page = browser.page(width, 900, dark)
                page.open(base + path, f"document.readyState === 'complete' && {charts} && {scripted}")
                over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                if over > 0:
                    problems.append(f"{name}: {over} px wider than the screen")
                # Each theme at one width: what the checker looks at does not depend on both.
                if (width == 390) == dark:
                    page.evaluate(axe + "; 0")
                    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then((r) => r.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 120) + ' ' + n.failureSummary).join(' | ')}`))")
                    problems += [f"{name}: {one}" for one in found]
                picture = path.strip("/").replace("/", "-").replace("?view=", "-").replace(panel, "one").replace(capture, "one") or "now"
                page.screenshot(f"{folder}/{picture}-{width}-{'dark' if dark else 'light'}.png")
                page.collect()
                problems += [f"{name}: {one}" for one in page.errors]
                problems += [f"{name}: asked for {one}" for one in page.requests if not one.startswith(base)]
                page.close()
    for path in paths:
        page = browser.page(390, 900, scripts=False)
        page.open(base + path)
        if "/history" in path or path in ("/", f"/panels/{panel}"):
            size = page.evaluate("(() => { const box = document.querySelector('svg.plot path.series, svg.plot path.bars').getBoundingClientRect(); return box.width * box.height; })()")
            if not size or size < 100:
                problems.append(f"{path} without scripts shows no plot")
        if not page.evaluate("document.querySelector('main').innerText.length > 40"):
            problems.append(f"{path} without scripts is empty")
        page.close()

print("\n".join(problems) or "all pages are well")
sys.exit(1 if problems else 0)
