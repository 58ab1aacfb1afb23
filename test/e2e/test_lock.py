"""The desk is locked, changes, and is told: by hand, by the running service; the same on a Data Center. One world; the Data Center
is its stand-in alone."""
import json
import os
import subprocess
import types

import pytest
from lib import wait, world

LOCK = "fields.lock.json"
FIELD = "customfield_10050"
OPTIONS = ["SAP FIN", "Workday", "Directory"]


class Desk(world.World):
    """The stand-in and the files; what is not asked does not run."""

    def start(self):
        self.folder = world.tempfile.mkdtemp(prefix="cs-desk-")
        self.start_jira()
        self.database = self.target = types.SimpleNamespace(dsn_as=lambda role: f"host=127.0.0.1 user={role}")
        self.directory = types.SimpleNamespace(url="ldap://127.0.0.1:1")
        self.configure()
        return self

    def close(self):
        self.jira.stop()
        self.remove()


@pytest.fixture(scope="module")
def site():
    class Proven(world.World):
        def configure(self):
            super().configure()
            self.edit_file("countersign.yaml", "    poll_interval:", "    gate: { reprove: 1s }\n    poll_interval:")
    with Proven(webhooks=False) as made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


@pytest.fixture(autouse=True)
def as_it_was(request):
    yield
    if "site" in request.fixturenames:
        site = request.getfixturevalue("site")
        site.control("fields", {FIELD: {"name": "Target system", "options": OPTIONS}})


def mapping(site, *argv, code=0):
    done = site.countersign("mapping", *argv, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done


def locked(site):
    with open(os.path.join(site.folder, LOCK)) as file:
        return file.read()


def drift(site, code):
    return json.loads(mapping(site, "drift", "--json", code=code).stdout)[0]


def offer(site, *options, name="Target system"):
    site.control("fields", {FIELD: {"name": name, "options": list(options)}})


def test_without_a_lock_nothing_is_compared(site):
    assert "countersign mapping lock" in mapping(site, "drift", code=78).stderr
    assert "fields.lock" not in site.countersign("check", "--online").stdout
    assert json.loads(world.http("GET", f"http://127.0.0.1:{site.ops_port}/readyz")[1])["desks"] == {"acme": "no lock"}


def test_the_same_desk_is_the_same_file(site):
    mapping(site, "lock")
    first = locked(site)
    os.utime(os.path.join(site.folder, LOCK), (1, 1))
    again = json.loads(mapping(site, "lock", "--json").stdout)[0]
    assert not again["changed"] and again["captured_at"] == json.loads(first)["sites"][0]["captured_at"]
    assert locked(site) == first and os.stat(os.path.join(site.folder, LOCK)).st_mtime == 1
    assert '"transitions"' not in first  # the connector may not read workflows
    admin = ("--email", "admin@example.com", "--token", "file:" + site.write("admin", "admin-token"))
    assert json.loads(mapping(site, "lock", "--json", *admin).stdout)[0]["transitions"] > 20
    seen = locked(site)
    assert not json.loads(mapping(site, "lock", "--json").stdout)[0]["changed"] and locked(site) == seen  # they stay
    assert drift(site, 0)["changes"] == []
    online = site.countersign("check", "--online")
    assert "fields.lock.json: as locked" in online.stdout and " is judged by " in online.stderr


def test_pages_are_read_to_the_end(site):
    mapping(site, "lock")
    site.control("config", {"meta_page": 3, "desk_page": 1})
    assert not json.loads(mapping(site, "lock", "--json").stdout)[0]["changed"]
    site.control("config", {"meta_page": 200, "desk_page": 50})


def test_what_is_harmless_and_what_breaks(site):
    mapping(site, "lock")
    offer(site, *OPTIONS, "Okta", name="System")
    told = drift(site, 2)
    assert {c["kind"] for c in told["changes"]} == {"field_renamed", "option_new"} and not told["breaking"]
    offer(site, "SAP FINANCE", "Workday", "Directory")
    told = drift(site, 1)
    assert {(c["kind"], c["breaking"]) for c in told["changes"]} == {("option_renamed", True)}
    assert told["changes"][0]["where"].startswith("application (")
    text = mapping(site, "drift", code=1).stdout
    assert 'breaking  option "SAP FIN" of customfield_10050' in text
    done = site.countersign("check", "--online", check=False)
    assert done.returncode == 1 and "fields.lock.json: drifted" in done.stdout
    assert json.loads(site.countersign("check", "--online", "--json", check=False).stdout)[-1]["outcome"] == "drifted"
    mapping(site, "lock")
    validated = subprocess.run([site.program, "mapping", "validate", "mapping.yaml"], cwd=site.folder, capture_output=True, text=True)
    assert validated.returncode == 78 and 'error[M104]: "SAP FIN" is not an option' in validated.stderr


def test_a_form_and_a_desk_change(site):
    mapping(site, "lock")
    forms = site.control("forms")
    site.control("forms", {"31": {"form": [f for f in forms["31"]["form"] if f != "customfield_10052"]}})
    try:
        assert [(c["kind"], c["breaking"], c["on"]) for c in drift(site, 1)["changes"]] == [("field_off_form", True, "request type 31")]
    finally:
        site.control("forms", {"31": forms["31"]})
    site.control("accounts", {"connector": {"desk": "none"}})
    try:
        assert "not accepted" in mapping(site, "drift", code=77).stderr  # we are no agent any more: nothing is known
    finally:
        site.control("accounts", {"connector": {"desk": "agent"}})


def test_the_service_tells_once(site):
    """In the log, a metric, /readyz and the evidence; and that it is over."""
    def desks():
        return json.loads(world.http("GET", f"http://127.0.0.1:{site.ops_port}/readyz")[1])["desks"]["acme"]

    def metric(name):
        text = world.http("GET", f"http://127.0.0.1:{site.ops_port}/metrics")[1]
        return next((line.split()[1] for line in text.splitlines() if line.startswith(f"countersign_mapping_drift_{name}{{")), None)
    told = "select count(*) from governance.escalation where reason = 'MappingDrift' and site = 'acme'"
    kept = "select count(*) from governance.evidence_entry where body like '%MappingDrift%'"
    mapping(site, "lock")
    wait.until(lambda: desks() == "as locked", 15, what="it is as locked")
    assert (metric("breaking"), metric("known")) == ("0", "1")
    before, entries, said = int(site.sql(told)), int(site.sql(kept)), len(site.service.stderr)
    offer(site, "SAP LEDGER", "Workday", "Directory")
    wait.until(lambda: "1 change breaks the mapping" in desks(), 15, what="it is told")
    assert metric("breaking") == "1"
    wait.until(lambda: int(site.sql(told)) == before + 1, 10, what="people are told")
    assert int(site.sql(kept)) == entries + 1
    looks = len(site.control("calls")["calls"])
    wait.until(lambda: len(site.control("calls")["calls"]) > looks + 40, 15, what="it is looked at again and again")
    offer(site, *OPTIONS)
    wait.until(lambda: desks() == "as locked", 15, what="it is over")
    assert metric("breaking") == "0" and int(site.sql(told)) == before + 1
    lines = site.service.stderr[said:]
    assert lines.count("the mapping with it") == 1 and lines.count("breaks the mapping any more") == 1


def test_a_site_that_does_not_answer_is_no_drift(site):
    mapping(site, "lock")
    before = locked(site)
    site.control("faults", {"method": "GET", "path": "requesttype", "count": 50, "effect": {"kind": "reply", "status": 500}})
    try:
        assert mapping(site, "drift", code=69).stdout == ""
        assert "could not be read" in mapping(site, "lock", code=69).stderr
    finally:
        site.no_faults()
    assert locked(site) == before


def test_it_is_made_from_the_live_desk_where_there_is_no_lock(site):
    os.remove(os.path.join(site.folder, LOCK))
    rule = mapping(site, "scaffold", "--request-type", "31").stdout
    assert '    request_type: "31" # Remove application access\n' in rule
    assert json.loads(mapping(site, "schema").stdout)["properties"]["service_desk"]["enum"] == ["IAM", "OPS"]


def test_a_first_configuration_is_made_of_the_desk(site):
    """countersign init, where a token is at hand; where Jira does not take it, a placeholder stands and it is said why."""
    def init(name, token):
        done = subprocess.run([site.program, "init", f"{site.folder}/{name}", "--url", site.seen_url, "--email", "connector@example.com", "--token",
                               f"file:{token}", "--projects", "IAM", "--source", "sap-fin=sql", "--source", "directory=ldap", "--json"],
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        subprocess.run([site.program, "check", "--without-secrets", "--config", f"{site.folder}/{name}/countersign.yaml"], check=True)
        with open(f"{site.folder}/{name}/mapping.yaml") as file:
            return json.loads(done.stdout), file.read()
    said, made = init("first", f"{site.folder}/jira-token")
    assert said["mapping_of_the_desk"] and [m["file"].rpartition("/")[2] for m in said["missing"]] == ["sap-fin", "directory"]
    assert '    request_type: "31" # Remove application access\n' in made and '"SAP FIN": sap-fin' in made
    said, made = init("second", site.write("wrong", "no-token-of-anybody"))
    assert "not accepted" in said["why_not"] and "a placeholder" in made, said


def test_a_lock_that_cannot_be_used_is_told(site):
    site.write(LOCK, "<<<<<<< HEAD")
    assert "remove the file" in mapping(site, "lock", code=65).stderr
    assert "not JSON" in mapping(site, "drift", code=65).stderr
    os.remove(os.path.join(site.folder, LOCK))


def test_a_data_center():
    with Desk(flavour="datacenter") as desk:
        mapping(desk, "lock")
        section = json.loads(locked(desk))["sites"][0]
        assert section["flavour"] == "datacenter"
        iam = next(p for p in section["projects"] if p["key"] == "IAM")
        assert {t["id"]: len(t["form"]["fields"]) > 10 for t in iam["request_types"]} == {"30": True, "31": True}
        assert {s["name"] for s in iam["statuses"] if s["category"] == "done"} == {"Resolved", "Cancelled"}
        assert iam["create_screen"]["form"]["fields"] and "transitions" not in iam
        done = subprocess.run([desk.program, "mapping", "validate", "mapping.yaml"], cwd=desk.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert drift(desk, 0)["changes"] == []
        offer(desk, "Workday", "Directory", name="System")  # what stood second is the first now
        assert {c["kind"] for c in drift(desk, 1)["changes"]} == {"field_renamed", "option_renamed", "option_gone"}
