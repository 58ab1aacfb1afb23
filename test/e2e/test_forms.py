"""A request type with a form of Atlassian's Forms attached: its answers are what is asked, both ways, and whoever forges them gets
nothing. One world; the target system is the demo's."""
import json
import os
import urllib.error
import urllib.parse
import urllib.request

import pytest

from lib import wait, world

FORM = "547812ea-0000-4000-8000-000000000001"
CHOICES = [{"id": "1", "label": "SAP FIN"}, {"id": "2", "label": "Workday"}]


def question(kind, label, required=True, **more):
    return {"type": kind, "label": label, "validation": {"rq": required}, **more}


def form(form_id=FORM, **more):
    questions = {"1": question("cd", "Target system", choices=CHOICES), "2": question("ts", "Role"), "3": question("ts", "Person"),
                 "4": question("tl", "Why", False), "5": question("ts", "Ticket title", False, jiraField="summary"), **more}
    return {"id": form_id, "design": {"settings": {"name": "Access", "language": "en"}, "questions": questions, "sections": {},
                                      "conditions": {}, "layout": []}}


RULE = f"""  - name: remove-by-form
    request_type: "31"
    change: removal
    form: {FORM}
    subject: {{ from: form.3, label: Person, then: [trim, lower], on_missing: hold }}
    application: {{ from: form.1, label: Target system, lookup: {{ "SAP FIN": sap-fin }}, on_missing: hold }}
    entitlement: {{ from: form.2, label: Role, then: [trim], on_missing: hold }}
    justification: {{ from: form.4 }}
    expect: {{ absent: entitlement }}
"""


class Formed(world.World):
    def configure(self):
        super().configure()
        self.control("attached", {"31": form()})
        self.control("forms", {"31": {"form": ["summary", "description", "labels"]}})
        self.edit_file("mapping.yaml", "ticket: { project: IAM, issue_type: Service Request }", "ticket: { create: request }")
        with open(f"{self.folder}/mapping.yaml") as file:
            text = file.read()
        head, rest = text.split("  - name: remove-app-access\n")
        _, rest = rest.split("  - name: remove-app-access-ungated\n")
        tests = rest.split("tests:\n")[0]
        self.write("mapping.yaml", head + RULE + "  - name: remove-app-access-ungated\n" + tests)


@pytest.fixture(scope="module")
def site():
    with Formed(webhooks=False, poll="300ms") as made:
        yield made
        assert not made.control("oracle")["crashes"]
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def ask(site, person, role="fin-ledger-admin", system="1", **answers):
    given = {"1": {"choices": [system]}, "2": {"text": role}, "3": {"text": person}, **answers}
    return site.act("request", actor="customer", requestTypeId="31", fields={"summary": f"Remove {role}"},
                    form={"answers": given})["key"]


def items(site, key):
    return site.sql("select i.account || ' ' || i.entitlement from governance.request_item i join governance.ticket t using (request_id) "
                    f"where t.issue_key = '{key}'")


def mapping(site, *argv, code=0):
    done = site.countersign("mapping", *argv, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done


def test_what_the_form_says_is_asked_and_proven(site):
    site.has_role("okafor", "fin-ledger-admin", True)
    key = ask(site, " Okafor ", **{"4": {"text": "left the company"}})
    found = site.until_phase(key, "fulfilling", "approved", "ticketing")
    assert items(site, key) == "okafor fin-ledger-admin"
    assert found["justification"] == "left the company"
    site.has_role("okafor", "fin-ledger-admin", False)
    site.resolve(key)
    site.until_status(key, "Resolved")


def test_only_tickets_of_such_rules_cost_calls(site):
    since = site.control("calls")["last"]
    plain = site.act("request", actor="customer", requestTypeId="41", fields={
        "summary": "Remove", "customfield_10061": "reyes", "customfield_10052": "fin-viewer", "customfield_10050": {"value": "SAP FIN"}})["key"]
    site.until_phase(plain, "fulfilling")
    asked = [c for c in site.control(f"calls?since={since}")["calls"] if c["path"].startswith("/jira/forms") and plain in str(c["issue"])]
    assert asked == []


def test_a_form_that_is_changed_after_all_is_seen(site):
    """Changed to somebody else and back: the changelog says nothing of it, the form's time does."""
    site.has_role("reyes", "fin-viewer", True)
    key = ask(site, "reyes", "fin-viewer")
    site.until_phase(key, "fulfilling")
    before = site.sql(f"select edit from governance.ticket where issue_key = '{key}'")
    site.act("answer_form", key, answers={"3": {"text": "okafor"}})
    wait.until(lambda: "changed" in site.countersign("request", "show", key).stdout
               or site.request(key)["phase"] not in ("fulfilling",) or "tamper" in site.sql(
                   "select string_agg(kind, ' ') from governance.escalation e join governance.ticket t using (request_id) "
                   f"where t.issue_key = '{key}'"), 15, what="what was changed is seen")
    assert items(site, key) == "reyes fin-viewer"
    assert site.sql(f"select edit from governance.ticket where issue_key = '{key}'") != before


@pytest.mark.parametrize("how,words", [({"status": "o"}, "is not submitted"), ({"again": True}, "submitted more than once"),
                                       ({"foreign": "other-form"}, None)])
def test_a_draft_a_second_form_or_another_one_is_not_believed(site, how, words):
    """`foreign`: an agent attaches a form of his own with the same numbers; it is as if it were not there."""
    person = f"reyes{len(str(how))}"
    key = site.act("request", actor="customer", requestTypeId="31", fields={"summary": "Remove x"},
                   form={"answers": {"1": {"choices": ["1"]}, "2": {"text": "x"}, "3": {"text": person}}})["key"]
    site.act("answer_form", key, answers={"1": {"choices": ["1"]}, "2": {"text": "evil"}, "3": {"text": "ceo"}}, **how)
    shown = json.loads(mapping(site, "explain", key, "--json").stdout)
    if words:
        assert (shown["outcome"], shown["reason"]) == ("hold", "M208") and words in shown["text"], shown
    else:
        assert shown["outcome"] == "mapped" and shown["request"]["beneficiary"] == person, shown


def test_explain_shows_answers_function_by_function(site):
    key = ask(site, " Okafor2 ")
    said = mapping(site, "explain", key).stdout
    assert 'form.3 (Person) = " Okafor2 "' in said and 'form.1 (Target system) = [{"id":"1","value":"SAP FIN"}]' in said, said
    assert "removal: done when fin-ledger-admin is absent for okafor2 in sap-fin" in said, said


def test_a_ticket_is_made_with_answers(site):
    """The platform asks; the form of the ticket has what it asked for, and reads the same."""
    site.has_role("reyes", "fin-ledger-admin", True)
    body = {"kind": "removal", "requester": "hr@example.com", "beneficiary": "reyes", "account": "reyes", "justification": "moved",
            "source": "sap-fin", "entitlement": "fin-ledger-admin"}
    status, made = site.api("POST", "/v1/access-requests", body, key="form-1")
    assert status == 201, made
    request = made["id"]
    wait.until(lambda: site.marked(request), 20, what=site.countersign("request", "show", request, check=False).stdout)
    key = site.marked(request)[0]["key"]
    site.until_phase(key, "fulfilling")
    shown = json.loads(mapping(site, "explain", key, "--json").stdout)
    assert shown["outcome"] == "mapped" and shown["request"]["beneficiary"] == "reyes", shown
    assert not shown.get("governed", {}).get("held"), shown


def test_forms_that_are_not_told_keep_the_ticket_waiting(site):
    site.control("config", {"forms_refused": True})
    try:
        key = ask(site, "nobody")
        assert "forms" in mapping(site, "explain", key, code=1).stderr
    finally:
        site.control("config", {"forms_refused": False})
    site.until_phase(key, "fulfilling", "approved", "requested")


def test_what_was_closed_before_us_is_understood_by_its_form(site):
    """countersign scan: two calls for a ticket whose rule reads a form, and none for others."""
    site.service.stop()
    site.has_role("lind", "fin-ledger-admin", True)
    site.has_role("reyes", "fin-ledger-admin", False)
    there, gone, draft = ask(site, "lind"), ask(site, "reyes"), ask(site, "novak")
    site.act("answer_form", draft, status="o")
    site.control("act", [{"do": "force_status", "actor": "admin", "status": "Resolved", "resolution": "Done", "issue": key}
                         for key in (there, gone, draft)])

    def scanned():
        lines = site.countersign("scan", "--json", check=False).stdout.splitlines()
        rows = {row["ticket"]: row for row in map(json.loads, lines) if "ticket" in row}
        return [rows[key]["why"] for key in (there, gone, draft)], rows[draft]["reason"]
    try:
        site.control("faults", {"path": "^/jira/forms/", "count": 1, "effect": {"kind": "unavailable", "retry_after": 1}})
        assert scanned() == (["StillPresent", "Ok", "NotUnderstood"], "the form of the ticket is not submitted. Submit it")
        site.control("config", {"forms_refused": True})
        why, reason = scanned()
        assert why == ["NotUnderstood"] * 3 and "forms" in reason, (why, reason)
    finally:
        site.control("config", {"forms_refused": False})
        site.no_faults()
        site.has_role("lind", "fin-ledger-admin", False)
        site.start_service()


def locked(site):
    with open(os.path.join(site.folder, "fields.lock.json")) as file:
        return json.load(file)


def test_the_lock_knows_questions(site):
    mapping(site, "lock")
    project = next(p for p in locked(site)["sites"][0]["projects"] if p["key"] == "IAM")
    of_31 = next(t for t in project["request_types"] if t["id"] == "31")["form"]
    of_30 = next(t for t in project["request_types"] if t["id"] == "30")["form"]
    assert (of_31["template"], of_30["template"]) == (FORM, "")
    assert {f["id"]: f["name"] for f in of_31["fields"] if f["id"].startswith("form.")} == {
        "form.1": "Target system", "form.2": "Role", "form.3": "Person", "form.4": "Why"}
    faults = json.loads(mapping(site, "validate", "--json", f"{site.folder}/mapping.yaml").stdout)["faults"]
    assert [f["code"] for f in faults if f["severity"] == "error"] == [], faults
    rule = mapping(site, "scaffold", f"{site.folder}/mapping.yaml", "--request-type", "31").stdout
    assert f'form: "{FORM}"' in rule and "subject: { from: form.3" in rule and "entitlement: { from: form.2" in rule, rule
    assert "from: form.1" in rule


def test_a_question_that_is_not_there_is_named_with_the_nearest(site):
    text = open(f"{site.folder}/mapping.yaml").read()
    site.write("other.yaml", text.replace("from: form.2, label: Role", "from: form.7, label: Role"))
    fault = json.loads(mapping(site, "validate", "--json", f"{site.folder}/other.yaml", code=78).stdout)["faults"][0]
    assert (fault["code"], fault["help"]) == ("M108", 'it has form.2 "Role"'), fault
    site.write("other.yaml", text.replace('"SAP FIN": sap-fin }, on_missing: hold }\n    entitlement: { from: form.2',
                                          '"SAP-FIN": sap-fin }, on_missing: hold }\n    entitlement: { from: form.2'))
    fault = json.loads(mapping(site, "validate", "--json", f"{site.folder}/other.yaml", code=78).stdout)["faults"][0]
    assert fault["code"] == "M104" and "SAP FIN" in fault["help"], fault
    site.write("other.yaml", text.replace(f"form: {FORM}", "form: another-one"))
    fault = json.loads(mapping(site, "validate", "--json", f"{site.folder}/other.yaml", code=78).stdout)["faults"][0]
    assert fault["code"] == "M107" and FORM in fault["help"], fault


def test_what_changes_on_the_form_is_told(site):
    def drift(code):
        return {c["kind"]: c["breaking"] for c in json.loads(mapping(site, "drift", "--json", code=code).stdout)[0]["changes"]}
    assert drift(0) == {}
    try:
        changed = form()
        changed["design"]["questions"]["1"]["choices"] = [{"id": "1", "label": "SAP S/4"}, CHOICES[1]]
        del changed["design"]["questions"]["2"]
        site.control("attached", {"31": changed})
        assert drift(1) == {"option_renamed": True, "field_off_form": True}
        site.control("attached", {"31": form("another-form")})
        assert drift(1) == {"form_replaced": True}
    finally:
        site.control("attached", {"31": form()})
    assert drift(0) == {}


# -- /playground: the same, in a browser

TICKET = {"key": "IAM-1", "fields": {"customfield_10010": {"requestType": {"id": "31"}}, "form.1": [{"id": "1", "value": "SAP FIN"}],
                                     "form.2": " fin-viewer ", "form.3": "</textarea><script>alert(1)</script>"}}


def play(site, ticket=None, rules=RULE, method="POST", headers=None):
    body = urllib.parse.urlencode({"ticket": json.dumps(ticket) if isinstance(ticket, dict) else ticket,
                                   "mapping": "version: 1\nrequests:\n" + rules}).encode() if method == "POST" else None
    request = urllib.request.Request(f"http://127.0.0.1:{site.ops_port}/playground", data=body, method=method,
                                     headers={"Content-Type": "application/x-www-form-urlencoded", **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.status, reply.headers, reply.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, refused.read().decode()


def test_the_playground_begins_with_something_to_try(site):
    status, headers, page = play(site, method="GET")
    assert status == 200 and '<form method="post" action="./playground"' in page and "remove-app-access" in page
    assert "script-src 'self'" in headers["Content-Security-Policy"] and "<script" not in page


def test_the_playground_shows_what_becomes_of_a_ticket(site):
    before = site.sql("select count(*) from governance.access_request")
    status, _, page = play(site, TICKET)
    assert status == 200 and "Mapped" in page and "<code>form.2</code>" in page and "&quot;fin-viewer&quot;" in page
    assert "<script" not in page and page.count("</textarea>") == 2
    assert site.sql("select count(*) from governance.access_request") == before
    held = play(site, {**TICKET, "fields": {"customfield_10010": "31", "form": "open"}})[2]
    assert "M208" in held and "held here" in held and "is not submitted" in held
    assert "Not governed" in play(site, {"fields": {"customfield_10010": "99"}})[2]


def test_the_playground_says_what_is_wrong(site):
    page = play(site, "{", RULE.replace("[trim]", "[tirm]"))[2]
    assert "M022" in page and "the ticket is no JSON" in page and "Not tried" in page
    status, _, page = play(site, "x" * 65536)
    assert status == 413 and "64 KB" in page
    deep = play(site, "[" * 30000)
    assert deep[0] == 200 and "the ticket is no JSON" in deep[2]
    nested = play(site, "{}", "  - " + "[" * 20000)
    assert nested[0] == 200 and "Not tried" in nested[2]
    assert play(site, TICKET, method="PUT")[0] == 405
    assert play(site, TICKET, headers={"Host": "evil.example"})[0] == 401
