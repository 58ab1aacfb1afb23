"""Puts it together: from a request on the wire to a handler under the site's lock, with faults on either side."""
import functools
import hashlib
import json
import os
import random
import re
import threading
import time
import traceback

from . import (attached, auth, automation, bulk, clock, control, desk, faults, field_admin, groups, hook_api, issues, limits, pages,  # noqa: F401
               people, relations, screens, search, statuses, talk, tasks, wire, workflow_api)  # noqa: F401
from .errors import Refusal, desk as desk_refusal, platform, unauthenticated
from .routes import Call, Reply, match

_PAGES = ("/", "/browse", "/favicon.ico", "/avatar")
_MARKED = ("/rest/api/3/issue", "/rest/servicedeskapi/request", "/rest/api/3/search/jql")
_MARKER = re.compile(rb"gar-[0-9a-f]{32}")
_HTML = (b"<!doctype html><html><head><title>Log in with Atlassian account</title></head>"
         b"<body><h1>Log in to continue</h1></body></html>")


class App:
    """handle() is what the wire server calls."""

    def __init__(self, site):
        self.site = site

    def handle(self, connection, request):
        if request.path.startswith("/_control"):
            return self._plain(connection, request, control.handle)
        if request.path == "/" or request.path.startswith(_PAGES[1:]):
            return self._plain(connection, request, pages.handle)
        return Exchange(self.site, connection, request).run()

    def _plain(self, connection, request, handler):
        """Control and pages: no faults, no records."""
        try:
            reply = handler(self.site, request)
        except Refusal as refusal:
            reply = Reply(refusal.status, refusal.body, refusal.headers)
        body, kind = wire.dump(reply.body)
        headers = ({"Content-Type": kind} if kind else {}) | reply.headers
        connection.answer(reply.status, headers, body, request.method == "HEAD", request.close)
        return True


@functools.lru_cache(maxsize=1)
def _date(second):
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(second))


def _marker(template, body):
    """Of a create, and of a search for one: whose ticket it is about."""
    found = _MARKER.search(body) if template in _MARKED else None
    return found.group().decode() if found else None


class Exchange:
    """One API call, from request to answer, to silence or to worse."""

    def __init__(self, site, connection, request):
        self.site, self.connection, self.request = site, connection, request
        self.began = clock.now_ms()
        if site.dc:
            self.path = site.dc.path_of(request.path)
            self.account, self.reason = site.dc.authenticate(site, request.headers)
        else:
            self.path, gateway = auth.through_gateway(site, request.path)
            self.account, self.reason = auth.authenticate(site, request.headers, gateway)
        self.actor = self.account.name if self.account else "anonymous"
        self.record = self.promise = None

    def run(self):
        request = self.request
        with self.site.lock:
            effect = faults.for_call(self.site.faults, request.method, request.target, self.actor, request.body)
            self._open_record(effect)
        if effect is None:
            return self._send(self._execute())
        return getattr(self, "_fault_" + effect["kind"])(effect)

    # -- records

    def _open_record(self, effect):
        site, request = self.site, self.request
        site.call_count += 1
        found, parts = match(request.method, self.path)
        self.route, self.parts = found, parts if found else {}
        self.template = found.template if found else self.path
        ticket = site.find(self.parts["issue"]) if "issue" in self.parts else None
        self.issue_id = ticket.id if ticket else None
        self.record = {
            "n": site.call_count, "at": self.began, "method": request.method, "path": request.path,
            "query": request.query, "route": self.template, "actor": self.actor, "issue": self.issue_id,
            "body_sha256": hashlib.sha256(request.body).hexdigest() if request.body else None,
            "bytes": len(request.body), "fault": effect["kind"] if effect else None, "executed": False,
            "status": None, "sent": None, "ms": None, "marker": _marker(self.template, request.body),
            "inside_retry_after": site.limits.inside(self.actor, request.method, self.template, self.issue_id,
                                                     site.call_count, self.connection)}
        site.calls.append(self.record)

    # -- doing it

    def _execute(self, limited=True):
        """The handler's answer as (status, headers, body)."""
        site = self.site
        with site.lock:
            try:
                self._admit(limited)
                query, body = self.request.query, self.request.body
                if site.dc:
                    query, body = site.dc.take(site, self.path, query, body)
                site.is_handling = True
                reply = self.route.handler(site, Call(self.request.method, self.path, query, self.request.headers, body,
                                                      self.account, self.parts))
                if site.dc:
                    reply.body = site.dc.show(site, reply.body)
                self.record["executed"] = True
            except Refusal as refusal:
                reply = Reply(refusal.status, refusal.body, refusal.headers)
            except _Anonymous as answer:
                reply = Reply(200, answer.args[0], {"X-Seraph-LoginReason": self.reason or "OUT"})
            except Exception:  # our own mistake: say so, count it, go on
                traceback.print_exc()
                site.crashes += 1
                reply = Reply(500, {"errorMessages": ["Internal server error"], "errors": {}})
            finally:
                site.is_handling = False
            return self._encoded(reply)

    def _encoded(self, reply):
        headers = {"X-AREQUESTID": f"{random.getrandbits(128):032x}", "Cache-Control": "no-cache, no-store, no-transform",
                   "Date": _date(int(time.time()))}
        if self.account and self.site.dc:
            headers |= {"X-AUSERNAME": self.account.name, "X-Seraph-LoginReason": self.reason}
        elif self.account:
            headers["X-AACCOUNTID"] = self.account.id.replace(":", "%3A")
        body, kind = wire.dump(reply.body)
        if kind:
            headers["Content-Type"] = kind
        headers |= self.site.config["reply_headers"] | reply.headers
        self.record["status"] = reply.status
        if reply.status in (429, 503):
            self.promise = self.site.limits.told(self.actor, self.request.method, self.template, self.issue_id, reply.status, headers)
        return reply.status, headers, body

    def _admit(self, limited):
        """Everything Jira asks before it looks at the call itself."""
        if self.route is None:
            raise self._no_route()
        if self.route.access == "anyone":
            return
        if self.account is None:
            if self.site.config["anonymous_search"] and self.route.anonymous is not None:
                raise _Anonymous(self.route.anonymous)
            raise self.site.dc.denied(self.site, self.reason) if self.site.dc else unauthenticated(self.reason)
        if self.route.access == "desk" and self.account.desk == "none":
            raise Refusal(403)  # no agent licence: an empty body
        if limited:
            self.site.limits.check(self.request.method, self.template, self.issue_id)

    def _no_route(self):
        if match(self.request.method, self.path)[1]:
            return Refusal(405)
        if self.path.startswith("/rest/servicedeskapi"):
            return desk_refusal(404, "The requested resource could not be found.", "sd.error.not.found")
        return platform(404, f"Not found: {self.path}")

    # -- answering

    def _send(self, answer, close=False):
        status, headers, body = answer
        self.record["ms"] = clock.now_ms() - self.began
        if self.promise:
            self.connection.when_heard = self._heard
            if self.site.config["close_when_told"]:
                headers = headers | {"Connection": "close"}
        try:
            self.connection.answer(status, headers, body, self.request.method == "HEAD", close or self.request.close)
        except OSError:
            self.record["sent"] = False
            return False
        self.record["sent"] = True
        return not close

    def _heard(self):
        self.site.limits.heard(self.promise, self.site.wire.on_their_way(self.connection))

    def _break(self, effect):
        """End without an answer: politely, rudely, or by silence until the other side gives up."""
        how = effect.get("how", "close")
        self.record["sent"] = False
        if how == "stall":
            time.sleep(effect.get("ms", 60_000) / 1000)
        elif how == "reset":
            self.connection.reset()
        return False

    # -- faults

    def _fault_delay(self, effect):
        rest_ms, answer = effect.get("ms", 1000), None
        if effect.get("whole"):
            answer = self._execute()
            rest_ms = max(0, self.began + rest_ms - clock.now_ms())
        time.sleep(rest_ms / 1000)
        return self._send(answer or self._execute())

    def _fault_reply(self, effect):
        body = effect.get("body")
        return self._send(self._encoded(Reply(effect["status"], body, effect.get("headers", {}))))

    def _fault_rate_limit(self, effect):
        with self.site.lock:
            refusal = limits.answer(effect.get("reason", "jira-burst-based"), effect.get("retry_after", 1))
            answer = self._turned_away(refusal, effect)
        return self._send(answer)

    def _turned_away(self, refusal, effect):
        headers = limits.disguised(refusal.headers, effect.get("form", "seconds"), effect.get("case", "usual"))
        return self._encoded(Reply(refusal.status, refusal.body, headers))

    def _fault_unavailable(self, effect):
        with self.site.lock:
            answer = self._turned_away(limits.unavailable(effect.get("retry_after")), effect)
        return self._send(answer)

    def _fault_close(self, effect):
        return self._break(effect)

    def _fault_half(self, effect):
        status, headers, body = self._execute()
        data = wire.encode(status, headers, body)
        if "says" in effect:
            data = data.replace(f"Content-Length: {len(body)}\r\n".encode(), f"Content-Length: {effect['says']}\r\n".encode(), 1)
        self.connection.send(data[:len(data) - max(1, len(body) // 2)])
        return self._break(effect)

    def _fault_truncate(self, effect):
        """A whole answer by its length, half a document by its content."""
        status, headers, body = self._execute()
        return self._send((status, headers, body[:len(body) // 2]))

    def _fault_lose_reply(self, effect):
        self._execute()
        return self._break(effect)

    def _fault_execute_late(self, effect):
        late = threading.Timer(effect.get("ms", 1000) / 1000, self._execute)
        late.daemon = True
        late.start()
        return self._break({"how": effect.get("how", "close"), "ms": effect.get("stall_ms", 60_000)})

    def _fault_html(self, effect):
        if effect.get("done"):
            self._execute()
        return self._send(self._encoded(Reply(200, _HTML)))

    def _fault_anonymous(self, effect):
        """What revoked credentials look like on the roads that allow anybody: 200, and nothing in it."""
        empty = self.route.anonymous if self.route and self.route.anonymous is not None else {}
        self.account = None
        return self._send(self._encoded(Reply(200, empty, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"})))

    def _fault_unauthenticated(self, effect):
        if effect.get("reason") == "scope":  # the gateway, of a token that may not do this one thing
            return self._send(self._encoded(Reply(401, {"code": 401, "message": "Unauthorized; scope does not match"})))
        self.account = None
        refusal = unauthenticated(effect.get("reason", "AUTHENTICATED_FAILED"))
        return self._send(self._encoded(Reply(401, refusal.body, refusal.headers)))

    def _fault_slow(self, effect):
        """Drips: alive all the time, and of no use."""
        status, headers, body = self._execute()
        data, step = wire.encode(status, headers, body), max(1, effect.get("bytes", 1))
        for at in range(0, len(data), step):
            self.connection.send(data[at:at + step])
            time.sleep(effect.get("ms", 100) / 1000)
        self.record["sent"] = True
        return True

    def _fault_expire_tokens(self, effect):
        """Page tokens of this call are too old; a call without one goes through."""
        if "nextPageToken" in self.request.query or b'"nextPageToken"' in self.request.body:
            refusal = platform(400, "The provided next page token is invalid or expired.")
            return self._send(self._encoded(Reply(400, refusal.body)))
        return self._send(self._execute())


class _Anonymous(Exception):
    pass


def announce(server, site, port_file):
    """The port alone in the file, complete from the moment it exists; then one line of JSON on stdout."""
    if port_file:
        with open(f"{port_file}.part", "w") as file:
            file.write(f"{server.port}\n")
        os.replace(f"{port_file}.part", port_file)
    print(json.dumps({"url": site.base, "control": f"{site.base}/_control", "host": server.host, "port": server.port}),
          flush=True)
