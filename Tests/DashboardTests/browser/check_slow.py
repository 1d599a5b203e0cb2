"""check_slow.py BASE: opens pages whose facts come seconds after their frame, so that a browser shows that alone for a while."""
import sys
from browser import Browser

base = sys.argv[1]
live = "document.getElementById('live')?.dataset.state === 'on'"

with Browser() as browser:
    # The second time its scripts are at hand.
    for path, condition in [("/captures", live), ("/captures", live), ("/", f"{live} && document.querySelector('[data-ready]') !== null")]:
        page = browser.page(1280, 900)
        page.open(base + path, "document.querySelector('header.top') !== null && document.getElementById('live') === null")
        page.wait("performance.getEntriesByName('first-contentful-paint').length > 0 && document.getElementById('live') === null",
                  f"the frame of {path} to be shown before its facts")
        page.wait(condition, f"the scripts of {path}")
        page.collect()
        assert not page.errors, (path, page.errors)
        page.close()
print("done")
