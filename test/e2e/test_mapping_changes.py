"""The mapping changes while the service runs: a file and SIGHUP, a file with a fault, a plan that is applied and rolled back. A
request in flight goes on as it was understood."""
import hashlib
import json
import os
import re
import signal
import socket

import pytest
from lib import wait, world

CONTESTED = "select count(*) from governance.access_request where contested"
EDIT = "entitlement: { from: customfield_10052, then: [trim], on_missing: hold }"
OTHER = "entitlement: { from: customfield_10052, then: [trim, { before: x- }], on_missing: hold }"


class Told(world.World):
    """Somebody stands in for systemd."""

    def start_service(self, env=None):
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind(f"\0{self.folder}/notify")
        self.manager.setblocking(False)
        self.states = []
        return super().start_service({"NOTIFY_SOCKET": f"@{self.folder}/notify", **(env or {})})

    def told(self):
        """The newest status, all that was told is read."""
        while True:
            try:
                self.states.append(self.manager.recv(4096).decode())
            except BlockingIOError:
                return self.states[-1] if self.states else ""

    def metrics(self):
        return world.http("GET", f"http://127.0.0.1:{self.ops_port}/metrics")[1]

    def live(self):
        return re.search(r'countersign_mapping_info\{site="acme",sha256="(\w+)"\} 1', self.metrics())[1]

    def reload(self, old, new):
        self.edit_file("mapping.yaml", old, new)
        self.service.signal(signal.SIGHUP)

    def made_for(self, person):
        """A grant that the platform asks for; the key of the ticket that we make."""
        status, made = self.api("POST", "/v1/access-requests", {"kind": "grant", "requester": "lind", "beneficiary": person, "source": "sap-fin",
                                                                "entitlement": "fin-viewer", "justification": "x"}, key=f"for-{person}")
        assert status in (201, 202), made
        key = wait.until(lambda: self.sql(f"select issue_key from governance.ticket where request_id = '{made['id']}'"), 20, what="its ticket is made")
        self.until_phase(key, "fulfilling")
        return key

    def plans(self):
        return [name for name in os.listdir(self.folder) if ".plan-" in name]

    def items(self, key):
        return self.sql("select string_agg(i.entitlement, ' ') from governance.request_item i join governance.ticket t using (request_id) "
                        f"where t.issue_key = '{key}' and i.replaced_at is null")


@pytest.fixture(scope="module")
def site():
    with Told(program=os.environ.get("COUNTERSIGN")) as made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def test_a_good_edit_is_taken_up_and_what_is_in_flight_keeps_its_own(site):
    key = site.ask_removal("okafor")
    site.until_phase(key, "fulfilling")
    made = site.made_for("reyes")
    before = site.live()
    assert "READY=1\n" in site.told() and before[:8] in site.told()
    with open(f"{site.folder}/mapping.yaml") as file:
        site.first = file.read()
    with_tests = site.first.replace(EDIT, OTHER).replace("entitlement: fin-ledger-admin }", "entitlement: x-fin-ledger-admin }")
    site.write("mapping.yaml", with_tests)
    site.service.signal(signal.SIGHUP)
    wait.until(lambda: site.live() != before, 10, what="the new mapping is live")
    assert "another mapping is live" in site.service.stderr and site.live()[:8] in site.told()
    assert site.sql("select act || number from governance.mapping_event order by id desc limit 1") == "file2"
    later = site.ask_removal("lind")
    site.until_phase(later, "fulfilling")
    assert site.items(later) == "x-fin-ledger-admin" and site.items(key) == "fin-ledger-admin"
    # the one in flight: its ticket is read again, and closes on what it asked for
    site.has_role("okafor", "fin-ledger-admin", False)
    site.resolve(key)
    site.until_phase(key, "closed", timeout=25)
    assert site.sql(f"select count(*) from governance.escalation e join governance.ticket t using (request_id) where t.issue_key = '{key}'") == "0"
    assert site.request(key)["mapping_kept"].startswith(before)
    # and one that we made ourselves, read now for the first time since
    site.act("comment", made, text="on it")
    wait.until(lambda: site.sql(f"select body from governance.ticket_fields f join governance.ticket t using (site, issue_id) where t.issue_key = '{made}'"),
               15, what="it is read")
    assert site.request(made)["mapping_kept"].startswith(before) and site.request(made)["phase"] == "fulfilling"
    assert site.sql("select count(*) from governance.escalation") == "0"
    kept = json.loads(site.sql(f"select f.body from governance.ticket_fields f join governance.ticket t using (site, issue_id) where t.issue_key = '{key}'"))
    assert kept["customfield_10061"] == "okafor" and "summary" not in kept


def test_a_bad_edit_changes_nothing_and_says_where(site):
    before = site.live()
    site.reload("change: removal", "change: remowal")
    wait.until(lambda: 'countersign_mapping_last_reload_successful{site="acme"} 0.000' in site.metrics(), 10, what="it is refused")
    assert site.live() == before
    line = next(json.loads(text) for text in site.service.stderr.splitlines() if "a mapping is refused" in text)
    assert line["code"] == "M038" and line["line"] > 1 and line["file"].endswith("mapping.yaml") and line["remedy"]
    assert re.search(rf"acme runs mapping {before[:8]}, \w{{8}} refused at \d\d:\d\d UTC: M038 \S+mapping.yaml:{line['line']}:", site.told())
    wait.until(lambda: site.sql("select body from governance.evidence_entry where kind = 'mapping.refused'"), 5, what="it is on record")
    # what mends it needs no file
    site.countersign("mapping", "show")
    assert "<- live" in site.countersign("mapping", "history").stdout
    assert "no mapping 99 was ever live" in site.countersign("mapping", "rollback", "99", "--reason", "x", check=False).stderr
    assert site.countersign("mapping", "plan", check=False).returncode == 78
    site.edit_file("mapping.yaml", "change: remowal", "change: removal")
    site.edit_file("mapping.yaml", "expect: { outcome: not_governed }", "expect: { outcome: hold }")
    site.service.signal(signal.SIGHUP)
    wait.until(lambda: '"code":"M052"' in site.service.stderr, 10, what="one whose own tests fail is refused, too")
    assert site.live() == before
    site.reload("expect: { outcome: hold }", "expect: { outcome: not_governed }")
    wait.until(lambda: 'countersign_mapping_last_reload_successful{site="acme"} 1.000' in site.metrics(), 10, what="what is live is good")


def test_a_plan_shows_what_flips_and_becomes_live(site):
    """What was closed and is in flight is replayed with a mapping that reads other roles; it goes live by its plan, and back."""
    before = site.live()
    site.draft = site.write("draft.yaml", site.first.replace("remove-app-access\n", "remove-access\n", 1))
    with open(f"{site.folder}/mapping.yaml") as file:
        assert "x-" in file.read()
    other = site.write("other.yaml", site.first.replace(EDIT, OTHER.replace("x-", "y-")).split("\ntests:")[0] + "\n")
    done = site.countersign("mapping", "backtest", other, check=False)
    assert done.returncode == 2 and not site.plans(), done.stderr
    assert re.search(r'would be REFUSED \(closed as it is\) +1  IAM-\d+  entitlement now "y-fin-ledger-admin", was "x-fin-ledger-admin"', done.stdout), done.stdout
    status = site.write("status.yaml", site.first.replace("Cancelled: cancelled", "Cancelled: done"))
    done = site.countersign("mapping", "backtest", status, check=False)
    assert done.returncode == 2 and "changed outside the rules: statuses; this holds for open requests at once" in done.stdout, done.stdout
    done = site.countersign("mapping", "plan", site.draft, "--json", check=False)
    plan = json.loads(done.stdout)
    assert done.returncode == 2 and plan["counts"]["replayed"] == 3 and plan["not_replayed"] == [], done.stdout
    # okafor's was closed on the role without x-, which is what the draft asks for, and is so; lind's is open
    assert plan["flips"]["refused"] == 0 and plan["values"]["entitlement"] == 3 and plan["sites"][0]["rules_added_names"] == "remove-access"
    path = plan["plan"]
    assert path.endswith("draft.yaml.plan-3.json")
    refused = site.countersign("mapping", "apply", path, "--reason", "x", check=False)
    assert refused.returncode == 64
    with open(path) as file:
        text = file.read()
    changed = site.write("changed.json", text.replace("remove-access", "remove-excess"))
    refused = site.countersign("mapping", "apply", changed, "--change", "CHG-1", "--reason", "x", check=False)
    assert refused.returncode == 65 and "changed after it was planned" in refused.stderr and site.live() == before
    old = json.dumps(json.loads(text)["plan"] | {"made": "2026-01-02T03:04:05.000Z"}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    aged = site.write("aged.json", f'{{"plan":{old},"sha256":"{hashlib.sha256(old.encode()).hexdigest()}"}}')
    refused = site.countersign("mapping", "apply", aged, "--change", "CHG-1", "--reason", "x", check=False)
    assert refused.returncode == 65 and "older than 24 h" in refused.stderr and "plan again" in refused.stderr
    done = site.countersign("mapping", "apply", path, "--change", "CHG-881", "--reason", "role names", "--by", "silva@host")
    assert "acme: number 3 " in done.stdout and "2 open request(s) keep theirs" in done.stdout and "taken up by 1 of 1" in done.stderr
    assert site.live() != before and site.live() in site.countersign("mapping", "history").stdout
    site.service.signal(signal.SIGHUP)
    wait.until(lambda: "the file has not changed" in site.service.stderr, 10, what="the file of before is passed over")
    assert site.live() == plan["sha256"][:12]
    late = site.countersign("mapping", "apply", path, "--change", "CHG-882", "--reason", "again", check=False)
    assert late.returncode == 1 and "plan again" in late.stderr
    key = site.ask_removal("novak")
    site.until_phase(key, "fulfilling")
    assert site.items(key) == "fin-ledger-admin" and site.request(key)["rule"] == "remove-access"
    entry = json.loads(site.sql("select body from governance.evidence_entry where kind = 'mapping.changed' order by seq desc limit 1"))["detail"]
    assert site.sql("select value from governance.person_commitment where member = 'actor' order by entry desc limit 1") == "silva@host"
    assert entry["change"] == "CHG-881" and entry["actor_commitment"] and entry["tests"] == 3 and entry["counts"]["replayed"] == 3


def test_a_restart_keeps_it_and_a_rollback_returns(site):
    live = site.live()
    site.service.stop()
    site.start_service()
    wait.until(lambda: site.live() == live, 10, what="the file of before changes nothing")
    done = site.countersign("mapping", "rollback", "2", "--reason", "not good")
    assert "number 4" in done.stdout and "taken up by 1 of 1" in done.stderr and site.live() != live
    shown = site.countersign("mapping", "show")
    assert "before: x-" in shown.stdout and "number 4" in shown.stderr
    assert "before: x-" not in site.countersign("mapping", "show", "--at", "3").stdout
    assert "number 4" in site.countersign("mapping", "show", "--at", "2999-01-01").stderr
    assert "number 3" in site.countersign("mapping", "show", "--at", live).stderr
    assert site.countersign("mapping", "show", "--at", "2001-01-01", check=False).returncode == 65
    acts = [(e["act"], e.get("number")) for e in json.loads(site.countersign("mapping", "history", "--json").stdout)]
    assert acts == [("rolled_back", 4), ("applied", 3), ("refused", None), ("refused", None), ("file", 2), ("file", 1)]
    short = site.countersign("mapping", "rollback", live[:4], "--reason", "x", check=False)
    assert short.returncode == 65 and ("too short" in short.stderr or live[:4].isdigit())
    assert site.countersign("mapping", "show", "--at", "00000000", check=False).returncode == 65
    assert site.countersign("mapping", "rollback", "9", "--reason", "x", check=False).returncode == 65


def test_what_cannot_be_taken_up_is_said_and_nothing_is_decided_by_it(site):
    """Applied from where another source is configured: this service goes on with the one before, claims nothing, and says why."""
    live = site.live()

    def apply(body):
        document = {"sha256": hashlib.sha256(body.encode()).hexdigest(), "body": body, "act": "applied", "actor": "elsewhere", "reason": "x",
                    "sites": [{"site": "acme", "was": site.sql("select sha256 from governance.mapping_live where site = 'acme'"),
                               "number": int(site.sql("select number from governance.mapping_live where site = 'acme'"))}]}
        site.database.psql(f"select governance.mapping_apply($plan${json.dumps(document)}$plan$)")

    apply(site.first.split("\ntests:")[0] + """
tests:
  - { name: "in a file of where it was planned", ticket: nowhere.json, expect: { outcome: mapped } }
  - { name: "never so", ticket: { request_type: "99" }, expect: { outcome: mapped } }
""")
    wait.until(lambda: "M052" in site.told(), 10, what="the tests that stand in it are run")
    assert site.live() == live and "M053" not in site.service.stderr
    apply(site.first.replace("sap-fin", "nowhere").split("\ntests:")[0] + "\n")
    wait.until(lambda: "M035" in site.told(), 10, what="it is refused")
    wait.until(lambda: 'countersign_mapping_last_reload_successful{site="acme"} 0.000' in site.metrics(), 10, what="it is refused")
    assert site.live() == live and "M035" in site.told()
    wait.until(lambda: "stands aside" in world.http("GET", f"http://127.0.0.1:{site.ops_port}/readyz")[1], 5, what="it stands aside")
    key = site.ask_removal("reyes")
    assert "M035" in site.countersign("mapping", "history").stdout
    site.countersign("mapping", "rollback", "3", "--reason", "no such source here")
    site.until_phase(key, "fulfilling")
    assert 'countersign_mapping_last_reload_successful{site="acme"} 1.000' in site.metrics()
    same = site.countersign("mapping", "plan", site.draft, "--json")
    assert json.loads(same.stdout)["is_live"] and same.returncode == 0


def test_open_requests_are_moved_where_a_plan_says_so(site):
    """What nobody approved is understood anew; what was approved moves where both read the same, else it is held, and people decide."""
    live, rule = site.live(), "    expect: { present: entitlement }\n"
    approved = site.first.replace(rule, rule + "    approval: { from: jsm.approvals, at_least: 1, not: [reporter, subject] }\n")
    site.write("mapping.yaml", approved)
    site.service.signal(signal.SIGHUP)
    wait.until(lambda: site.live() != live, 10, what="grants need an approval")
    live = site.live()
    young = site.act("request", actor="customer", requestTypeId="30", fields={
        "summary": "Give me fin-viewer", "customfield_10061": "lind", "customfield_10052": "fin-viewer", "customfield_10050": {"value": "SAP FIN"},
        "customfield_10100": [{"accountId": site.control("accounts")["approver"]["accountId"]}]})["key"]
    site.until_phase(young, "pending_approval", timeout=10)
    text = approved.replace(EDIT, OTHER).replace("goal: 8h", "goal: 6h").split("\ntests:")[0] + "\n"
    done = site.countersign("mapping", "plan", site.write("moved.yaml", text), check=False)
    path = re.search(r"plan saved: (\S+)", done.stdout)[1]
    assert re.search(r"Open, and keep an earlier mapping +5  apply --rebase moves them", done.stdout), done.stdout
    assert re.search(r"would be understood the same +1  IAM-\d+\n", done.stdout), done.stdout
    assert re.search(rf'would ask for something else +1  {young}  present of "x-fin-viewer" to "lind" in "sap-fin"', done.stdout), done.stdout
    assert re.search(r"would be held +3  IAM", done.stdout), done.stdout
    done = site.countersign("mapping", "apply", path, "--change", "CHG-9", "--reason", "role names", "--rebase")
    assert "1 not approved yet" in done.stdout and "4 approved" in done.stdout and site.live() != live, done.stdout
    wait.until(lambda: site.sql("select string_agg(outcome || ' ' || n, ', ' order by outcome) from (select outcome, count(*) n from "
                                "governance.mapping_rebase group by 1) x") == "anew 1, held 3, moved 1", 15, what="each is decided")
    wait.until(lambda: site.items(young) == "x-fin-viewer", 5, what="it is understood anew")
    assert site.request(young)["mapping_kept"].startswith(site.live()) and site.request(young)["phase"] == "pending_approval"
    assert site.sql("select string_agg(distinct reason, ' ') from governance.escalation") == "MappingChangesApproved"
    assert site.sql("select count(*) from governance.evidence_entry where kind = 'request.rebased'") == "5"
    # what is held is not proven, whatever reads say, until somebody decides
    held = site.sql("select t.issue_key from governance.mapping_rebase b join governance.ticket t using (request_id) join governance.access_request r "
                    "on r.id = b.request_id where b.outcome = 'held' and r.beneficiary = 'novak'")
    assert "reads something else than was approved" in site.countersign("mapping", "explain", held).stdout
    site.has_role("novak", "fin-ledger-admin", False)
    site.resolve(held)
    wait.until(lambda: "On hold: the mapping reads something else" in site.said(held)[1], 15, what="the ticket says so")
    assert site.request(held)["phase"] == "fulfilling" and "MappingContested" in site.countersign("request", "show", held).stdout
    assert site.countersign("mapping", "keep", "IAM-999", "--reason", "x", check=False).returncode == 65
    site.countersign("mapping", "keep", held, "--reason", "as approved", "--by", "silva@host")
    site.until_phase(held, "closed", timeout=25)
    again = site.countersign("mapping", "keep", held, "--reason", "x", check=False)
    assert again.returncode == 1 and "CG0" not in again.stderr
    # what is live already may be planned for them once more
    again = site.countersign("mapping", "plan", f"{site.folder}/moved.yaml", "--rebase", "--json", check=False)
    plan = json.loads(again.stdout)
    assert again.returncode == 2 and plan["is_live"] and plan["open"]["held"] == 2 and [c["becomes"] for c in plan["open"]["changes"]] == ["held"] * 2 and plan["open"]["keep_other"] == 2, again.stdout
    site.countersign("mapping", "apply", plan["plan"], "--change", "CHG-9", "--reason", "again", "--rebase")
    history = site.countersign("mapping", "history").stdout
    assert re.search(r"rebased .*again .*\(moved: 0 not approved yet, 2 approved\)  <- live", history), history
    refused = site.countersign("mapping", "apply", plan["plan"], "--change", "CHG-9", "--reason", "again", check=False)
    assert refused.returncode == 1 and "it is live on acme already" in refused.stderr and "CG0" not in refused.stderr
    # the mapping that they keep is live again: there is nothing to decide, and nothing waits
    wait.until(lambda: site.sql(CONTESTED) == "2", 10, what="they are held again")
    kept, live = site.sql(f"select min(mapping_kept) {CONTESTED[16:]}"), site.live()
    keeps = int(site.sql(f"{CONTESTED} and mapping_kept = '{kept}'"))
    site.countersign("mapping", "rollback", kept, "--reason", "not good")
    assert site.sql("select count(*) from governance.mapping_rebase b join governance.access_request r on r.id = b.request_id "
                    f"where b.outcome <> 'void' and r.mapping_kept = '{kept}' and b.sha256 <> '{kept}'") == "0"
    assert keeps and site.sql(f"{CONTESTED} and mapping_kept = '{kept}'") == "0"
    site.countersign("mapping", "rollback", live, "--reason", "good after all")


def test_a_broken_file_at_a_start_leaves_the_live_one(site):
    """Nobody is kept from work by a slip of the pen: the mapping that the database knows goes on, and the slip is told."""
    live = site.live()
    site.service.stop()
    site.write("mapping.yaml", "requests: [\n")
    site.start_service()
    wait.until(lambda: 'countersign_mapping_last_reload_successful{site="acme"} 0.000' in site.metrics(), 10, what="it is told")
    assert site.live() == live and "mapping.yaml:2:1" in site.service.stderr
    assert re.search(rf"acme runs mapping {live[:8]}, \w{{8}} refused at \d\d:\d\d UTC: M001 \S+mapping.yaml", site.told()), site.states
    wait.until(lambda: "a new mapping was refused" in world.http("GET", f"http://127.0.0.1:{site.ops_port}/readyz")[1], 5, what="readyz says so")
    wait.until(lambda: "M001" in site.countersign("mapping", "history").stdout.splitlines()[0], 5, what="it is on record")
    key = site.ask_removal("silva")
    site.until_phase(key, "fulfilling")
    assert "fulfilling" in site.countersign("request", "show", key).stdout  # nor are those who look at it kept from that
    os.unlink(f"{site.folder}/mapping.yaml")
    site.service.stop()
    site.start_service()
    wait.until(lambda: '"code":"C051"' in site.service.stderr, 10, what="nor by a file that is not there")
    body = site.countersign("mapping", "show").stdout
    site.write("mapping.yaml", body)
    site.service.signal(signal.SIGHUP)
    wait.until(lambda: 'countersign_mapping_last_reload_successful{site="acme"} 1.000' in site.metrics(), 10, what="it is mended")
    assert site.live() == live
    # a ticket is explained by the live one, whatever the file reads
    site.write("mapping.yaml", body.replace("    expect: { absent: entitlement }\n", "    expect: { absent: entitlement }\n"
                                            "    justification: { from: customfield_10090 }\n"))
    site.service.signal(signal.SIGHUP)
    wait.until(lambda: site.live() != live, 10, what="one reads another field")
    reads_more = site.live()
    site.write("mapping.yaml", body + "# as before\n")
    site.service.signal(signal.SIGHUP)
    wait.until(lambda: site.live() not in (live, reads_more), 10, what="the file reads less")
    number = int(site.sql("select number from governance.mapping_live where site = 'acme'"))
    site.countersign("mapping", "rollback", str(number - 1), "--reason", "it was useful")
    key = site.act("request", actor="customer", requestTypeId="31", fields={
        "summary": "Away with it", "customfield_10061": "lind", "customfield_10052": "fin-viewer", "customfield_10050": {"value": "SAP FIN"},
        "customfield_10090": "INC-7"})["key"]
    assert "INC-7" in site.countersign("mapping", "explain", key).stdout


def test_a_mapping_that_was_edited_in_the_database_is_not_read(site):
    """Neither the one that a request keeps nor the live one: what it said before goes on, and it is told."""
    def put(sha256, text):
        site.database.psql(f"set session_replication_role = replica; update governance.mapping_version set body = $text${text}$text$ "
                           f"where sha256 = '{sha256}'", user="postgres")

    def edit(sha256, old, new):
        text = body(sha256)
        assert old in text
        put(sha256, text.replace(old, new))

    def body(sha256):
        return json.loads(site.sql(f"select to_json(body) from governance.mapping_version where sha256 = '{sha256}'"))

    key, live = site.ask_removal("okafor"), site.live()
    site.until_phase(key, "fulfilling")
    kept = site.request(key)["mapping_kept"]
    assert kept.startswith(live)

    def newer(words):
        was = site.live()
        with open(f"{site.folder}/mapping.yaml") as file:
            site.write("mapping.yaml", file.read() + f"# {words}\n")
        site.service.signal(signal.SIGHUP)
        wait.until(lambda: site.live() != was, 10, what="another one is live")

    def looked_at_again(key):
        at = f"select looked_at from governance.access_request r join governance.ticket t on t.request_id = r.id where t.issue_key = '{key}'"
        seen = site.sql(at)
        site.act("comment", key, text="please")
        wait.until(lambda: site.sql(at) != seen, 20, what="it is looked at again")

    newer("newer")
    other = site.ask_removal("novak")
    site.until_phase(other, "fulfilling")
    kept_too = site.request(other)["mapping_kept"]
    newer("newest")
    site.service.stop()
    edit(kept, OTHER, EDIT)
    text = body(kept_too)
    put(kept_too, "")  # nothing at all is another text, too
    site.start_service()
    for asked in (key, other):
        site.resolve(asked)
    for sha256 in (kept, kept_too):
        wait.until(lambda: f"the database has another text of mapping {sha256}" in site.service.stderr, 20, what="it is told")
    wait.until(lambda: "M011" in site.countersign("mapping", "history").stdout.splitlines()[0], 5, what="it is on record")
    assert 'countersign_mapping_last_reload_successful{site="acme"} 0.000' in site.metrics() and "M011" in site.told()
    for asked in (key, other, key):
        looked_at_again(asked)
    assert site.request(key)["phase"] == "fulfilling" and site.items(key) == "x-fin-ledger-admin"
    newer("and another")
    assert 'countersign_mapping_last_reload_successful{site="acme"} 0.000' in site.metrics() and "M011" in site.told(), "a good file does not put those right"
    assert site.sql("select count(*) from governance.mapping_event where act = 'refused' and detail->>'code' = 'M011'") == "2", "each is told once"
    shown = site.countersign("mapping", "show", "--at", kept[:12], check=False)
    assert shown.returncode == 65 and f"another text of mapping {kept[:12]}" in shown.stderr
    edit(kept, EDIT, OTHER)
    site.until_phase(key, "verifying")
    assert 'countersign_mapping_last_reload_successful{site="acme"} 0.000' in site.metrics(), "of two"
    put(kept_too, text)
    site.until_phase(other, "verifying")
    assert 'countersign_mapping_last_reload_successful{site="acme"} 1.000' in site.metrics()
    # the live one, that a plan made so: a service that starts with a file of before
    site.countersign("mapping", "rollback", kept, "--reason", "back")
    wait.until(lambda: site.live() == live, 10, what="it is live")
    site.service.stop()
    edit(kept, OTHER, EDIT)
    site.start_service()
    wait.until(lambda: f"the database has another text of mapping {kept}" in site.service.stderr, 20, what="nor is it taken up")
    assert site.live() != live
    edit(kept, EDIT, OTHER)


class LookedAt(Told):
    """Gate and desk are looked at without end."""

    def configure(self):
        super().configure()
        self.edit_file("countersign.yaml", "    poll_interval:", "    gate: { reprove: 1s }\n    poll_interval:")


def test_looks_that_last_hold_up_neither_a_swap_nor_the_work():
    with LookedAt(program=os.environ.get("COUNTERSIGN")) as made:
        made.countersign("mapping", "lock")
        made.control("faults", {"method": "GET", "path": "/requesttype|/rest/api/3/(field|resolution|project|workflow|statuses)",
                                "effect": {"kind": "delay", "ms": 2000}})
        busy = "select count(*) from governance.lease where owner is not null and name ~ '^(gate|lock):'"
        wait.until(lambda: made.sql(busy) == "2", 10, what="both are looked at")
        before = made.live()
        made.reload("goal: 8h", "goal: 7h")
        made.until_phase(made.ask_removal("lind"), "fulfilling", timeout=10)
        wait.until(lambda: made.live() != before, 10, what="the new mapping is live")
