"""SCIM servers to read from: scimmy, which others wrote, and a strict small one that can be made to misbehave in every way a
server was seen to, or may. Both hold the same people and groups."""
import contextlib
import fcntl
import http.client
import http.server
import json
import pathlib
import re
import shutil
import subprocess
import threading
import urllib.parse

from lib import proc

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TOKEN = "reader-token"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


class Scimmy:
    """Installed once into the build folder; its own process; spoken to as a provisioning client would."""

    def __init__(self):
        folder = ROOT / "build" / "test-scimmy"
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / "lock", "w") as turn:  # files run beside each other: the first one installs
            fcntl.flock(turn, fcntl.LOCK_EX)
            self.install(folder)
        self.process = proc.Process([shutil.which("node"), "server.mjs"], cwd=str(folder), ready=r'"port"', timeout=60)
        self.process.start()
        self.port = json.loads(self.process.stdout.splitlines()[0])["port"]
        self.url = f"http://127.0.0.1:{self.port}/scim/v2"

    @staticmethod
    def install(folder):
        lock = (HERE / "scimmy" / "package-lock.json").read_text()
        for name in ("package.json", "server.mjs"):
            shutil.copy(HERE / "scimmy" / name, folder)
        if not (folder / "installed").exists() or (folder / "installed").read_text() != lock:
            (folder / "package-lock.json").write_text(lock)
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True, capture_output=True)
            (folder / "installed").write_text(lock)

    def close(self):
        self.process.stop()

    def send(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            kind = {"Content-Type": "application/json" if path == "/control" else "application/scim+json"} if body else {}
            connection.request(method, path, json.dumps(body) if body else None, {"Authorization": f"Bearer {TOKEN}", **kind})
            reply = connection.getresponse()
            text = reply.read()
        assert reply.status < 300, (method, path, reply.status, text)
        return json.loads(text) if text else None

    def mood(self, **more):
        return self.send("POST", "/control", more)

    def user(self, name, **more):
        return self.send("POST", "/scim/v2/Users", {"schemas": [USER], "userName": name, "active": True, **more})["id"]

    def group(self, name, *ids):
        return self.send("POST", "/scim/v2/Groups", {"schemas": [GROUP], "displayName": name,
                                                     "members": [{"value": i} for i in ids]})["id"]

    def patch(self, kind, which, **operation):
        self.send("PATCH", f"/scim/v2/{kind}/{which}", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                                                        "Operations": [operation]})


class Twist(Exception):
    """Raised by a twist: this goes out instead, as it is."""

    def __init__(self, status, body, content_type="application/scim+json", headers=()):
        super().__init__(status)
        self.status, self.content_type, self.headers = status, content_type, dict(headers)
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()


def error(status, scim_type=None, headers=()):
    body = {"schemas": [ERROR], "status": str(status), "detail": "as asked"}
    return Twist(status, {**body, "scimType": scim_type} if scim_type else body, headers=headers)


class Strict:
    """As RFC 7644 has it, and no more: what it does not know it refuses. `ways` are the filters it takes for members; O: "or" between names.

    twist(call) may raise Twist before a call is answered; bend(call, body) may change what is answered. A call has path
    (below the base), kind ("Users", ...), id, filter, params.
    """

    def __init__(self, people, groups, ways="ABF", config=None, page_max=None, cursors=False, caseless=True, roles=()):
        self.people = [{"schemas": [USER], "active": True, **p} for p in people]
        self.groups = [{"schemas": [GROUP], **g} for g in groups]
        self.ways, self.page_max, self.cursors, self.caseless = ways, page_max, cursors, caseless
        self.config = config or {"filter": {"supported": True, "maxResults": 100}}
        self.roles = roles  # the catalogue of those that exist; empty: it has none
        self.calls, self.twist, self.bend = [], lambda call: None, lambda call, body: None
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one segment

            def do_GET(self):
                outer.serve(self)

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/scim/v2"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    # -- one call

    def serve(self, handler):
        try:
            status, content_type, headers, body = 200, "application/scim+json", {}, json.dumps(self.answer(handler)).encode()
        except Twist as twist:
            status, content_type, headers, body = twist.status, twist.content_type, twist.headers, twist.body
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", headers.pop("Content-Length", str(len(body))))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        with contextlib.suppress(ConnectionError):  # who has read enough may leave
            handler.wfile.write(body)
            handler.wfile.flush()

    def answer(self, handler):
        address = urllib.parse.urlsplit(handler.path)
        params = dict(urllib.parse.parse_qsl(address.query, keep_blank_values=True, strict_parsing=bool(address.query)))
        call = type("Call", (), {"params": params, "filter": params.get("filter"), "id": None})()
        parts = [urllib.parse.unquote(p) for p in address.path.removeprefix("/scim/v2/").split("/")]
        call.path, call.kind = "/".join(parts), parts[0]
        call.id = parts[1] if len(parts) == 2 else None
        self.calls.append(call)
        self.twist(call)
        if handler.headers["Authorization"] != f"Bearer {TOKEN}":
            raise error(401)
        if handler.headers["Accept"] != "application/scim+json" or len(parts) > 2:
            raise error(406)
        if set(params) - {"filter", "attributes", "count", "startIndex", "cursor"}:
            raise error(400, "invalidValue")
        body = self.find(call)
        self.bend(call, body)
        return body

    def find(self, call):
        if call.kind == "ServiceProviderConfig":
            return {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"], **self.config}
        if call.kind == "ResourceTypes" and self.roles:
            return {"schemas": [LIST], "totalResults": 1, "Resources": [{"id": "Role", "endpoint": "/Roles", "schema": "urn:example:Role"}]}
        if call.kind not in ("Users", "Groups") + (("Roles",) if self.roles else ()):
            raise error(404)
        everything = self.people_seen() if call.kind == "Users" else self.groups if call.kind == "Groups" else \
            [{"schemas": ["urn:example:Role"], "id": f"r-{n}", "value": name} for n, name in enumerate(self.roles)]
        if call.id:
            for one in everything:
                if one["id"] == call.id:
                    return self.cut(call, one)
            raise error(404)
        if call.filter is not None:
            everything = [one for one in everything if self.matches(call, one)]
        return self.page(call, [self.cut(call, one) for one in everything])

    def people_seen(self):
        for p in self.people:
            yield {**p, "groups": [{"value": g["id"], "display": g["displayName"], "type": "direct"} for g in self.groups
                                   if any(m["value"] == p["id"] for m in g["members"])] + p.get("groups", [])}

    @staticmethod
    def cut(call, one):
        names = [name.split(".")[0] for name in call.params.get("attributes", "").split(",")]
        return {name: value for name, value in one.items() if name in ("schemas", "id") or name in names}

    def matches(self, call, one):
        literal = r'("(?:[^"\\]|\\.)*")'
        if "O" in self.ways and re.fullmatch(rf"[A-Za-z:.0-9]+ eq {literal}(?: or [A-Za-z:.0-9]+ eq {literal})+", call.filter):
            halves = re.findall(rf"([A-Za-z:.0-9]+) eq {literal}", call.filter)
            return any(str(one.get(name)).lower() == json.loads(text).lower() for name, text in halves)
        for way, pattern in {"A": rf"id eq {literal} and members\.value eq {literal}",
                             "B": rf"id eq {literal} and members\[value eq {literal}\]",
                             "C": rf"id eq {literal} and members eq {literal}",
                             "F": rf"id eq {literal} and groups\.value eq {literal}"}.items():
            found = re.fullmatch(pattern, call.filter)
            if found and way in self.ways:
                who, other = (json.loads(text) for text in found.groups())
                return one["id"] == who and any(r["value"] == other for r in one["groups" if way == "F" else "members"])
        for way, pattern in {"A": rf"members\.value eq {literal}", "B": rf"members\[value eq {literal}\]",
                             "C": rf"members eq {literal}"}.items():
            found = re.fullmatch(pattern, call.filter)
            if found and way in self.ways and call.kind == "Groups":
                return any(m["value"] == json.loads(found[1]) for m in one["members"])
        found = re.fullmatch(rf"(?:id eq {literal} and )?roles\.value eq {literal}", call.filter)
        if found and "R" in self.ways:
            return (not found[1] or one["id"] == json.loads(found[1])) and any(r["value"] == json.loads(found[2]) for r in one.get("roles", []))
        found = re.fullmatch(rf"([A-Za-z:.0-9]+) eq {literal}", call.filter)
        if not found or not self.config["filter"]["supported"]:
            raise error(400, "invalidFilter")
        value, wanted = one.get(found[1]), json.loads(found[2])
        same = value == wanted
        return same or (self.caseless and isinstance(value, str) and value.lower() == wanted.lower())

    def page(self, call, everything):
        body = {"schemas": [LIST], "totalResults": len(everything)}
        count = min(int(call.params.get("count", "100")), self.page_max or 100)
        if self.cursors:
            start = int(call.params.get("cursor") or "0")
            body |= {"Resources": everything[start:start + count], "itemsPerPage": count}
            return body | ({"nextCursor": str(start + count)} if start + count < len(everything) else {})
        if "cursor" in call.params:
            raise error(400, "invalidCursor")
        start = int(call.params.get("startIndex", "1"))
        found = everything[start - 1:start - 1 + count]
        return body | {"Resources": found, "startIndex": start, "itemsPerPage": len(found)}
