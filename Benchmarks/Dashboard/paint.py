"""paint.py BASE PATH…: milliseconds until a browser shows something of each page, first and the median of four more, and until it shows the
largest piece of it, which is among what the page is about. The last line is of a text without style or script, for which nothing is asked:
what the browser itself takes here."""
import statistics, sys, time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "Tests/DashboardTests/browser"))
from browser import Browser

base, *paths = sys.argv[1:]
paths.append("/assets/LICENSES.txt")
paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
largest = """new Promise((tell) => new PerformanceObserver((list) => tell(list.getEntries().at(-1).startTime))
  .observe({ type: "largest-contentful-paint", buffered: true }))"""


def seconds(browser, path):
    page = browser.page()
    # A browser's new tab takes its time, which is not the page's.
    time.sleep(0.5)
    page.open(base + path, f"{paint} !== undefined && document.readyState === 'complete'")
    time.sleep(0.2)
    values = page.evaluate(paint), page.evaluate(largest)
    page.close()
    return values


with Browser() as browser:
    # A browser's own start is not the page's: for the first five or so, whichever they are, it takes half as long again.
    for _ in range(8):
        seconds(browser, paths[0])
    print("milliseconds to the first contentful paint in Chromium: first, then the median of 4 more; the same of the largest")
    # In rounds, so that what slows the machine for a while does not fall on one page alone.
    rounds = [[seconds(browser, path) for path in paths] for _ in range(5)]
    for path, (first, *others) in zip(paths, zip(*rounds)):
        medians = [statistics.median(values) for values in zip(*others)]
        print(f"{path:72}" + "".join(f"{early:8.1f} {late:8.1f}" for early, late in zip(first, medians)))
