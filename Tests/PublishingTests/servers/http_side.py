"""http_side.py PORT FOLDER [TARGET]: an HTTP server with faults. It passes requests on to the port TARGET, or, without one, keeps
them as lines of JSON in `posts` in FOLDER and answers 204. Where FOLDER has `server.pem` and `server.key`, it speaks TLS."""
import gzip
import http.client
import json
import os
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from faults import hold, http_answer, mode

port, folder = int(sys.argv[1]), sys.argv[2]
target = int(sys.argv[3]) if len(sys.argv) > 3 else None
lock = threading.Lock()


class Side(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = gzip.decompress(raw) if self.headers.get("Content-Encoding") == "gzip" else raw
        with lock, open(os.path.join(folder, "times"), "a") as file:
            file.write(f"{time.time()}\n")
        fault = http_answer(folder, body)
        if mode(folder) == "plain" and "Content-Encoding" in self.headers:
            fault = 415
        if fault == 0:
            self.close_connection = True
            return
        if fault:
            return self.answer(fault, b"as the test wishes")
        if target is None:
            with lock, open(os.path.join(folder, "posts"), "a") as file:
                file.write(json.dumps({"path": self.path, "headers": dict(self.headers), "body": body.decode()}) + "\n")
            return self.answer(204, b"")
        other = http.client.HTTPConnection("127.0.0.1", target, timeout=10)
        try:
            other.request("POST", self.path, raw, dict(self.headers))
            reply = other.getresponse()
            self.answer(reply.status, reply.read())
        except OSError:
            self.answer(502, b"not there")

    def answer(self, status, body):
        hold(folder, "mute")
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", mode(folder).split()[-1])
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = ThreadingHTTPServer(("127.0.0.1", port), Side)
if os.path.exists(os.path.join(folder, "server.pem")):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(folder, "server.pem"), os.path.join(folder, "server.key"))
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()
