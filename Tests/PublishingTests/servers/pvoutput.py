"""pvoutput.py PORT FOLDER: PVOutput's services addstatus, addbatchstatus and getsystem, as its documentation describes them.

`limit` in FOLDER holds how many requests are still allowed, `size` the most power that is believed, W, `reset` when the count begins
anew, `now` which time it is, `not-added` the times of which a batch adds no status, `09:00 09:05`. What it knows is in `statuses`: `system date time energy power voltage`; how often it was asked, in `requests`.
"""
import os
import sys
import time
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from faults import hold, http_answer

port, folder = int(sys.argv[1]), sys.argv[2]
known = {}


def number(name, otherwise):
    try:
        with open(os.path.join(folder, name)) as file:
            return int(file.read())
    except (FileNotFoundError, ValueError):
        return otherwise


def text(name):
    try:
        with open(os.path.join(folder, name)) as file:
            return file.read()
    except FileNotFoundError:
        return ""


def write(name, text):
    with open(os.path.join(folder, name + ".new"), "w") as file:
        file.write(text)
    os.rename(os.path.join(folder, name + ".new"), os.path.join(folder, name))


def load():
    try:
        with open(os.path.join(folder, "statuses")) as file:
            for line in file:
                system, date, at, *values = line.split(" ")
                known[system, date, at] = [value.strip() for value in values]
    except FileNotFoundError:
        pass


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.do_POST()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = http_answer(folder, body)
        if fault == 0:
            self.close_connection = True
            return
        if fault:
            return self.answer(fault, "as the test wishes")
        left = number("limit", 1_000_000)
        if number("reset", 0) and time.time() >= number("reset", 0):
            left = 60
            write("reset", "0")
        write("requests", str(number("requests", 0) + 1))
        if left <= 0:
            return self.answer(403, "Forbidden 403: Exceeded 60 requests per hour", 0)
        write("limit", str(left - 1))
        if self.headers.get("X-Pvoutput-Apikey") != "key-of-the-test":
            return self.answer(401, "Unauthorized 401: Invalid API Key", left - 1)
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        system = self.headers.get("X-Pvoutput-SystemId")
        if system not in ("111", "222"):
            return self.answer(401, "Unauthorized 401: Invalid System ID", left - 1)
        if self.path == "/service/r2/getsystem.jsp" and self.command == "GET":
            return self.answer(200, "Roof,4000,1234,20,200,Panel,1,4000,Inverter,S,30.0,No,20120222,48.0,7.8,5;;0", left - 1)
        if self.command != "POST":
            return self.answer(405, "Method not allowed 405", left - 1)
        if self.path == "/service/r2/addstatus.jsp":
            rows = [[form.get("d", ""), form.get("t", ""), form.get("v1", ""), form.get("v2", ""), form.get("v6", "")]]
        elif self.path == "/service/r2/addbatchstatus.jsp":
            parts = [part.split(",") for part in form.get("data", "").split(";")]
            rows = [part[:4] + [part[7] if len(part) > 7 else ""] for part in parts]
        else:
            return self.answer(404, "Not Found 404", left - 1)
        if len(rows) > 30:
            return self.answer(400, "Bad request 400: Exceeded 30 statuses", left - 1)
        now = datetime.fromtimestamp(number("now", int(time.time())))
        for row in rows:
            try:
                at = datetime.strptime(row[0] + row[1], "%Y%m%d%H:%M")
                int(row[2]), int(row[3])
            except ValueError:
                return self.answer(400, "Bad request 400: Could not read a value", left - 1)
            if int(row[3]) > number("size", 1_000_000):
                return self.answer(400, "Bad request 400: Power value [%s] too high for system size" % row[3], left - 1)
            if at > now + timedelta(days=1) or at < now - timedelta(days=15):
                return self.answer(400, "Bad request 400: Invalid date [%s]" % row[0], left - 1)
        is_batch = self.path.endswith("addbatchstatus.jsp")
        refused = text("not-added").split() if is_batch else []
        for date, at, *values in rows:
            if at in refused:
                continue
            known[system, date, at] = values
        write("statuses", "".join(" ".join([*key, *(value or "-" for value in values)]) + "\n" for key, values in sorted(known.items())))
        if not is_batch:
            return self.answer(200, "OK 200: Added Status", left - 1)
        self.answer(200, ";".join(f"{row[0]},{row[1]},{0 if row[1] in refused else 1}" for row in rows), left - 1)

    def answer(self, status, text, left=None):
        hold(folder, "mute")
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        if left is not None and self.headers.get("X-Rate-Limit") == "1":
            self.send_header("X-Rate-Limit-Remaining", str(left))
            self.send_header("X-Rate-Limit-Limit", "60")
            self.send_header("X-Rate-Limit-Reset", str(number("reset", 0) or int(time.time()) + 3600))
        self.end_headers()
        self.wfile.write(text.encode())


load()
# Who is asked one thing at a time needs no threads.
ThreadingHTTPServer(("127.0.0.1", port), Service).serve_forever()
