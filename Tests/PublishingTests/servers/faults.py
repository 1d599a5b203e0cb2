"""What goes wrong at another side, as the file `mode` in the folder says: `ok`, `refuse`, `full`, `hang-up`, `slow`, `bad TEXT`."""
import os
import time


def mode(folder):
    try:
        with open(os.path.join(folder, "mode")) as file:
            return file.read().strip() or "ok"
    except FileNotFoundError:
        return "ok"


def http_answer(folder, body):
    """The status to answer with instead of doing what was asked, 0 to hang up, None where all is well."""
    now = mode(folder)
    if now == "slow":
        time.sleep(0.1)
    if now.startswith("bad ") and now[4:].encode() in body:
        return 400
    return {"refuse": 503, "full": 507, "hang-up": 0}.get(now)
