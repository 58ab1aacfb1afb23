"""Whether a grant may be, asked of a real decision point (Cerbos) that is up, down, slow and odd; duties to be kept apart.
Removals hear nothing of it."""
import hashlib
import json
import re

import pytest

from lib import pdp, wait, world

POLICY = """
policy:
  url: "{url}"
  insecure_http: true
  dialect: cerbos
  roles: [employee]
  timeout: 4s
  concurrency: 5
  duties:
    - name: ledger
      unlinked: beneficiary
      members: [{{ source: sap-fin, entitlement: fin-ledger-admin }}, {{ source: sap-fin, entitlement: fin-viewer }}]
"""
PEOPLE = ["ada", "ben", "cyd", "dan", "eve", "fay", "gus", "hal", "ida"]
CROWD = [f"crowd-{n}" for n in range(9)]
JSON = {"Content-Type": "application/json"}


class Asking(world.World):
    def start_directory(self):
        super().start_directory()
        for n, person in enumerate(PEOPLE + CROWD):
            self.in_target(f"insert into app_user values ({n + 20}, '{person}', true) on conflict do nothing")
        self.cerbos = pdp.Cerbos().start()
        self.between = pdp.Between(self.cerbos.port)

    def configure(self):
        super().configure()
        with open(self.config, "a") as file:
            file.write(POLICY.format(url=self.between.url))

    def close(self):
        super().close()
        self.between.close()
        self.cerbos.close()

    def decisions(self, key):
        """stage, what was answered, why not; oldest first; without those about duties."""
        return [tuple(row.split("|")) for row in self.sql(
            "select p.stage || '|' || coalesce(p.permitted::text, 'none') || '|' || p.why from governance.policy_decision p "
            f"join governance.ticket t using (request_id) where t.issue_key = '{key}' and p.item_id is not null order by p.id").splitlines()]

    def until_said(self, key, words, timeout=20):
        return self.until(key, lambda: words in self.said(key)[1], timeout, f"{key} says '{words}'")


@pytest.fixture(scope="module")
def asking():
    with Asking() as made:
        yield made


def test_a_yes_at_every_stage(asking):
    key = asking.ask_grant("ada")
    asking.until_phase(key, "fulfilling")
    assert asking.decisions(key) == [("intake", "true", "Ok"), ("approval", "true", "Ok")]
    asking.has_role("ada", "fin-viewer", True)
    asking.resolve(key)
    asking.until_phase(key, "closed")
    assert [d[0] for d in asking.decisions(key)] == ["intake", "approval", "verification"]
    request = asking.request(key)["id"]
    kept = json.loads(asking.sql("select json_agg(json_build_object('asked', convert_from(asked, 'utf8'), 'answered', convert_from(answered, 'utf8'), "
                                 "'question', question, 'sha256', encode(asked_sha256, 'hex')) order by id) "
                                 f"from governance.policy_decision where request_id = '{request}' and item_id is not null"))
    sent = [(headers["X-Request-ID"], body.decode()) for _, headers, body in asking.between.asked if request.encode() in body]
    assert [(k["question"], k["asked"]) for k in kept] == sent, "the very bytes that went"
    assert all("EFFECT_ALLOW" in k["answered"] for k in kept), "and the very bytes that came"
    told = [json.loads(body)["detail"] for body in asking.sql(
        f"select body from governance.evidence_entry where kind = 'policy.decided' and request_id = '{request}' order by seq").splitlines()]
    salt = bytes.fromhex(asking.sql(f"select encode(salt, 'hex') from governance.request_salt where request_id = '{request}'"))
    assert [hashlib.sha256(salt + k["sha256"].encode()).hexdigest() for k in kept] == [d["asked_commitment"] for d in told if d.get("item")]
    assert json.loads(kept[1]["asked"])["context"]["stage"] == "approval"


def test_a_no_ends_it_and_is_told(asking):
    key = asking.ask_grant("ada", "canary-role")
    asking.until_phase(key, "denied")
    assert asking.request(key)["phase_reason"] == "PolicyDenied"
    asking.until_said(key, "Declined by the access policy")
    assert asking.decisions(key) == [("intake", "false", "Ok")]


def test_who_does_not_answer_lets_grants_wait_and_no_removal(asking):
    moods = {"ben": ("hang", "Timeout"),
             "cyd": ((200, JSON, b'{"decision":"true"}'), "NoDecision"),
             "dan": ((503, JSON, b'{"decision":true}'), "ServerError"),
             "eve": ((200, {**JSON, "X-Request-ID": "another"}, b'{"decision":true}'), "OtherQuestion"),
             "fay": ((200, JSON, b'{"decision":true,"context":{"x":"' + b"x" * 70000 + b'"}}'), "TooLarge")}
    asking.between.moods, asking.between.delay = {person: mood for person, (mood, _) in moods.items()}, 1.5
    waiting = {person: asking.ask_grant(person) for person in moods}  # all on their way before the first is answered
    for person, (_, why) in moods.items():
        wait.until(lambda: asking.decisions(waiting[person]), 40, what=f"{person} is asked about")
        assert asking.decisions(waiting[person])[0] == ("intake", "none", why)
    asking.until_said(waiting["ben"], "Waiting for the access policy to answer")
    verbose = json.loads(world.http("GET", f"http://127.0.0.1:{asking.ops_port}/readyz?verbose")[1])
    assert "no decision" in verbose["policy"] and "grants wait" in verbose["policy"]
    asked = len(asking.between.asked)
    removal = asking.ask_removal("okafor")
    asking.until_phase(removal, "fulfilling")
    asking.has_role("okafor", "fin-ledger-admin", False)
    asking.resolve(removal)
    asking.until_phase(removal, "closed")
    assert asking.decisions(removal) == [] and not any(b"okafor" in body for _, _, body in asking.between.asked[asked:])
    assert all(asking.request(key)["phase"] == "received" for key in waiting.values())
    asking.cerbos.stop()  # really away for a while
    online = asking.countersign("check", "--online", check=False)
    assert f"policy {asking.between.url}: gives no decision: ServerError: see the decision point's log" in online.stdout
    assert online.returncode == 1
    asking.between.moods = {}
    asking.cerbos.start()
    for key in waiting.values():
        asking.until_phase(key, "fulfilling", timeout=90)
    online = asking.countersign("check", "--online", check=False)
    assert f"policy {asking.between.url}: does not fit: its discovery document: the decision point calls itself" in online.stdout
    metrics = world.http("GET", f"http://127.0.0.1:{asking.ops_port}/metrics")[1]
    assert "countersign_policy_answering 1" in metrics


def test_a_crowd_stands_in_line(asking):
    turned_away = lambda: re.search(r"policy_turned_away_total (\d+)", world.http(  # noqa: E731
        "GET", f"http://127.0.0.1:{asking.ops_port}/metrics")[1])[1]
    before = turned_away()
    asking.between.moods, asking.between.delay = {"crowd": "slow"}, 2.5
    keys = [asking.ask_grant(person) for person in CROWD]
    for key in keys:
        asking.until_phase(key, "fulfilling", timeout=60)
    assert turned_away() == before, "who finds no place among five waits for one of them"


def test_a_conflict_of_duties_holds_it_until_an_exception(asking):
    asking.has_role("gus", "fin-viewer", True)
    key = asking.ask_grant("gus", "fin-ledger-admin")
    asking.until_said(key, "On hold, duties to be kept apart: ledger: gus holds fin-viewer")
    assert asking.request(key)["phase"] == "received"
    request = asking.request(key)["id"]
    asking.sql("insert into governance.exception (request_id, scope, sod_set, owner, approved_by, reason, compensating_control, expires_at) "
               f"values ('{request}', 'sod', 'ledger', 'owner', 'other', 'year end', 'every posting is reviewed', clock_timestamp() + interval '1 day')")
    asking.until_phase(key, "fulfilling")


def test_two_duties_asked_for_at_once(asking):
    """Both are answered before either is approved: the second one hears of the first."""
    both = [asking.ask_grant("hal", role) for role in ("fin-ledger-admin", "fin-viewer")]
    phases = lambda: {(asking.request(key) or {"phase": ""})["phase"]: key for key in both}  # noqa: E731
    wait.until(lambda: set(phases()) == {"fulfilling", "received"}, 60, what="one of two is given")
    held = phases()["received"]
    asking.until_said(held, "On hold, duties to be kept apart: ledger")


def test_two_duties_of_whom_nobody_can_tell(asking):
    """The one is asked for under a login, the other under an address that begins so: the second one waits, and names the first."""
    first = asking.ask_grant("ida", "fin-ledger-admin")
    asking.until_phase(first, "fulfilling")
    second = asking.ask_grant("ida@example.com", "fin-viewer")
    asking.until_said(second, f"ledger: {first} gives fin-ledger-admin, maybe to the same person: name both under people of the site")
    assert asking.request(second)["phase"] == "received"
    assert "name both under people of the site" in asking.countersign("request", "show", second).stdout


def test_a_duty_by_another_spelling(asking):
    asking.has_role("gus", "fin-viewer", True)
    key = asking.ask_grant("gus", "Fin-Ledger-ADMIN")
    asking.until_said(key, "On hold, duties to be kept apart: ledger: gus holds fin-viewer")


def test_a_conflict_that_came_meanwhile_keeps_it_open(asking):
    key = asking.ask_grant("novak", "fin-ledger-admin")
    asking.until_phase(key, "fulfilling")
    asking.has_role("novak", "fin-ledger-admin", True)
    asking.has_role("novak", "fin-viewer", True)  # behind everybody's back
    asking.resolve(key)
    asking.until_said(key, "Duties to be kept apart: ledger: novak holds")
    assert asking.request(key)["phase"] == "verifying"
    asking.has_role("novak", "fin-viewer", False)
    asking.until_phase(key, "closed", timeout=60)
