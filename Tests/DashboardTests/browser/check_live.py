"""check_live.py BASE CAPTURE: leaves pages open while hours pass, a capture comes, the stream of news is refused, and the
archive fails for a while."""
import sys, urllib.request
from browser import Browser

base, capture = sys.argv[1:]
live = "document.getElementById('live').dataset.state === 'on'"

with Browser() as browser:
    page = browser.page(1280, 900)
    page.open(base + "/", live)
    page.evaluate("document.querySelectorAll('a.tile')[2].focus()")
    focus = page.evaluate("document.activeElement.href")
    print("waiting for silence", flush=True)
    page.wait("document.getElementById('power').textContent === 'unknown'", "the power to be unknown")
    assert page.evaluate("document.activeElement.href") == focus
    print("waiting for midnight", flush=True)
    page.wait("document.querySelector('h1').textContent === 'Monday 22 June 2026'", "the next day")
    assert page.evaluate("document.querySelectorAll('.figure .value')[1].textContent") == "0 Wh"
    assert page.evaluate("document.getElementById('power').textContent") == "0 W"
    page.open(base + "/captures", live)
    print("waiting for a capture", flush=True)
    page.wait(f"document.querySelector('a[href=\"/captures/{capture}\"]') !== null", "the capture to be listed")
    page.collect()
    assert not page.errors, page.errors
    page.close()

    # Somebody else has the only place: the page says that it is not live, and is when the place is free.
    other = None
    while other is None:
        try:
            other = urllib.request.urlopen(base + "/api/v1/live", timeout=20)
        except urllib.error.HTTPError:
            pass  # The page that was closed is about to leave.
    other.readline()
    page = browser.page(1280, 900)
    page.open(base + "/", "document.querySelector('#live .words').textContent === 'Fetched each minute'")
    page.wait("performance.getEntriesByName(location.origin + '/api/v1/live').length > 0", "the stream to be refused")
    assert not page.evaluate(live)
    other.close()
    page.wait(live, "the page to try again")

    # A fresh page that breaks off takes nothing from the one that is shown.
    power = page.evaluate("document.getElementById('power').textContent")
    print("waiting for a failure", flush=True)
    page.wait("document.querySelector('#live .words').textContent.startsWith('No answer since')", "the failure to be told")
    assert page.evaluate("document.getElementById('power').textContent") == power
    refused = "document.querySelector('[data-refused]') !== null"
    other = browser.page(1280, 900)
    other.open(base + "/events", f"{refused} && document.querySelector('#live .words').textContent.startsWith('No answer since')")
    print("waiting for its end", flush=True)
    other.wait(f"!({refused}) && document.querySelector('h1').textContent === 'Events'", "the other page to be told after all")
    other.close()
    page.wait(live, "the page to be live again")
print("done")
