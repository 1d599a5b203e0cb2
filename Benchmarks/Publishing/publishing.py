"""publishing.py HELIOGRAPH [DAYS]: what publishing costs, with the program HELIOGRAPH and real servers on loopback.

First how fast the past goes to each target by `heliograph publish`, beside that target's own bulk tool with the same bytes, in the same
run; then what the running of all outputs and of the dashboard adds to the latency of capturing a report. DAYS of a simulated roof of
30 panels are published (10 if not told). Needs influxd, mosquitto with its clients, and curl.
"""
import base64, gzip, http.server, itertools, json, os, random, shutil, signal, socket, sqlite3, ssl, statistics, subprocess, sys, tempfile
import threading, time, urllib.request
from pathlib import Path

program = os.path.abspath(sys.argv[1])
days = int(sys.argv[2]) if len(sys.argv) > 2 else 10
live = 180  # reports of five minutes each, after the backlog: a day in summer
folder = Path(tempfile.mkdtemp(prefix="publishing-benchmark-"))
environment = {**os.environ, "HELIOGRAPH_ALLOW_ROOT": "yes"}
running = []


def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def start(*arguments, at=None, log="log"):
    running.append(subprocess.Popen([str(one) for one in arguments], stdout=open(folder / log, "ab"), stderr=subprocess.STDOUT, env=environment))
    end = time.time() + 30
    while at and time.time() < end:
        try:
            socket.create_connection(("127.0.0.1", at), 1).close()
            break
        except OSError:
            time.sleep(0.05)
    return running[-1]


def stop(process):
    process.terminate()
    process.wait(20)


def timed(*arguments, **more):
    begin = time.perf_counter()
    done = subprocess.run([str(one) for one in arguments], env=environment, capture_output=True, **more)
    if done.returncode != 0:
        sys.exit(f"{arguments}: {done.stderr.decode()[:500]}")
    return time.perf_counter() - begin, done.stdout.decode()


class Sink(http.server.BaseHTTPRequestHandler):
    """Takes what is posted, and keeps it while `kept` is a list."""
    protocol_version = "HTTP/1.1"
    kept = None

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if Sink.kept is not None:
            Sink.kept.append(body)
        self.send_response(204)
        self.end_headers()


def sink():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def influx():
    at, backup, place = port(), port(), folder / f"influx-{time.time_ns()}"
    place.mkdir()
    (place / "conf").write_text(
        f'reporting-disabled = true\nbind-address = "127.0.0.1:{backup}"\n[meta]\ndir = "{place}/meta"\n[data]\ndir = "{place}/data"\n'
        f'wal-dir = "{place}/wal"\n[http]\nbind-address = "127.0.0.1:{at}"\nlog-enabled = false\n[monitor]\nstore-enabled = false\n')
    process = start("influxd", "-config", place / "conf", at=at)
    create(at, "solar")
    return process, at


def create(at, name):
    timed("curl", "-s", f"http://127.0.0.1:{at}/query", "--data-urlencode", f"q=CREATE DATABASE {name}")


def broker():
    at = port()
    (folder / "mosquitto.conf").write_text(f"listener {at} 127.0.0.1\nallow_anonymous true\nuser {os.environ.get('USER', 'root')}\nmax_queued_messages 0\n")
    return start("mosquitto", "-c", folder / "mosquitto.conf", at=at), at


def house(name, panels, outage, reports, begin):
    """An archive and captures of a simulated roof, brought in by the proxy itself; so many reports, and those that the outage needs."""
    place = folder / name
    cloud, proxy = port(), port()
    servers = [start(program, "simulate", "cloud", "--listen", f"127.0.0.1:{cloud}", "--data", place / "cloud", at=cloud)]
    servers.append(start(program, "run", "--data", place, "--listen", f"127.0.0.1:{proxy}", "--dashboard-listen", "off",
                         "--upstream", f"https://127.0.0.1:{cloud}", "--upstream-ca", place / "cloud/ca.pem", at=proxy))
    rows = panels * 2 * 110 * int(outage[:-1] or 0)
    timed(program, "simulate", "envoy", "--to", f"https://127.0.0.1:{proxy}", "--panels", panels, "--outage", outage, "--speed", "max",
          "--start", begin, "--reports", rows // 1000 + reports)
    while list((place / "spool").glob("*.request")):
        time.sleep(0.2)
    for server in reversed(servers):
        stop(server)
    return place


def publish(place, settings, *arguments):
    file = folder / "settings.yaml"
    file.write_text(settings)
    seconds, text = timed(program, "publish", *arguments, "--config", file, "--archive", place / "archive.sqlite", "--json")
    return seconds, json.loads(text)


def line(name, count, seconds, peer="", theirs=None):
    ratio = f"{count / seconds / theirs:10.2f}" if theirs else ""
    print(f"{name:<34}{count:>9}{count / seconds:>12.0f}  {peer:<34}{theirs and round(theirs) or '':>9}{ratio}", flush=True)


def bulk(url, bodies, *flags):
    """Seconds that curl takes for bodies, one connection, one after another."""
    parts = []
    for index, body in enumerate(bodies):
        (folder / f"body-{index}").write_bytes(body)
        parts += (["--next"] if parts else []) + ["-sf", *flags, "--data-binary", f"@{folder}/body-{index}", url]
    return timed("curl", *parts)[0]


def rates(place):
    print(f"{'target':<34}{'rows':>9}{'rows/s':>12}  {'its own bulk tool':<34}{'rows/s':>9}{'ratio':>10}")
    # The same lines as ours, first caught.
    Sink.kept, at = [], sink()
    publish(place, f"influxdb: {{url: 'http://127.0.0.1:{at}', database: solar}}", "--to", "influxdb", "--since", "2000")
    lines = b"".join(gzip.decompress(body) for body in Sink.kept).splitlines(keepends=True)
    server, at = influx()
    seconds, told = publish(place, f"influxdb: {{url: 'http://127.0.0.1:{at}', database: solar}}", "--to", "influxdb", "--since", "2000")
    create(at, "peer")
    bodies = [gzip.compress(b"".join(lines[one:one + 5000]), 1) for one in range(0, len(lines), 5000)]
    theirs = len(lines) / bulk(f"http://127.0.0.1:{at}/write?db=peer", bodies, "-H", "Content-Encoding: gzip")
    line("influxdb", told["rowsSent"], seconds, "curl, gzip, 5000 lines a request", theirs)
    stop(server)

    Sink.kept, at = [], sink()
    seconds, told = publish(place, f"webhook: {{url: 'http://127.0.0.1:{at}/'}}", "--to", "webhook", "--since", "2000")
    bodies, Sink.kept = Sink.kept, None
    line("webhook", told["rowsSent"], seconds, "curl, the same requests", told["rowsSent"] / bulk(f"http://127.0.0.1:{at}/", bodies))

    hook = folder / "hook"
    hook.write_text("#!/bin/sh\nexec cat >/dev/null\n")
    hook.chmod(0o755)
    seconds, told = publish(place, f"command: {{run: {hook}}}", "--to", "command", "--since", "2000")
    line("command", told["rowsSent"], seconds)


def states():
    """MQTT tells states, not rows: all of a roof of 1000 panels, each announced and told once."""
    place = house("large", 1000, "0d", 3, "2026-06-21T12:00")
    server, at = broker()
    heard = subprocess.Popen(["mosquitto_sub", "-p", str(at), "-q", "1", "-t", "#", "-v"], stdout=open(folder / "heard", "wb"))
    running.append(heard)
    time.sleep(1)
    seconds, _ = publish(place, f"mqtt: {{broker: 'mqtt://127.0.0.1:{at}'}}", "--test", "mqtt")
    time.sleep(2)
    heard.terminate()
    heard.wait()
    payloads = [one.split(b" ", 1)[1] for one in (folder / "heard").read_bytes().splitlines() if b" " in one]
    theirs = timed("mosquitto_pub", "-p", at, "-q", "1", "-t", "peer", "-l", input=b"\n".join(payloads) + b"\n")[0]
    line("mqtt, messages", len(payloads), seconds, "mosquitto_pub -l, the same payloads", len(payloads) / theirs)
    stop(server)


def post(at, request):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    begin = time.perf_counter()
    with socket.create_connection(("127.0.0.1", at), 10) as plain, context.wrap_socket(plain) as secure:
        # Else the request waits 40 ms for the acknowledgement of what came before, in which any other work is hidden.
        secure.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        secure.sendall(request)
        reply = b""
        while part := secure.recv(65536):
            reply += part
    seconds = time.perf_counter() - begin
    assert b" 200 " in reply[:20], reply[:100]
    return seconds


def look(at):
    """Asks for the first page each second, and for figures each five, as long as there is somebody to ask."""
    try:
        for count in itertools.count():
            for path in ("", "metrics")[:2 if count % 5 == 0 else 1]:
                urllib.request.urlopen(f"http://127.0.0.1:{at}/{path}", timeout=20).read()
            time.sleep(1)
    except OSError:
        pass  # The proxy is gone.


def latency(place, pause):
    """The same reports, one after another with a pause of any length up to `pause`, to a proxy alone and to one with everything on, in turns:
    with pages that are open, a first page each second and figures for Prometheus each five."""
    requests = [gzip.decompress(file.read_bytes()) for file in sorted((place / "spool/processed").glob("*/*.request.gz"))][-live:]
    cloud = port()
    start(program, "simulate", "cloud", "--listen", f"127.0.0.1:{cloud}", "--data", folder / "cloud", at=cloud)
    (database, influx_at), (mqtt, mqtt_at), posts = influx(), broker(), sink()
    hook = folder / "hook"
    outputs = f"""influxdb: {{url: 'http://127.0.0.1:{influx_at}', database: solar}}
mqtt: {{broker: 'mqtt://127.0.0.1:{mqtt_at}'}}
webhook: {{url: 'http://127.0.0.1:{posts}/'}}
command: {{run: {hook}}}
"""
    taken = {"alone": [], "with everything": []}
    places = {}
    for name, settings in (("alone", "alerts: {watch: off}\n"), ("with everything", outputs)):
        at, pages = port(), port()
        (folder / f"{name}.yaml").write_text(settings)
        start(program, "run", "--config", folder / f"{name}.yaml", "--data", folder / name, "--listen", f"127.0.0.1:{at}",
              "--dashboard-listen", "off" if name == "alone" else f"127.0.0.1:{pages}",
              "--upstream", f"https://127.0.0.1:{cloud}", "--upstream-ca", folder / "cloud/ca.pem", at=at, log=f"{name}.log")
        places[name] = at
        if name != "alone":
            for path in ("api/v1/live", "api/v1/live"):
                running.append(subprocess.Popen(["curl", "-sN", f"http://127.0.0.1:{pages}/{path}"], stdout=subprocess.DEVNULL))
            threading.Thread(target=look, args=(pages,), daemon=True).start()
    for first in range(0, len(requests), 20):
        for name, at in places.items():
            for request in requests[first:first + 20]:
                taken[name].append(post(at, request))
                time.sleep(random.uniform(0, pause))
            time.sleep(1)
    print(f"\nmilliseconds from connecting to the reply's last byte, {len(requests)} reports, pauses of up to {pause * 1000:.0f} ms between them")
    for name, seconds in taken.items():
        cuts = statistics.quantiles(seconds, n=100)
        print(f"{name:<34}p50 {cuts[49] * 1000:7.2f}   p99 {cuts[98] * 1000:7.2f}", flush=True)
    cuts = {name: statistics.quantiles(seconds, n=100) for name, seconds in taken.items()}
    print(f"{'added':<34}" + "   ".join(f"{word} {(cuts['with everything'][at] - cuts['alone'][at]) * 1000:7.2f}" for word, at in (("p50", 49), ("p99", 98))))
    sent = sqlite3.connect(folder / "with everything/archive.sqlite").execute("SELECT name, seq FROM cursor ORDER BY name").fetchall()
    print("passed on meanwhile, up to row: " + ", ".join(f"{name} {seq}" for name, seq in sent))


try:
    sample = house("sample", 30, f"{days}d", live, "2026-06-21T05:30")
    rates(sample)
    states()
    latency(sample, 0.1)
finally:
    for process in reversed(running):
        if process.poll() is None:
            process.kill()
            process.wait()
    shutil.rmtree(folder, ignore_errors=True)
