"""What agents, rules and administrators do to a ticket changes nothing that is proven: it is undone or flagged, and recorded."""
import datetime
import json
import os

import jsonschema
import pytest

from lib import samples, wait, world

BODY = {"kind": "removal", "beneficiary": "okafor", "account": "okafor", "source": "sap-fin",
        "entitlement": "fin-ledger-admin", "justification": "left the team"}
ROLE, PERSON, SYSTEM, TYPE, PRIVILEGED = ("customfield_10052", "customfield_10061", "customfield_10050", "customfield_10010",
                                          "customfield_10070")


EXCEPTION = """
exception: { asked: customfield_10120, until: customfield_10124, owner: customfield_10062, control: customfield_10090, decision: customfield_10070,
             approved: "Yes", declined: "No", approvers: [boss@example.com] }
"""


class Agents(world.World):
    """An exception can be asked for and answered on the ticket, and tickets link to their evidence."""

    def configure(self):
        super().configure()
        self.edit_file("countersign.yaml", "    poll_interval:", "    evidence_url: https://evidence.example.com\n    poll_interval:")
        with open(os.path.join(self.folder, "mapping.yaml"), "a") as file:
            file.write(EXCEPTION)


@pytest.fixture(scope="module")
def site():
    made = Agents()
    with made:
        made.control("accounts", {"boss": {"email": "boss@example.com"}})
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def recorded(site, request, kind):
    return site.sql(f"select string_agg(reason, ' ' order by id) from governance.escalation where request_id = '{request}' "
                    f"and kind = '{kind}'") or ""


def state_of(site, key):
    return site.ticket(key)["properties"].get("countersign.state")


def until_ready(site, key):
    site.until_phase(key, "fulfilling")
    wait.until(lambda: (s := state_of(site, key)) and s["state"] == "ready", 15, what=f"{key} says what to do")


def submitted(site, key):
    """The ticket of a request that came by the API: its key."""
    _, made = site.api("POST", "/v1/access-requests", BODY, key)
    shown = wait.until(lambda: (r := site.api("GET", f"/v1/access-requests/{made['id']}")[1]).get("ticket") and r, 20)
    return made["id"], shown["ticket"]["key"]


# --- tampering

EDITS = [{ROLE: "fin-viewer"}, {ROLE: ""}, {ROLE: "FIN-LEDGER-ADMIN"}, {PERSON: "reyes"}, {PERSON: ""}, {PERSON: "reyes; okafor"},
         {SYSTEM: {"value": "Directory"}}, {SYSTEM: {"value": "Workday"}}, {SYSTEM: None}, {PRIVILEGED: {"value": "Yes"}},
         {ROLE: "fin-viewer", PERSON: "reyes"}, {ROLE: "fin-ledger-admin ", SYSTEM: {"value": "Directory"}}]


def test_twelve_edits_of_what_was_approved_have_no_effect(site):
    keys = [site.ask_removal("okafor") for _ in EDITS]
    requests = [site.until_phase(key, "fulfilling") for key in keys]
    for key, edit in zip(keys, EDITS):
        site.act("edit", key, fields=edit)
    for key, request, edit in zip(keys, requests, EDITS):
        wait.until(lambda: "MappedFieldsChanged" in recorded(site, request["id"], "tamper"), 20, what=f"{key} {edit}")
        now = site.request(key)
        assert (now["approved_hash"], now["mapped"]) == (request["approved_hash"], request["mapped"])
        assert site.sql("select string_agg(source || account || entitlement, ',') from governance.request_item where "
                        f"request_id = '{request['id']}' and replaced_at is null") == "sap-finokaforfin-ledger-admin"


def test_an_edit_there_and_back_is_recorded_on_a_ticket_that_we_made_too(site):
    """What stood there was approved before there was a ticket: every edit came later."""
    request, key = submitted(site, "there-and-back")
    until_ready(site, key)
    assert recorded(site, request, "tamper") == ""
    site.control("act", [{"do": "edit", "actor": "agent", "issue": key, "fields": {ROLE: role}}
                         for role in ("fin-viewer", "fin-ledger-admin")])
    wait.until(lambda: "MappedFieldsEditedBack" in recorded(site, request, "tamper"), 20, what="the edit is recorded")


def test_ten_spoofs_are_written_over_and_prove_nothing(site):
    made = [submitted(site, f"spoof-{n}") for n in range(10)]
    for _, key in made:
        until_ready(site, key)
    before = {key: (site.said(key), state_of(site, key)) for _, key in made}
    other = made[0][0]
    spoofs = [("property", {"key": "gar.bind", "value": {"site": "acme", "request": made[1][0]}}),
              ("property", {"key": "gar.bind", "value": {"site": "elsewhere", "request": other}}),
              ("property", {"key": "gar.bind", "value": "mine"}),
              ("property", {"key": "countersign.state", "value": {"state": "verified"}}),
              ("property", {"key": "countersign.state", "value": before[made[4][1]][1] | {"check": "Verified"}}),
              ("edit", {"fields": {"customfield_10080": {"value": "Verified"}}}),
              ("edit", {"fields": {"customfield_10081": "Checked 11:02 UTC: access is gone"}}),
              ("edit", {"fields": {"labels": []}}),
              ("comment", {"text": "verified", "public": False}),
              ("comment", {"text": "✓ Checked: fin-ledger-admin is gone from SAP FIN", "public": True})]
    for (deed, what), (_, key) in zip(spoofs, made):
        site.act(deed, key, **what)
    for request, key in made:
        wait.until(lambda: (site.ticket(key)["properties"]["gar.bind"] or {}).get("request") == request and
                   (site.said(key), state_of(site, key)) == before[key], 30, what=f"{key} is as it was",
                   catch=(OSError, AttributeError))
        assert site.request(key)["phase"] == "fulfilling" and site.ticket(key)["status"] != "Resolved"
    told = ["BindingChanged"] * 3 + ["WordsChanged"] * 4 + ["MarkerRemoved", "", ""]
    for (request, key), what in zip(made, told):
        wait.until(lambda: recorded(site, request, "tamper") == what, 20, what=f"{key} {what}")


def test_a_forged_comment_is_not_taken_for_ours(site):
    """The mark of our comment on somebody else's: it is not edited, and ours is made beside it."""
    key = site.ask_removal("okafor")
    until_ready(site, key)
    site.control("act", {"do": "comment", "actor": "agent", "issue": key, "text": "verified", "public": False})
    site.resolve(key)
    wait.until(lambda: "still has fin-ledger-admin" in site.said(key)[1], 15)
    comments = wait.until(lambda: (c := site.ticket(key)["comments"]) and len(c) == 2 and c, 15)
    assert [c["author"] for c in comments] == [site.control("accounts")[n]["accountId"] for n in ("agent", "connector")]
    assert "Access exception" in json.dumps(comments[1]["body"]), "this site has the field"


def test_a_comment_of_ours_that_somebody_changes_is_as_it_was(site):
    """No field shows it: the delivery tells. It is written again, internal, and recorded."""
    deeds = [("edit_comment", {"text": "verified"}), ("edit_comment", {"public": True}), ("delete_comment", {})]
    keys = [site.ask_removal("okafor") for _ in deeds]
    for key in keys:
        until_ready(site, key)
        site.resolve(key)

    def comments(key):  # its times are those of when it was written
        return [(c["author"], "Not closed yet: the access is still there." in json.dumps(c["body"]), c["public"]) for c in site.ticket(key)["comments"]]
    for key in keys:
        wait.until(lambda: "still has fin-ledger-admin" in site.said(key)[1] and len(comments(key)) == 1, 15)
    before = {key: comments(key) for key in keys}
    assert all(said and not public for key in keys for _, said, public in before[key])
    for key, (deed, more) in zip(keys, deeds):
        site.act(deed, key, actor="admin", comment=site.ticket(key)["comments"][0]["id"], **more)
        assert comments(key) != before[key]
    for key, (deed, _) in zip(keys, deeds):
        wait.until(lambda: recorded(site, site.request(key)["id"], "tamper") == "WordsChanged", 20, what=f"{deed} is recorded")
        wait.until(lambda: comments(key) == before[key], 20, what=f"after {deed} it says what it said")


# --- closes

def test_a_rule_that_closes_again_and_again_is_left_to_people(site):
    """Three reopens an hour, then it is held, said on the ticket, and escalated; the request stays open."""
    key = site.ask_removal("lind", project="OPS")
    until_ready(site, key)
    for _ in range(3):
        site.act("force_status", key, actor="automation", status="Resolved", resolution="Done")
        site.until_status(key, "In progress", timeout=20)
    site.act("force_status", key, actor="automation", status="Resolved", resolution="Done")
    request = site.request(key)["id"]
    wait.until(lambda: "ReopenedTooOften" in recorded(site, request, "operator"), 20)
    wait.until(lambda: "we reopen it no more" in site.said(key)[1], 20, what="the ticket says that we stop")
    moved = "kind = 'reopen' and attempt > 0"  # one that found the ticket open, closed again since, moved nothing
    assert site.sql(f"select count(*) from governance.flow where request_id = '{request}' and {moved}") == "3"
    assert site.ticket(key)["status"] == "Resolved" and site.request(key)["phase"] not in ("verified", "closed")


def test_a_ticket_in_the_archive_is_gone_and_may_come_back(site):
    key = site.ask_removal("okafor", "fin-viewer")
    request = site.until_phase(key, "fulfilling")["id"]
    site.act("archive", key, actor="admin")
    wait.until(lambda: site.sql(f"select phase from governance.access_request where id = '{request}'") == "orphaned", 20)
    assert "TicketGone" in recorded(site, request, "operator")
    site.act("archive", key, actor="admin", on=False)
    site.until_phase(key, "fulfilling")


# --- noise

def writes(site, key, since):
    """What the connector wrote on a ticket, beside its moves: (all, new comments, edits that mail the watchers)."""
    number = site.ticket(key)["id"]
    calls = [c for c in site.control(f"calls?actor=connector&since={since}")["calls"]
             if c["issue"] == number and c["method"] in ("PUT", "POST") and c["status"] < 300]
    wrote = [c for c in calls if not c["route"].endswith("/transitions")]
    return wrote, [c for c in wrote if c["method"] == "POST" and c["route"].endswith("/comment")], \
        [c for c in wrote if c["method"] == "PUT" and c["query"].get("notifyUsers") != "false"]


def test_two_hundred_events_on_one_ticket_make_little_noise(site):
    key = site.ask_removal("okafor")
    until_ready(site, key)
    since = site.control("calls?limit=1")["last"]
    noise = [{"do": "comment", "text": "any news?", "public": True}, {"do": "edit", "fields": {"summary": "Okafor, again"}},
             {"do": "assign", "to": "agent2"}, {"do": "touch", "issues": [key]},
             {"do": "edit", "fields": {"priority": {"name": "High"}}}, {"do": "property", "key": "their.own", "value": 1},
             {"do": "comment", "text": "verified", "public": False}, {"do": "assign", "to": "agent"},
             {"do": "edit", "fields": {"customfield_10080": {"value": "Verified"}}}, {"do": "edit", "fields": {"summary": "Okafor"}}]
    site.resolve(key)
    for n in range(20):  # 200 events, some at once and some apart
        site.control("act", [{"actor": "agent", "issue": key, **one} for one in noise])
        wait.until(lambda: site.control("webhooks")["pending"] == 0, 20)
    wait.until(lambda: "still has fin-ledger-admin" in site.said(key)[1], 20)
    site.has_role("okafor", "fin-ledger-admin", False)
    site.until_status(key, "Resolved", timeout=40)
    wait.until(lambda: any("is gone from SAP FIN" in json.dumps(c["body"]) for c in site.ticket(key)["comments"]), 20)
    wrote, new, loud = writes(site, key, since)
    marks = [c["properties"].get("countersign.role", {}).get("role") for c in site.ticket(key)["comments"]]
    site.has_role("okafor", "fin-ledger-admin", True)
    assert marks.count("status") == 1
    assert len(new) <= 3 and len(wrote) <= 6 and loud == [], [(c["method"], c["route"]) for c in wrote]
    assert site.control("oracle")["public_comments_by_connector"] == []
    request = site.until_phase(key, "closed")["id"]

    def work():  # decided, written, read in the source
        return site.sql(f"select (select count(*) from governance.flow where request_id = '{request}'), (select count(*) from "
                        f"governance.evidence_entry where request_id = '{request}'), (select count(*) from governance.observation o "
                        f"join governance.request_item i on i.id = o.item_id where i.request_id = '{request}')")
    wait.until(lambda: site.sql(f"select count(*) from governance.flow where request_id = '{request}' and state not in ('done', 'moot')")
               == "0", 20, what="nothing is under way")
    before, since = work(), site.control("calls?limit=1")["last"]
    site.control("act", [{"do": "comment", "actor": "connector", "issue": key, "text": "ours", "public": False}] * 20)
    wait.until(lambda: site.control("webhooks")["pending"] == 0, 20)
    looked = f"select looked_at from governance.access_request where id = '{request}'"
    last = site.sql(looked)
    site.control("act", {"do": "comment", "actor": "agent", "issue": key, "text": "theirs", "public": False})
    wait.until(lambda: site.sql(looked) != last, 20, what="it was looked at after all that")
    assert work() == before and writes(site, key, since)[0] == [], "what our own account does makes no work"


# --- exceptions

def test_an_exception_is_asked_for_on_the_ticket_and_answered_by_who_may(site):
    """By the agent himself it is refused, and the ticket says so; by an approver it is a row with owner and end, and closes."""
    site.has_role("lind", "fin-ledger-admin", True)
    end = (datetime.date.today() + datetime.timedelta(days=10)).isoformat()
    key = site.ask_removal("lind", project="OPS")
    until_ready(site, key)
    request = site.request(key)["id"]
    owner = site.control("accounts")["admin"]
    why = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "vendor's turn"}]}]}
    site.act("edit", key, fields={"customfield_10120": why, "customfield_10124": end, "customfield_10090": "logins are watched",
                                  "customfield_10062": {"accountId": owner["accountId"]}})
    site.act("edit", key, fields={PRIVILEGED: {"value": "Yes"}})
    wait.until(lambda: "is not one of those who may approve it" in site.said(key)[1], 20)
    granted = "select count(*) from governance.exception e join governance.request_item i on i.id = e.item_id " \
        f"where i.request_id = '{request}'"
    assert site.sql(granted) == "0" and "ExceptionRefused" in recorded(site, request, "operator")
    kept = f"select string_agg(channel || ' ' || other || ' ' || why, ', ') from governance.refused_decision where request_id = '{request}'"
    assert site.sql(kept) == f"jsm {owner['email']} stranger", "who tried what is evidence, once"
    site.act("edit", key, actor="boss", fields={PRIVILEGED: None})
    site.act("edit", key, actor="boss", fields={PRIVILEGED: {"value": "Yes"}})
    wait.until(lambda: site.sql(granted) == "1", 20, what="the exception is granted")
    site.resolve(key)
    site.until_phase(key, "closed", timeout=40)
    wait.until(lambda: "Closed under an exception until" in site.said(key)[1] and owner["email"] in site.said(key)[1], 20)
    assert site.sql(f"select approved_by, owner, reason from governance.exception e join governance.request_item i on i.id = e.item_id "
                    f"where i.request_id = '{request}'") == f"boss@example.com|{owner['email']}|vendor's turn"
    assert site.ticket(key)["status"] == "Resolved"


def test_an_answer_that_is_taken_back_ends_what_it_granted(site):
    """Before the close and after it: what the exception covered is to be made after all, and the ticket says who took it back."""
    site.has_role("lind", "fin-ledger-admin", True)
    end = (datetime.date.today() + datetime.timedelta(days=10)).isoformat()
    why = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "vendor's turn"}]}]}
    early, late = (site.ask_removal("lind", project="OPS") for _ in range(2))
    for key in (early, late):
        until_ready(site, key)
        site.act("edit", key, fields={"customfield_10120": why, "customfield_10124": end, "customfield_10090": "logins are watched",
                                      "customfield_10062": {"accountId": site.control("accounts")["admin"]["accountId"]}})
        site.act("edit", key, actor="boss", fields={PRIVILEGED: {"value": "Yes"}})
    ids = {key: site.request(key)["id"] for key in (early, late)}
    rows = "select count(*) from governance.exception e join governance.request_item i on i.id = e.item_id where i.request_id = "
    for key in ids:
        wait.until(lambda: site.sql(rows + f"'{ids[key]}' and revoked_at is null") == "1", 20, what="the exception is granted")
    site.resolve(late)
    site.until_phase(late, "closed", timeout=40)
    for key, answer in ((early, {PRIVILEGED: None}), (late, {PRIVILEGED: {"value": "No"}})):
        site.act("edit", key, actor="boss", fields=answer)
        wait.until(lambda: site.sql(rows + f"'{ids[key]}' and revoked_at is not null") == "1", 20, what=f"{key}: it has ended")
        assert "ExceptionTakenBack" in recorded(site, ids[key], "operator")
        wait.until(lambda: site.sql("select count(*) from governance.evidence_entry where kind = 'exception.revoked' and "
                                    f"request_id = '{ids[key]}'") == "1", 10)
    wait.until(lambda: "No exception: its approval was taken back by boss@example.com" in site.said(early)[1], 20)
    wait.until(lambda: site.ticket(late)["status"] != "Resolved", 20, what="what was closed by it is reopened")
    wait.until(lambda: "No exception: declined by boss@example.com" in site.said(late)[1], 20)
    assert site.request(late)["phase"] == "fulfilling" and not site.request(late)["closed_at"]


def test_what_we_write_is_valid_by_atlassians_own_schema(site):
    """Every comment that the tests above left, user text and all; the long form among them."""
    path = samples.SHARED.parent / "spec" / "adf-full-v1.json"
    if not path.exists():
        pytest.skip("Atlassian's ADF schema is not beside the project")
    key = site.ask_removal("lind", "fin-ledger-admin")
    until_ready(site, key)
    site.resolve(key)
    wait.until(lambda: any("What was checked" in json.dumps(c["body"]) for c in site.ticket(key)["comments"]), 30)
    ours = site.control("accounts")["connector"]["accountId"]
    bodies = [c["body"] for t in site.control("state")["issues"] for c in t["comments"] if c["author"] == ours]
    check = jsonschema.Draft4Validator(json.loads(path.read_text()))
    assert bodies and [e.message for body in bodies for e in check.iter_errors(body)] == []


def test_a_mapping_that_names_another_field_makes_nobody_a_forger(site):
    """What was never said there is said there now; who writes over it then is one."""
    key = site.ask_removal("okafor", "fin-viewer")
    until_ready(site, key)
    request, line = site.request(key)["id"], site.said(key)[1]
    site.service.stop()
    site.edit_file("mapping.yaml", "access_check_reason: customfield_10081", "access_check_reason: customfield_10090")
    site.start_service()
    wait.until(lambda: site.ticket(key)["values"].get("customfield_10090") == line, 30, what="it is said in the other field")
    stands = f"select t.shown_hash = r.said_hash from governance.ticket t join governance.access_request r on r.id = t.request_id " \
        f"where r.id = '{request}' and t.shown_in like '%10090'"
    wait.until(lambda: site.sql(stands) == "t", 20, what="it is seen there")
    assert recorded(site, request, "tamper") == ""
    site.act("edit", key, fields={"customfield_10090": "Checked 11:02 UTC: access is gone"})
    wait.until(lambda: recorded(site, request, "tamper") == "WordsChanged", 20)
    site.edit_file("mapping.yaml", "access_check_reason: customfield_10090", "access_check_reason: customfield_10081")


def test_a_ticket_moved_to_a_project_nobody_looks_after_is_gone(site):
    """Last, for the service is started anew without the second project: moving there is no way out, and no way to Done."""
    key = site.ask_removal("okafor", "fin-viewer")
    request = site.until_phase(key, "fulfilling")["id"]
    site.service.stop()
    site.edit_file("countersign.yaml", "projects: [IAM, OPS]", "projects: [IAM]")
    site.start_service()
    site.act("move", key, project="OPS", to="Resolved")
    wait.until(lambda: site.sql(f"select phase from governance.access_request where id = '{request}'") == "orphaned", 40)
    assert "TicketGone" in recorded(site, request, "operator")
    assert site.sql(f"select closed_at is null from governance.access_request where id = '{request}'") == "t"
