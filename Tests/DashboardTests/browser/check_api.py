"""check_api.py BASE CAPTURE GUARDED: asks every route that the OpenAPI file names, and holds the answers against it; GUARDED has a password."""
import base64, json, sys, urllib.error, urllib.request
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

base, capture, guarded = sys.argv[1:]


def ask(path, method="GET", body=None, headers=None, at=base):
    data = body if isinstance(body, bytes) else body and json.dumps(body).encode()
    request = urllib.request.Request(at + path, data, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read() if answer.headers.get_content_type() != "text/event-stream" else answer.readline()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers.get_content_type(), answer.read()


description = json.loads(ask("/api/openapi.json")[2])
validate(description)
asked = set()


def check(template, path, expected=200, method="get", **more):
    asked.add((template, method))
    status, kind, body = ask(path, method.upper(), **more)
    assert status == expected, (path, status, body[:300])
    told = description["paths"][template][method]["responses"].get(str(status))
    assert told, f"{method} {path} answers {status}, of which the file does not tell"
    told = (description["components"]["responses"][told["$ref"].rsplit("/", 1)[1]] if "$ref" in told else told)["content"]
    assert any(one.split(";")[0] == kind for one in told), (path, kind)
    schema = told.get(kind, {}).get("schema")
    if kind == "application/json":
        # References go to the file's own components.
        whole = {**schema, "components": description["components"]}
        errors = [f"{path}: {one.json_path}: {one.message}" for one in Draft202012Validator(whole).iter_errors(json.loads(body))]
        assert not errors, errors
        return json.loads(body)


now = check("/api/v1/now", "/api/v1/now")
device = now["envoys"][0]["panels"][0]["device"]
envoy = now["envoys"][0]["serial"]
check("/api/v1/power", "/api/v1/power")
check("/api/v1/power", "/api/v1/power?from=2020-01-01", 400)
check("/api/v1/power", "/api/v1/power?envoy=none", 404)
for by in ("hour", "day", "month", "year"):
    check("/api/v1/energy", f"/api/v1/energy?by={by}&before=yes&from=2026-06-01")
    check("/api/v1/energy", f"/api/v1/energy?by={by}&device={device}")
    check("/api/v1/devices/{device}/energy", f"/api/v1/devices/{device}/energy?by={by}")
check("/api/v1/devices", "/api/v1/devices")
check("/api/v1/devices/{device}/readings", f"/api/v1/devices/{device}/readings")
check("/api/v1/devices/{device}/readings", "/api/v1/devices/nothing/readings", 404)
check("/api/v1/events", "/api/v1/events")
check("/api/v1/alerts", "/api/v1/alerts")
check("/api/v1/alerts", f"/api/v1/alerts?envoy={envoy}&ended=1")
check("/api/v1/alerts", "/api/v1/alerts?ended=x", 400)
check("/api/v1/captures", "/api/v1/captures")
check("/api/v1/captures/{capture}", f"/api/v1/captures/{capture}")
check("/api/v1/captures/{capture}", "/api/v1/captures/nothing", 404)
for file in ("request", "response", "xml"):
    check("/api/v1/captures/{capture}/{file}", f"/api/v1/captures/{capture}/{file}")
check("/api/v1/captures/{capture}/{file}", f"/api/v1/captures/{capture}/incomplete", 404)
check("/api/v1/service", "/api/v1/service")
check("/api/v1/roof", "/api/v1/roof")
token = check("/api/v1/token", "/api/v1/token")["token"]
roof = {"envoy": envoy, "tiles": [{"device": device, "name": "top", "x": 100, "y": 0, "isLandscape": True}]}
headers = {"Content-Type": "application/json", "X-CSRF-Token": token}
assert check("/api/v1/roof", "/api/v1/roof", method="put", body=roof, headers=headers) == roof
assert check("/api/v1/roof", "/api/v1/roof") == roof
check("/api/v1/roof", "/api/v1/roof", 403, "put", body=roof, headers={"Content-Type": "application/json"})
check("/api/v1/roof", "/api/v1/roof", 400, "put", body={"envoy": envoy}, headers=headers)
check("/api/v1/roof", "/api/v1/roof", 415, "put", body=roof, headers={"X-CSRF-Token": token, "Content-Type": "text/plain"})
check("/api/v1/live", "/api/v1/live")
check("/api/v1/roof", "/api/v1/roof", 413, "put", body=b" " * (2 << 20), headers=headers)
check("/api/v1/events", "/api/v1/events?limit=1&before=1782043200&beforeSeq=5")
check("/api/v1/events", "/api/v1/events?beforeSeq=x", 400)

# What any route may answer.
places = {"{device}": device, "{capture}": capture, "{file}": "request"}
for template, methods in description["paths"].items():
    path = template
    for name, value in places.items():
        path = path.replace(name, value)
    for method in methods:
        check(template, path, 421, method, headers={"Host": "evil.example"})
        check(template, path, 401, method, at=guarded)
for guess in range(60):
    password = base64.b64encode(f"me:{guess}".encode()).decode()
    status = ask("/api/v1/now", headers={"Authorization": f"Basic {password}"}, at=guarded)[0]
    if status == 429:
        check("/api/v1/now", "/api/v1/now", 429, headers={"Authorization": f"Basic {base64.b64encode(b'me:other').decode()}"}, at=guarded)
        break
else:
    raise AssertionError("sixty guesses, and none has to wait")
told = {(path, method) for path, methods in description["paths"].items() for method in methods}
assert told == asked, told ^ asked
print("all routes agree")
