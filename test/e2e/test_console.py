"""The console over HTTP: who sees which page, what goes with it, and that nothing of it can be talked into more."""
import base64
import http.client
import json

import pytest

from lib import wait, world

AUDIT, VIEW, READ = "an-audit-token-of-the-console", "a-view-token-of-the-console", "a-read-token-of-the-console"


class Watched(world.World):
    def configure(self):
        super().configure()
        for name, token in (("audit-token", AUDIT), ("view-token", VIEW), ("read-token", READ)):
            self.write(name, token)
        tokens = "".join(f'\n    - {{ name: {name}, token: "file:{self.folder}/{name}-token", roles: [{name}] }}' for name in ("audit", "view", "read"))
        self.edit_file("countersign.yaml", "  tokens:", f"  tokens:{tokens}")
        self.edit_file("countersign.yaml", "    poll_interval:", "    gate: { reprove: 1s }\n    poll_interval:")
        self.section("console: { this_machine: viewer }")

    def section(self, text):
        with open(f"{self.folder}/countersign.yaml") as file:
            lines = [line for line in file.read().split("\n") if not line.startswith("console:")]
        self.write("countersign.yaml", "\n".join([*lines, text, ""]))

    def get(self, path, headers=None, method="GET", port=None):
        """(status, headers, text)"""
        asked = http.client.HTTPConnection("127.0.0.1", port or self.ops_port, timeout=20)
        asked.request(method, path, headers=headers or {})
        reply = asked.getresponse()
        return reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read().decode()


@pytest.fixture(scope="module")
def site():
    with Watched() as made:
        yield made


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_pages_come_with_what_keeps_browsers_from_more(site):
    key = site.ask_removal("okafor")
    site.until_phase(key, "fulfilling")
    for path, title in (("/board", "Board"), ("/gate", "Gate")):
        status, headers, text = site.get(path)
        assert status == 200 and headers["content-type"] == "text/html; charset=utf-8" and f"<title>{title} · Countersign</title>" in text
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store" and "set-cookie" not in headers
        assert "<script" not in text and "style=" not in text
    assert f'<a href="./r/{key}">' in site.get("/board")[2]
    asked = [site.get(f"/board{query}")[2] for query in ("", "?refresh=60", "?refresh=1", "?refresh=60%22%3E")]
    assert ['http-equiv="refresh" content="60"' in text for text in asked] == [False, True, False, False]
    link = text.split('<link rel="stylesheet" href=".', 1)[1].split('"', 1)[0]
    status, headers, css = site.get(link)
    assert status == 200 and headers["content-type"] == "text/css; charset=utf-8" and "immutable" in headers["cache-control"] and ":root" in css
    assert site.get("/console-0000000000000000.css")[0] == 404
    assert site.get("/icon/countersign.svg")[1]["content-type"] == "image/svg+xml"
    assert site.get("/board", method="POST", headers={"Content-Length": "0"})[0] == 405
    assert site.get("/board", port=site.port)[0] == 404  # not where Jira and identity platforms call


def test_the_gate_is_drawn_from_what_the_last_look_proved(site):
    wait.until(lambda: "it needs the permission Administer Jira" in site.get("/gate")[2], 20, what="a look that sees nothing says so")
    site.control("accounts", {"connector": {"admin": True}})
    drawn = wait.until(lambda: (page := site.get("/gate")[2]).count("<svg") >= 2 and page, 20, what="a look at the gate of each project")
    assert "Every road into Done" in drawn and "Verifying access" in drawn and ">any status<" in drawn
    assert "only the connector may go it" in drawn and "✓ gated" not in drawn and "gated</span>" in drawn


def test_who_sees_what(site):
    foreign = {"Host": "evil.example:80"}  # a name of somewhere else that points here
    assert site.get("/board", bearer(AUDIT) | foreign)[0] == 200 and "token audit" in site.get("/board", bearer(AUDIT))[2]
    assert site.get("/board", bearer(VIEW) | foreign)[0] == 200
    assert site.get("/board", basic("whoever", VIEW) | foreign)[0] == 200  # as a browser asks
    status, headers, text = site.get("/board", foreign)
    assert status == 401 and headers["www-authenticate"].startswith("Basic ") and "shows nothing to strangers" in text
    for wrong in (bearer("no-token-at-all"), bearer(""), basic("a", "no"), {"Authorization": "Basic !!"}, {"Authorization": "Negotiate x"}):
        status, _, text = site.get("/board", wrong | foreign)
        assert status == 401 and "<table" not in text
    assert site.get("/board", bearer(READ) | foreign)[0] == 403  # reads requests by the API, with their names: not the console
    assert site.get("/board", {"X-Forwarded-User": "root", "X-Forwarded-Groups": "audit"} | foreign)[0] == 401  # no proxy is listed
    assert [site.get("/board", {name: "203.0.113.7"})[0] for name in ("X-Forwarded-For", "Via", "Forwarded")] == [401] * 3  # a proxy that nobody listed
    assert "Seen by <bdi>this machine</bdi>" in site.get("/board")[2]


def test_a_proxy_that_is_listed_says_who_it_is(site):
    site.section("console: { proxies: [127.0.0.1], viewers: [iam], auditors: [audit, internal audit] }")
    site.services[-1].stop()
    site.start_service()

    def asked(user=None, groups=None, host="console.example"):
        headers = {"Host": host} | ({"X-Forwarded-User": user} if user else {}) | ({"X-Forwarded-Groups": groups} if groups else {})
        status, _, text = site.get("/board", headers)
        return status, "Seen by <bdi>j.silva</bdi>" in text
    assert asked("j.silva", "staff, internal audit") == (200, True)
    assert asked("j.silva", "iam") == (200, True)
    assert asked("j.silva", "staff")[0] == 403
    assert asked("j.silva", "auditors")[0] == 403 and asked("j.silva")[0] == 403
    assert asked(None, "audit")[0] == 401
    assert asked(host="localhost")[0] == 401  # what the proxy lets through unsigned is not this machine
    assert site.get("/board", bearer(VIEW))[0] == 200  # tokens are seen through it


def test_the_console_can_be_off(site):
    site.section("console: { enabled: false }")
    site.services[-1].stop()
    site.start_service()
    assert [site.get(path)[0] for path in ("/board", "/gate", "/icon/countersign.svg", "/healthz")] == [404, 404, 404, 200]
    assert site.get("/board", bearer(AUDIT))[0] == 404


def test_that_evidence_is_seen_is_evidence(site):
    key = site.ask_removal("novak", "fin-viewer")
    request = site.until_phase(key, "fulfilling")["id"]
    seen = site.sql(f"select governance.evidence_seen('{request}', 'token audit', 'auditor')", user="countersign_daemon")
    assert seen and site.sql("select governance.evidence_seen(gen_random_uuid(), 'token audit', 'auditor')", user="countersign_daemon") == ""
    entry = json.loads(site.sql("select body from governance.evidence_entry where kind = 'evidence.seen' order by seq desc limit 1"))
    assert entry["detail"]["role"] == "auditor" and entry["detail"]["of"] == request and "token audit" not in json.dumps(entry)


def test_without_a_database_nothing_is_shown_as_if_it_were_so(site):
    site.section("console: { this_machine: viewer }")
    site.services[-1].stop()
    site.start_service()
    site.cluster.stop(immediate=True)
    try:
        for path in ("/board", "/gate"):
            status, headers, text = site.get(path)
            assert status == 503 and "The database does not answer" in text and "<table" not in text and headers["cache-control"] == "no-store"
    finally:
        site.cluster.restart()
    wait.until(lambda: site.get("/board")[0] == 200, 30, what="the board is back")
