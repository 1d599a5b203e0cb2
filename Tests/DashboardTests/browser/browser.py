"""Drives Chromium by the DevTools protocol over a pipe, with Python's own library alone."""
import base64, json, os, queue, shutil, subprocess, tempfile, threading, time


class Browser:
    """A headless Chromium with a profile of its own, gone when the block ends."""

    def __init__(self, binary="chromium"):
        self.folder = tempfile.mkdtemp(prefix="heliograph-browser-")
        to_child, self.writing = os.pipe()
        self.reading, from_child = os.pipe()

        # The protocol's pipe is descriptors 3 and 4; moved high first, so that neither overwrites the other.
        def arrange():
            high = os.dup(to_child), os.dup(from_child)
            high = tuple(os.dup2(one, 100 + index) for index, one in enumerate(high))
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(
            [binary, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-pipe",
             f"--user-data-dir={self.folder}"],
            preexec_fn=arrange, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_child)
        os.close(from_child)
        self.number = 0
        self.answers = {}
        self.events = queue.Queue()
        self.changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _read(self):
        rest = b""
        while True:
            piece = os.read(self.reading, 1 << 16)
            if not piece:
                return
            *whole, rest = (rest + piece).split(b"\0")
            for message in map(json.loads, whole):
                if "id" in message:
                    with self.changed:
                        self.answers[message["id"]] = message
                        self.changed.notify_all()
                else:
                    self.events.put(message)

    def send(self, method, parameters=None, session=None, limit=90):
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": parameters or {}}
        if session:
            message["sessionId"] = session
        os.write(self.writing, json.dumps(message).encode() + b"\0")
        with self.changed:
            if not self.changed.wait_for(lambda: number in self.answers, limit):
                raise TimeoutError(method)
            answer = self.answers.pop(number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def page(self, width=1280, height=900, dark=False, scripts=True):
        return Page(self, width, height, dark, scripts)


class Page:
    """A tab, with all that it logged and asked for."""

    def __init__(self, browser, width, height, dark, scripts):
        self.browser = browser
        target = browser.send("Target.createTarget", {"url": "about:blank"})["targetId"]
        self.target = target
        self.session = browser.send("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        self.errors, self.requests = [], []
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        self.send("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        if not scripts:
            self.send("Emulation.setScriptExecutionDisabled", {"value": True})

    def send(self, method, parameters=None):
        return self.browser.send(method, parameters, self.session)

    def collect(self):
        """Takes in what the page has logged and asked for so far."""
        others = []
        while True:
            try:
                event = self.browser.events.get_nowait()
            except queue.Empty:
                break
            if event.get("sessionId") != self.session:
                others.append(event)
                continue
            method, parameters = event["method"], event["params"]
            if method == "Runtime.exceptionThrown":
                self.errors.append(parameters["exceptionDetails"].get("exception", {}).get("description", "exception"))
            elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
                self.errors.append(" ".join(str(one.get("value", one.get("description"))) for one in parameters["args"]))
            elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
                self.errors.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")
            elif method == "Network.requestWillBeSent":
                self.requests.append(parameters["request"]["url"])
        for event in others:
            self.browser.events.put(event)

    def open(self, url, wait="document.readyState === 'complete'"):
        # With scripts off, the page can still be asked from here.
        self.send("Page.navigate", {"url": url})
        self.wait(f"location.href !== 'about:blank' && ({wait})", f"{url} to load")

    def evaluate(self, text):
        answer = self.send("Runtime.evaluate", {"expression": text, "returnByValue": True, "awaitPromise": True})
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{text[:200]}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait(self, condition, what="", limit=20):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            try:
                if self.evaluate(condition):
                    return
            except RuntimeError:
                pass  # The document changed under the question; the next one is asked of the new document.
            time.sleep(0.03)
        raise TimeoutError(what or condition)

    def screenshot(self, path, whole=True):
        data = self.send("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": whole})["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def mouse(self, kind, x, y, **more):
        self.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1, **more})

    def drag(self, x1, y1, x2, y2):
        self.mouse("mouseMoved", x1, y1, button="none")
        self.mouse("mousePressed", x1, y1, buttons=1)
        for step in range(1, 6):
            self.mouse("mouseMoved", x1 + (x2 - x1) * step / 5, y1 + (y2 - y1) * step / 5, buttons=1)
        self.mouse("mouseReleased", x2, y2)

    def touch(self, *points):
        """Puts a finger on the first point, moves it over the others, and lifts it."""
        kind = "touchStart"
        for x, y in points:
            self.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
            kind = "touchMove"
        self.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def key(self, key):
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", {"type": kind, "key": key})

    def close(self):
        self.browser.send("Target.closeTarget", {"targetId": self.target})
