"""A capture script for mitmproxy: writes the request, its XML and the reply of each report to the folder CAPTURES."""

import itertools
import os
import time
import urllib.parse
import zlib

FOLDER = os.environ["CAPTURES"]


def write(name, head, headers, body):
    with open(os.path.join(FOLDER, name), "wb") as file:
        file.write(head.encode() + b"\r\n" + bytes(headers) + b"\r\n" + body)


class Capture:
    def __init__(self):
        self.numbers = itertools.count()

    def request(self, flow):
        request = flow.request
        stem = time.strftime("%Y-%m-%dT%H:%M:%S") + f"-{next(self.numbers)}"
        flow.metadata["stem"] = stem
        write(stem + ".request", f"{request.method} {request.path} HTTP/1.1", request.headers, request.raw_content)
        form = dict(field.split("=", 1) for field in zlib.decompress(request.raw_content).decode().split("&"))
        with open(os.path.join(FOLDER, stem + ".xml"), "wb") as file:
            file.write(urllib.parse.unquote_to_bytes(form["body"]))

    def response(self, flow):
        reply = flow.response
        write(flow.metadata["stem"] + ".response", f"HTTP/1.1 {reply.status_code}", reply.headers, reply.raw_content)


addons = [Capture()]
