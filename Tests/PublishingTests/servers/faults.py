"""What goes wrong at another side, as the file `mode` in the folder says: `ok`, `refuse`, `full`, `hang-up`, `slow`, `bad TEXT`,
`plain` (a web server takes no compressed body), `untyped` (it takes no body at all for what it is), `later SECONDS` (it asks for
patience), `hang` (it takes nothing and says nothing), `mute` (it does what is asked and says nothing)."""
import os
import time


def mode(folder):
    try:
        with open(os.path.join(folder, "mode")) as file:
            return file.read().strip() or "ok"
    except FileNotFoundError:
        return "ok"


def hold(folder, silence):
    """Returns when the fault of this name is over."""
    while mode(folder) == silence:
        time.sleep(0.02)


def http_answer(folder, body):
    """The status to answer with instead of doing what was asked, 0 to hang up, None where all is well."""
    now = mode(folder)
    if now == "slow":
        time.sleep(0.1)
    if now == "hang":
        hold(folder, now)
        return 0
    if now.startswith("bad ") and now[4:].encode() in body:
        return 400
    if now.startswith("later "):
        return 429
    return {"refuse": 503, "full": 507, "untyped": 415, "hang-up": 0}.get(now)
