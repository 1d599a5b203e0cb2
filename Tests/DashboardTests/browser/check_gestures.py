"""check_gestures.py BASE: zooms, pans, lays panels, and waits for a report to show."""
import sys
from browser import Browser

base = sys.argv[1]


def middle(page, selector, index=0):
    return page.evaluate(f"(() => {{ const box = document.querySelectorAll({selector!r})[{index}].getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2, box.width]; }})()")


def span(page):
    return page.evaluate("(() => { const [from, to] = document.querySelector('[data-chart]').graph.xAxisRange(); return [from, to]; })()")


with Browser() as browser:
    page = browser.page(1280, 900)
    page.open(base + "/history?view=week&at=2026-06-21", "document.querySelector('[data-chart]')?.dataset.ready")
    whole = span(page)
    x, y, width = middle(page, "[data-chart]")
    page.drag(x, y, x + width / 4, y)
    page.wait("document.querySelector('[data-chart]').dataset.zoomed === 'true'", "the drag to zoom")
    near = span(page)
    assert near[1] - near[0] < (whole[1] - whole[0]) * 0.6, (whole, near)
    page.evaluate("document.querySelector('.chart-tools button[aria-label=Earlier]').click()")
    moved = span(page)
    assert moved[0] < near[0] and abs((moved[1] - moved[0]) - (near[1] - near[0])) < 1000, (near, moved)
    page.evaluate("[...document.querySelectorAll('.chart-tools button')].at(-1).click()")
    assert abs(span(page)[0] - whole[0]) < 1000
    page.collect()
    assert not page.errors, page.errors
    page.close()

    page = browser.page(1280, 900)
    page.open(base + "/roof", "!document.getElementById('roof-tools').hidden")
    before = page.evaluate("document.querySelector('g[data-device]').dataset.x")
    x, y, _ = middle(page, "g[data-device] rect")
    page.drag(x, y, x + 150, y + 60)
    after = page.evaluate("document.querySelector('g[data-device]').dataset.x")
    assert int(after) > int(before) + 50, (before, after)
    page.evaluate("(() => { const name = document.getElementById('roof-name'); name.value = 'Chimney'; name.dispatchEvent(new Event('input')); })()")
    page.evaluate("document.querySelectorAll('g[data-device]')[1].focus()")
    left = page.evaluate("document.querySelectorAll('g[data-device]')[1].dataset.x")
    page.key("ArrowRight")
    page.key("r")
    assert int(page.evaluate("document.querySelectorAll('g[data-device]')[1].dataset.x")) == int(left) + 10
    page.evaluate("document.getElementById('roof-save').click()")
    page.wait("document.getElementById('roof-state').textContent === 'Saved'", "the roof to be saved")
    page.open(base + "/roof", "!document.getElementById('roof-tools').hidden && document.readyState === 'complete'")
    assert page.evaluate("document.querySelector('g[data-device]').dataset.x") == after
    assert page.evaluate("document.querySelector('g[data-device] .name').textContent") == "Chimney"
    page.collect()
    assert not page.errors, page.errors
    page.close()

    # Names that are not known would be lost by saving.
    page = browser.page(1280, 900)
    page.send("Network.setBlockedURLs", {"urls": ["*/api/v1/roof*"]})
    page.open(base + "/roof", "document.getElementById('roof-state')?.textContent.startsWith('The names could not be read')")
    page.evaluate("document.querySelectorAll('g[data-device]')[1].focus()")
    page.key("ArrowRight")
    page.wait("document.querySelectorAll('g[data-device]')[1].classList.contains('chosen')", "a panel to be chosen")
    assert page.evaluate("document.getElementById('roof-save').disabled")
    page.close()

    # With a finger: an unchosen panel lets the page scroll, a chosen one moves.
    page = browser.page(390, 500)
    page.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    page.open(base + "/roof", "!document.getElementById('roof-tools').hidden && document.readyState === 'complete'")
    place = "(({ x, y }) => `${x} ${y}`)(document.querySelectorAll('g[data-device]')[2].dataset)"
    was = page.evaluate(place)
    x, y, _ = middle(page, "g[data-device] rect", 2)
    page.touch((x, y), *((x, y - 20 * step) for step in range(1, 8)))
    page.wait("scrollY > 50", "a finger to scroll the page")
    # A tap while the page still glides would only stop it.
    page.evaluate("new Promise((done) => { let last = scrollY, same = 0; const look = () => { same = scrollY === last ? same + 1 : 0; last = scrollY; if (same > 9) done(); else requestAnimationFrame(look); }; look(); })")
    assert page.evaluate(place) == was
    x, y, _ = middle(page, "g[data-device] rect", 2)
    page.touch((x, y))
    page.wait("document.querySelectorAll('g[data-device]')[2].classList.contains('chosen')", "a tap to choose")
    scrolled, left = page.evaluate("scrollY"), page.evaluate("Number(document.querySelectorAll('g[data-device]')[2].dataset.x)")
    page.touch((x, y), *((x + 12 * step, y) for step in range(1, 6)))
    # All the way, not only until the browser takes the finger for scrolling.
    way = 60 / page.evaluate("document.querySelector('svg.roof').getScreenCTM().a")
    page.wait(f"Math.abs(document.querySelectorAll('g[data-device]')[2].dataset.x - {left + way}) <= 10", "the chosen panel to follow the finger")
    assert page.evaluate("scrollY") == scrolled
    page.collect()
    assert not page.errors, page.errors
    page.close()

    page = browser.page(1280, 900)
    page.open(base + "/", "document.getElementById('live').dataset.state === 'on'")
    was = page.evaluate("document.getElementById('power').textContent")
    print("waiting for a report", flush=True)
    page.wait("document.getElementById('power').textContent === '494 W'", f"the power to change from {was}")
    page.collect()
    assert not page.errors, page.errors
print("done")
