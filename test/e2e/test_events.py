"""Others are told what happens: signed, at least once, of each request in order, and nobody waits for who does not answer."""
import datetime
import email.utils
import json
import os
import pathlib
import time

import jsonschema
import pytest

from lib import formats, ports, proc, wait, world
from lib.receiver import Receiver, secret

ROOT = pathlib.Path(__file__).resolve().parents[2]
BODY = {"kind": "removal", "beneficiary": "okafor", "source": "sap-fin", "entitlement": "fin-ledger-admin",
        "requester": "hr-system", "justification": "left the company"}
MOVES = ["received", "approved", "ticketing", "fulfilling"]
SUBSCRIBERS = """
events:
  - {{ name: all, url: "{all}", secret: "file:{dir}/hook-secret", secret_old: "file:{dir}/hook-secret-old", insecure_http: true }}
  - {{ name: some, url: "{some}", secret: "file:{dir}/hook-secret", insecure_http: true, types: [request.approved, "escalation.*"] }}
  - {{ name: hanging, url: "{hanging}", secret: "file:{dir}/hook-secret", insecure_http: true, timeout: 2s, types: ["request.*"] }}
  - {{ name: dying, url: "{dying}", secret: "file:{dir}/hook-secret", insecure_http: true, give_up: 1s, types: [request.received] }}
  - {{ name: inward, url: "https://127.0.0.1:{port}/inward", secret: "file:{dir}/hook-secret", give_up: 1s, types: [request.received] }}
"""


class World(world.World):
    def configure(self):
        super().configure()
        self.secrets = [secret("new"), secret("old")]
        self.receiver = Receiver([*self.secrets, secret("newest")])
        self.receiver.answers.update({"/hanging": None, "/dying": 500})
        self.write("hook-secret", self.secrets[0] + "\n")
        self.write("hook-secret-old", self.secrets[1])
        urls = {name: self.receiver.url("/" + name) for name in ("all", "some", "hanging", "dying")}
        with open(self.config, "a") as file:
            file.write(SUBSCRIBERS.format(dir=self.folder, port=self.receiver.port, **urls))

    def submit(self, key, **more):
        status, made = self.api("POST", "/v1/access-requests", {**BODY, **more}, key)
        assert status == 201, made
        return made["id"]

    def told(self, request, path="/all", taken=True):
        return [e["type"].removeprefix("countersign.") for e in self.receiver.events(path, taken) if e.get("subject") == request]

    def moves(self, request, path="/all", taken=True):
        return [t.removeprefix("request.") for t in self.told(request, path, taken) if t.startswith("request.")]

    def at_once(self, what="run_after"):
        """The waits of what is tried again are over."""
        self.sql(f"update governance.event_delivery set {what} = clock_timestamp() where state = 'waiting' and {what} is not null")


@pytest.fixture(scope="module")
def site():
    made = World()
    with made:
        yield made
        made.receiver.close()
    assert not made.receiver.faults, made.receiver.faults
    assert all("Sanitizer" not in service.stderr for service in made.services)


def test_who_subscribed_is_told(site):
    request = site.submit("told")
    wait.until(lambda: site.moves(request) == MOVES, 20, what="the moves of the request")
    wait.until(lambda: "ticket.bound" in site.told(request), 20)
    event = site.receiver.events("/all")[-1]
    schema = json.loads((ROOT / "schemas" / "event.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for event in site.receiver.events("/all"):
        formats.cloudevent(event)  # as all do
        jsonschema.validate(event, schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
    assert event["source"] == "/v1/access-requests" and event["subject"] == request
    assert event["data"]["provisioning"] == {"arap": "pending", "sailpoint": "PENDING", "midpoint": "in_progress"}
    text = b"".join(one["body"] for one in site.receiver.got).decode()
    for word in ("okafor", "hr-system", "left the company", "fin-ledger-admin"):
        assert word not in text, "people, accounts and texts stay here"
    wait.until(lambda: site.told(request, "/some") == ["request.approved"], 10)
    entry = next(e for e in site.api("GET", f"/v1/access-requests/{request}/evidence")[1]["entries"] if e["kind"] == "request.received")
    first = next(e for e in site.receiver.events("/all") if e["subject"] == request)
    assert first["data"]["evidence"] == {"seq": entry["seq"], "hash": entry["hash"]}, "each names the link of the chain that it tells of"


def test_who_hangs_delays_nobody(site):
    """Four calls hang at one subscriber, then one at a time; the others get theirs, and the API answers."""
    requests = [site.submit(f"hanging-{n}", beneficiary="reyes", entitlement=f"role-{n}") for n in range(6)]
    began = time.monotonic()
    wait.until(lambda: all(site.moves(r)[:2] == MOVES[:2] for r in requests), 20)
    assert wait.until(lambda: [one for one in site.receiver.got if one["path"] == "/hanging"], 10)
    assert not site.receiver.events("/hanging")
    waiting = site.api("GET", "/v1/events?state=waiting&subscriber=hanging&limit=100")[1]["deliveries"]
    assert len(waiting) >= 6 and time.monotonic() - began < 20
    site.receiver.answers["/hanging"] = 204
    site.receiver.over.set()
    wait.until(lambda: site.at_once() or all(site.moves(r, "/hanging")[:2] == MOVES[:2] for r in requests), 30, what="the hanging one gets all")


def test_a_refused_event_comes_again_and_in_order(site):
    refused = []

    def answer(event):
        if event["type"] == "countersign.request.approved" and len(refused) < 2 and event["data"]["kind"] == "grant":
            refused.append(event["id"])
            return 503, {"Retry-After": "1"}
        return 200

    site.receiver.answers["/all"] = answer
    request = site.submit("again", kind="grant", beneficiary="lind", entitlement="fin-viewer")
    wait.until(lambda: len(refused) == 1, 10)
    time.sleep(1.5)  # others could overtake it now
    assert site.moves(request) == ["received"], "nothing of a request overtakes what is not taken yet"
    listed = site.api("GET", f"/v1/events?request={request}&state=waiting&subscriber=all")[1]["deliveries"]
    assert any(d["attempts"] == 1 and d["status"] == 503 and d["why"] == "answered 503" for d in listed), listed
    wait.until(lambda: site.at_once() or site.moves(request) == MOVES, 20)
    assert len(set(refused)) == 1 and len(refused) == 2, "the same id each time"
    bodies = {one["body"] for one in site.receiver.got if one["event"]["id"] == refused[0] and one["path"] == "/all"}
    assert len(bodies) == 1, "and the same bytes"
    site.receiver.answers.pop("/all")


def test_a_redirect_is_not_followed(site):
    site.receiver.answers["/some"] = (307, {"Location": site.receiver.url("/elsewhere")})
    request = site.submit("redirect", beneficiary="reyes", entitlement="fin-viewer")
    refused = wait.until(lambda: [d for d in site.api("GET", f"/v1/events?request={request}&subscriber=some")[1]["deliveries"]
                                  if d.get("status") == 307], 10)
    assert "redirects are not followed" in refused[0]["why"]
    assert not [one for one in site.receiver.got if one["path"] == "/elsewhere"]
    site.receiver.answers.pop("/some")
    wait.until(lambda: site.at_once() or site.told(request, "/some") == ["request.approved"], 10)


def test_when_to_come_again_may_be_a_date(site):
    site.receiver.answers["/some"] = (503, {"Retry-After": email.utils.formatdate(time.time() + 7200, usegmt=True)})
    request = site.submit("dated", beneficiary="reyes", entitlement="fin-auditor")
    told = wait.until(lambda: [d for d in site.api("GET", f"/v1/events?request={request}&subscriber=some")[1]["deliveries"] if d.get("status") == 503], 10)
    assert datetime.datetime.fromisoformat(told[0]["next_at"].replace("Z", "+00:00")).timestamp() > time.time() + 7000
    site.receiver.answers.pop("/some")


def test_secrets_change_while_it_runs(site):
    def signed_by(key):
        request = site.submit(key, beneficiary="reyes", entitlement=key)
        wait.until(lambda: site.told(request, "/all"), 10)
        return [set(one["by"]) for one in site.receiver.got if one["event"].get("subject") == request and one["path"] == "/all"][0]

    assert signed_by("rotate-1") == set(site.secrets), "both live secrets sign"
    site.write("hook-secret-old", site.secrets[0])
    site.write("hook-secret", secret("newest"))
    time.sleep(1.2)  # they are read again after a second
    assert signed_by("rotate-2") == {secret("newest"), site.secrets[0]}
    site.write("hook-secret", "")
    time.sleep(1.2)
    assert secret("newest") in signed_by("rotate-3"), "one that cannot be read is no reason to sign with none"
    site.write("hook-secret", secret("newest"))


def test_killed_between_sending_and_marking_nothing_is_lost(site):
    """Twice: the call is answered, or not, and the process is gone before it could write that down."""
    for round_, status in enumerate((200, None)):
        site.receiver.over.clear()
        caught = []

        def answer(event, caught=caught, status=status):
            if event["type"] == "countersign.request.received" and not caught and event["data"]["kind"] == "grant":
                caught.append(event["id"])
                site.service.kill()
                return status
            return 200

        site.receiver.answers["/all"] = answer
        try:
            request = site.submit(f"killed-{round_}", kind="grant", beneficiary="amara", entitlement=f"role-{round_}")
        except OSError:  # killed before it answered
            request = None
        wait.until(lambda: caught, 10)
        site.receiver.over.set()
        site.receiver.answers.pop("/all")
        site.start_service()
        request = request or site.sql(f"select id from governance.access_request where idempotency_key like '%killed-{round_}'")
        wait.until(lambda: site.at_once("lease_until") or site.moves(request)[:2] == MOVES[:2], 30, what="all is told after the kill")
        again = [one for one in site.receiver.got if one["event"]["id"] == caught[0] and one["path"] == "/all"]
        assert len(again) >= 2, "sent again: nobody knows whether it was taken"
        entries = site.sql(f"select count(*) from governance.evidence_entry where request_id = '{request}' and kind in ('request.received', 'request.moved')")
        wait.until(lambda: site.at_once() or len(site.moves(request)) == int(entries) or len(site.moves(request)) >= 4, 20)


def test_two_replicas_send_each_once_and_in_order(site):
    """And when one of them is stopped in the middle what it holds comes from the other, later."""
    port, ops_port = ports.free_ports(2)
    ready = f"{site.folder}/second"
    second = proc.Process([site.program, "serve", "--config", site.config, "--set", f"listen.port={port}", "--set", f"listen.ops_port={ops_port}",
                           "--port-file", ready], name="second", ready=lambda: os.path.exists(ready))
    second.start()
    requests = [site.submit(f"two-{n}", beneficiary=f"two-{n}", entitlement="fin-viewer") for n in range(12)]
    wait.until(lambda: all(site.moves(r) == MOVES for r in requests), 40, what="all moves of all requests")
    for request in requests:
        sent = [one["event"]["sequence"] for one in site.receiver.got if one["path"] == "/all" and one["event"].get("subject") == request]
        assert sent == sorted(set(sent)), "in order, none twice"
    both = site.sql("select count(*) from governance.event_delivery where subscriber = 'all' and state = 'delivered'")
    assert int(both) >= 4 * len(requests)
    more = [site.submit(f"three-{n}", beneficiary=f"three-{n}", entitlement="fin-viewer") for n in range(6)]
    second.stop()
    assert "Sanitizer" not in second.stderr, second.told()
    wait.until(lambda: site.at_once("lease_until") or all(site.moves(r) == MOVES for r in more), 40, what="all moves after the stop")


def test_what_nobody_takes_is_given_up_told_and_sent_by_hand(site):
    request = site.submit("dying", beneficiary="okafor", entitlement="role-9")

    def dead(subscriber):
        return [d for d in site.api("GET", f"/v1/events?state=dead&subscriber={subscriber}&request={request}")[1]["deliveries"]]

    wait.until(lambda: site.at_once() or dead("dying") and dead("inward"), 20, what="both are given up")
    assert dead("dying")[0]["why"] == "answered 500" and dead("dying")[0]["attempts"] >= 2
    assert "this machine" in dead("inward")[0]["why"] and not [one for one in site.receiver.got if one["path"] == "/inward"]
    told = site.sql("select string_agg(distinct key, ' ') from governance.escalation where reason = 'EventNotDelivered'")
    assert "event dying" in told and "event inward" in told
    _, metrics = world.http("GET", f"http://127.0.0.1:{site.ops_port}/metrics")
    assert int(metrics.split("\ncountersign_events_dead ")[1].split()[0]) >= 2
    listed = json.loads(site.countersign("event", "list", "--dead", "--subscriber", "dying", "--json").stdout)["deliveries"]
    assert dead("dying")[0]["event"] in [d["event"] for d in listed]
    assert "answered 500" in site.countersign("event", "list", "--dead").stdout
    assert site.api("POST", "/v1/events/retry", {"subscriber": "inward"})[1]["retried"] >= 1
    site.receiver.answers["/dying"] = 200
    assert "1 sent again" in site.countersign("event", "retry", dead("dying")[0]["event"], "--subscriber", "dying").stdout
    wait.until(lambda: site.moves(request, "/dying") == ["received"], 10)
    assert site.countersign("event", "retry", "--subscriber", "nobody", check=False).returncode == 65
    assert site.countersign("event", "retry", "00000000-0000-0000-0000-000000000000", check=False).returncode == 65
    assert site.countersign("event", "list", "--state", "lost", check=False).returncode == 65
    assert site.countersign("event", "retry", check=False).returncode == 64
