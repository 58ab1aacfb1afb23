"""Observe, then warn, then enforce: one rule after the other on the desk without a gate, and what the report says of it."""
import json
import pathlib

import jsonschema
import pytest

from lib import wait, world

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "schemas" / "report-observe.schema.json"
GRANT = """  - name: grant-app-access-ungated
    request_type: "40"
    mode: observe
    change: grant
    subject: { from: customfield_10061, then: [trim, lower], on_missing: hold }
    application: { from: customfield_10050, lookup: { "SAP FIN": sap-fin, "Directory": directory }, on_missing: hold }
    entitlement: { from: customfield_10052, then: [trim], on_missing: hold }
    expect: { present: entitlement }
"""
REMOVAL = '  - name: remove-app-access-ungated\n    request_type: "41"\n'


class Observing(world.World):
    def configure(self):
        super().configure()
        self.edit_file("mapping.yaml", REMOVAL, GRANT + REMOVAL)  # the removal says no mode: the site's counts
        self.edit_file("countersign.yaml", "    projects: [IAM, OPS]\n", "    projects: [IAM, OPS]\n    mode: observe\n")

    def close_ticket(self, request_type, person, role="fin-ledger-admin", system="SAP FIN"):
        """Asked for, worked on, and closed by the agent; gives the key."""
        key = self.ask(request_type, person, role, system, f"{role} of {person}")
        self.until_phase(key, "fulfilling")
        self.act("transition", key, name="Close")
        return key

    def attempts(self, key):
        return self.sql("select string_agg(concat_ws(' ', gate_mode, verdict, refused_for), ', ' order by attempted_at) "
                        f"from sla.close_attempt_v1 where issue_key = '{key}'")

    def until_attempt(self, key, said, timeout=20):
        wait.until(lambda: self.attempts(key) == said, timeout, what=f"{key}: {said}")

    def report(self, *more):
        found = json.loads(self.countersign("report", "--observe", "--json", *more).stdout)
        return {t["request_type"]: t for t in found["types"]}

    def evidence(self, key, kind):
        return [json.loads(body)["detail"] for body in self.sql(
            f"select body from governance.evidence_entry where kind = '{kind}' and request_id = '{self.request(key)['id']}' "
            "order by seq").splitlines()]

    def live_with(self, mode):
        """The removals of this desk get another mode; the service starts with that mapping."""
        self.edit_file("mapping.yaml", self.said_mode, REMOVAL + f"    mode: {mode}\n")
        self.said_mode = REMOVAL + f"    mode: {mode}\n"
        self.service.stop()
        self.start_service()

    said_mode = REMOVAL

    def over(self, person):
        """A removal that the platform withdraws while it is worked on, and that an agent resolves all the same."""
        key = self.ask("41", person, "fin-ledger-admin", "SAP FIN", "not wanted any more")
        request = self.until_phase(key, "fulfilling")["id"]
        assert self.api("POST", f"/v1/access-requests/{request}/cancel", {})[0] == 202
        self.until_phase(key, "cancelled")
        self.act("transition", key, name="Resolve")
        return key

    def was_returned(self, key):
        """Out of the status where a check was to come, by us, once, and the request is as over as it was."""
        self.until_status(key, "In progress")
        request = self.request(key)
        assert request["phase"] == "cancelled" and request["claimed_at"] is None
        flows = ("select string_agg(kind || ' ' || state, ',' order by id) from governance.flow "
                 f"where request_id = '{request['id']}' and kind in ('transition', 'reopen', 'close')")
        wait.until(lambda: "calling" not in self.sql(flows), 20, what="the reply to it is read")  # Jira shows it before
        assert self.sql(flows) == "transition done"
        assert self.sql(f"select count(*) from governance.escalation where kind = 'breach' and request_id = '{request['id']}'") == "0"


@pytest.fixture(scope="module")
def site():
    with Observing() as made:
        yield made
    for service in made.services:
        assert "Sanitizer" not in service.stderr, service.told()


@pytest.fixture(scope="module")
def history(site):
    """Grants closed with and without the change; removals closed done, still present, and while the source was down."""
    site.has_role("reyes", "fin-viewer", True)
    site.has_role("okafor", "fin-ledger-admin", False)
    keys = {"given": site.close_ticket("40", "reyes", "fin-viewer"), "missing": site.close_ticket("40", "lind", "fin-viewer"),
            "gone": site.close_ticket("41", "okafor"), "there": site.close_ticket("41", "lind")}
    site.until_attempt(keys["given"], "observe as_asked")
    site.until_attempt(keys["missing"], "observe refused Missing")
    site.until_attempt(keys["gone"], "observe as_asked")
    site.until_attempt(keys["there"], "observe refused StillPresent")
    site.directory.stop()
    keys["dark"] = site.close_ticket("41", "okafor", "finance-all", "Directory")
    site.until_attempt(keys["dark"], "observe refused SourceUnreadable")
    return keys


def test_observing_holds_nobody_and_says_one_thing(site, history):
    for key in history.values():
        ticket = site.ticket(key)
        assert ticket["status"] == "Resolved" and ticket["comments"] == [], key
        assert site.said(key)[1] in ("", "Not enforced here yet"), key
    quiet = site.ask("41", "novak", "fin-ledger-admin", "SAP FIN", "not closed yet")
    wait.until(lambda: site.said(quiet)[1] == "Not enforced here yet", 10, what="an open ticket says so")
    assert site.control("oracle")["public_comments_by_connector"] == []


def test_what_is_closed_without_proof_is_not_closed_here(site, history):
    assert [site.until_phase(history[k], "closed")["mode"] for k in ("given", "gone")] == ["observe", "observe"]
    for key, why in (("missing", "Missing"), ("there", "StillPresent"), ("dark", "SourceUnreadable")):
        assert site.request(history[key])["phase"] == "verifying" and site.request(history[key])["closed_at"] is None
        said = site.evidence(history[key], "close.refused")
        assert [(d["why"], d["mode"], d["closed"]) for d in said] == [(why, "observe", True)]
    assert site.sql("select count(*) from governance.escalation where kind = 'breach'") == "0"


def test_the_report_counts_them(site, history):
    found = site.report("--site", "acme", "--since", "1d")
    grants, removals = found["40"], found["41"]
    assert (grants["closed"], grants["as_asked"], grants["would_have_refused"], grants["checking"]) == (2, 1, 1, 0)
    assert grants["worth_a_look"] == {"StillPresent": [], "Missing": [history["missing"]]}
    assert (removals["closed"], removals["as_asked"], removals["would_have_refused"], removals["unproven_now"]) == (3, 1, 2, 2)
    assert {k: n for k, n in removals["refused_for"].items() if n} == {"StillPresent": 1, "SourceUnreadable": 1}
    assert removals["worth_a_look"] == {"StillPresent": [history["there"]], "Missing": []}
    assert removals["wait"]["proven"] == 1 and removals["wait"]["median_seconds"] == removals["wait"]["p90_seconds"] < 60
    assert removals["mode"] == "observe" and removals["next"] == {"mode": "observe", "why": "TooFewCloses"}
    told = world.http("GET", f"http://127.0.0.1:{site.ops_port}/metrics")[1]
    assert 'countersign_close_refusals_total{site="acme",mode="observe"} 3\n' in told
    assert 'countersign_close_refusals_total{site="acme",mode="enforce"} 0\n' in told
    text = site.countersign("report", "--observe").stdout
    assert f"Worth a look: 1 of those 3 was closed but the access is still there: {history['there']}\n" in text
    assert "      1  the source could not be read\n" in text
    assert site.report("--since", "2999-01-01") == {} == site.report("--site", "other")


def test_the_report_fits_its_schema(site, history):
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.Draft7Validator(schema).validate(json.loads(site.countersign("report", "--observe", "--json").stdout))


def test_how_the_report_fails(site, history):
    def code(*arguments):
        return site.countersign("report", *arguments, check=False).returncode
    assert code() == 64 and code("--observe", "--since", "soon") == 64 and code("--observe", "more") == 64
    assert code("--observe", "--conninfo", "host=/nowhere dbname=none") == 69
    assert site.countersign("report", "--observe", "--conninfo", site.database.dsn).returncode == 0


def test_what_is_mended_later_is_proven_then(site, history):
    site.has_role("lind", "fin-ledger-admin", False)
    site.until_phase(history["there"], "closed")
    found = site.report()["41"]
    assert found["worth_a_look"]["StillPresent"] == [] and found["refused_for"]["StillPresent"] == 1
    assert (found["unproven_now"], found["wait"]["proven"]) == (1, 2)


def test_whom_the_workflow_holds_all_the_same_reads_why(site, history):
    """Observed, in a project whose workflow has the gate: only we lead out of Verifying."""
    site.has_role("novak", "fin-viewer", True)
    key = site.ask("31", "novak", "fin-viewer", "SAP FIN", "held by the workflow")
    assert site.until_phase(key, "fulfilling")["mode"] == "observe"
    site.resolve(key)
    wait.until(lambda: site.said(key)[1].startswith("Not closed: novak still has fin-viewer"), 20, what="the ticket says what it waits for")
    assert site.ticket(key)["status"] == "Verifying access"
    found = site.report()["31"]
    assert (found["closed"], found["held"]) == (0, 1)
    site.has_role("novak", "fin-viewer", False)
    site.until_phase(key, "closed")
    wait.until(lambda: site.said(key)[1].endswith(": access is gone"), 20, what="and by what it was closed")


def test_what_is_over_does_not_wait_for_a_check(site, history):
    """Nobody but we leads out of there, in any mode."""
    key = site.over("lind")
    site.was_returned(key)
    assert site.request(key)["mode"] == "observe" and site.ticket(key)["comments"] == []


def test_warning_says_it_and_holds_nobody(site, history):
    site.live_with("warn")
    wait.until(lambda: site.request(history["dark"])["mode"] == "warn", 20, what="an open request follows the mapping")
    assert [(d["was"], d["mode"], d["by"]) for d in site.evidence(history["dark"], "request.mode")] == [("observe", "warn", "rule")]
    wait.until(lambda: "Can't reach Directory" in site.said(history["dark"])[1], 20, what="and its ticket says what is so")
    site.has_role("novak", "fin-ledger-admin", True)
    key = history["warned"] = site.close_ticket("41", "novak")
    wait.until(lambda: "Closed, but novak still has fin-ledger-admin" in site.said(key)[1], 20, what="the ticket says what is missing")
    wait.until(lambda: len(site.ticket(key)["comments"]) == 1, 10, what="and why, in one comment")
    site.until_attempt(key, "warn refused StillPresent")
    assert site.ticket(key)["status"] == "Resolved"
    assert site.sql(f"select reason from governance.escalation where kind = 'breach' and request_id = '{site.request(key)['id']}'") == \
        "WouldHaveRefused"
    assert site.request(history["gone"])["mode"] == "observe", "what is closed stays as it was closed"
    found = site.report()["41"]
    assert (found["mode"], found["closed"], found["would_have_refused"]) == ("warn", 4, 3)


def test_what_is_over_does_not_wait_where_it_is_warned_of(site, history):
    key = site.over("lind")
    site.was_returned(key)
    assert site.request(key)["mode"] == "warn"
    wait.until(lambda: site.said(key)[1].startswith("Withdrawn"), 20, what="and the ticket says that it is over")


def test_enforcing_holds(site, history):
    site.live_with("enforce")
    site.until_status(history["warned"], "In progress")
    key = site.close_ticket("41", "novak")
    site.until_status(key, "In progress")
    wait.until(lambda: (site.attempts(key) or "").startswith("enforce"), 10, what="remembered as held")
    found = site.report()["41"]
    assert (found["mode"], found["closed"], found["next"]) == ("enforce", 4, {"mode": "enforce", "why": "Enforced"})
    site.has_role("novak", "fin-ledger-admin", False)
    for each in (key, history["warned"]):
        site.until_phase(each, "closed", timeout=40)
