"""Templates at work: who has to approve, who may not, until when, and how long access lasts."""
import datetime
import os

import pytest

from lib import wait, world

RULE = "    expect: { present: entitlement }\n    sla: { goal: 8h, privileged_goal: 4h }\n"
TEMPLATE = """\
approvers: { groups: { security: [approver@example.com, agent2@example.com] } }
templates:
  elevation:
    lifecycle: privileged
    requires: [justification]
    access_for: 8h
    approval: { from: [jsm.approvals, api], steps: [{ who: security }], within: 2h, remind: [50%] }
    sla: { goal: 8h }
requests:
"""
BINDINGS = """\
    expect: { present: entitlement }
    template: elevation
    justification: { from: customfield_10120, label: Reason, then: [plain] }
    access_until: { from: customfield_10125, label: Ends at, type: datetime }
"""


class Elevating(world.World):
    def configure(self):
        super().configure()
        with open(os.path.join(self.folder, "mapping.yaml")) as file:
            text = file.read()
        assert RULE in text
        self.write("mapping.yaml", text.replace(RULE, BINDINGS).replace("requests:\n", TEMPLATE, 1))


@pytest.fixture(scope="module")
def site():
    made = Elevating()
    with made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def at(**later):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**later)).replace(microsecond=0)


def jira(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def ask(site, person, ends=None, asked="approver", actor="customer"):
    fields = {"summary": f"Elevate {person}", "customfield_10061": person, "customfield_10052": "fin-viewer",
              "customfield_10050": {"value": "SAP FIN"}, "customfield_10120": "month end",
              "customfield_10100": [{"accountId": site.control("accounts")[asked]["accountId"]}]}
    if ends:
        fields["customfield_10125"] = jira(ends)
    return site.act("request", actor=actor, requestTypeId="30", fields=fields)["key"]


def approve_by_api(site, request, who, decision="approved"):
    return site.api("POST", f"/v1/access-requests/{request}/approvals", {"approver": who, "decision": decision})


def later(site, request, hours):
    """That long ago it was asked for. Nobody but the tests' superuser can say so."""
    site.database.psql("set session_replication_role = replica; update governance.access_request set approval_asked_at = approval_asked_at - "
                       f"interval '{hours} hours', look_at = clock_timestamp() where id = '{request}'", user="postgres")


def test_without_an_end_it_is_held_and_then_too_long(site):
    key = ask(site, "lind")
    wait.until(lambda: "the form doesn't say until when, and without that no elevation is taken. Fill in \"Ends at\"" in site.said(key)[1],
               20, what="the fact that is missing")
    site.act("edit", key, fields={"customfield_10125": jira(at(days=3))})
    wait.until(lambda: "this access may last until" in site.said(key)[1], 20, what="how long it may last")
    site.act("edit", key, fields={"customfield_10125": jira(at(hours=7))})
    request = site.until_phase(key, "pending_approval")
    assert request["lifecycle"] == "privileged" and request["access_until"]


def test_who_is_named_approves_and_nobody_else(site):
    key = ask(site, "reyes", at(hours=7))
    request = site.until_phase(key, "pending_approval")["id"]
    wait.until(lambda: site.said(key)[1].startswith("Waiting for 1 of security to approve, until "), 20, what="who is waited for, until when")
    assert approve_by_api(site, request, "stranger@example.com")[0] == 202
    for spelled in ("customer@example.com", "Customer@Example.com\u00a0", "mailto:custo\u00admer@example.com"):  # who asks, however it is spelled
        status, problem = approve_by_api(site, request, spelled)
        assert status == 422 and problem["detail"] == "nobody approves for themselves"
    tried = f"select string_agg(regexp_replace(key, '/[^/]+$', ''), ' ') from governance.escalation where request_id = '{request}' and reason = 'SelfApproval'"
    assert site.sql(tried) in ("self/api/requester", "self/api/requester self/api/requester")  # each hour once
    wait.until(lambda: "an approval of one's own does not count" in site.said(key)[1], 20, what="the ticket tells of it")
    shown = site.api("GET", f"/v1/access-requests/{request}")[1]["approval"]
    assert [(given["approver"], given["counts"], given["why_not"]) for given in shown["given"]] == [("stranger@example.com", False, "unnamed")]
    assert shown["steps"] == [{"who": "security", "people": ["approver@example.com", "agent2@example.com"], "at_least": 1, "given": 0}]
    printed = site.countersign("request", "show", request).stdout
    assert "1 of security: approver@example.com, agent2@example.com (0 so far)" in printed and "  until " in printed
    assert "approved by stranger@example.com" in printed and "does not count, unnamed" in printed
    site.act("approve", key, actor="approver")
    site.until_phase(key, "fulfilling")
    site.has_role("reyes", "fin-viewer", True)
    site.resolve(key)
    site.until_status(key, "Resolved")


def test_of_those_who_are_named_nobody_may(site):
    key = ask(site, "agent2@example.com", at(hours=7), actor="approver")  # the one asks, the other gains
    request = site.until_phase(key, "pending_approval")["id"]
    wait.until(lambda: "too few of these may" in site.said(key)[1], 20, what="the ticket says so before anybody tries")
    assert site.sql(f"select count(*) from governance.escalation where request_id = '{request}' and reason = 'NobodyMayApprove'") == "1"
    assert "NobodyMayApprove" in site.countersign("request", "show", key).stdout, "whoever asks why hears the same"
    assert request in [one["id"] for one in site.api("GET", "/v1/access-requests?stuck=true&limit=100")[1]["requests"]]


def test_who_approved_it_does_not_do_the_work(site):
    key = ask(site, "okafor", at(hours=7), asked="agent2")
    request = site.until_phase(key, "pending_approval")["id"]
    site.act("approve", key, actor="agent2")
    site.until_phase(key, "fulfilling")
    site.has_role("okafor", "fin-viewer", True)
    site.act("transition", key, actor="agent2", name="Resolve")
    wait.until(lambda: site.sql(f"select count(*) from governance.escalation where request_id = '{request}' and reason = 'ApproverFulfils'") == "1",
               20, what="it is told")
    site.until_status(key, "In progress")
    assert any("has approved this" in str(comment) for comment in site.ticket(key)["comments"])
    assert site.request(key)["claim_cycle"] == ""
    site.resolve(key)
    site.until_status(key, "Resolved")
    assert site.sql(f"select count(*) from governance.fulfiller where request_id = '{request}'") == "1"


def test_nobody_answers_in_time(site):
    key = ask(site, "farah", at(hours=7))
    request = site.until_phase(key, "pending_approval")["id"]
    later(site, request, 1.5)
    reminded = f"select count(*) from governance.escalation where request_id = '{request}' and reason = 'ApprovalReminder'"
    wait.until(lambda: site.sql(reminded) == "1", 20, what="the reminder")
    wait.until(lambda: any("Waiting for 1 of security" in str(comment) for comment in site.ticket(key)["comments"]), 20, what="a comment")
    later(site, request, 1)
    site.until_phase(key, "expired")
    wait.until(lambda: "nobody approved this in time" in site.said(key)[1], 20, what="why it is over")
    assert site.sql(reminded) == "1"


def test_one_answers_for_another_and_takes_it_back(site):
    key = ask(site, "meyer", at(hours=7))
    request = site.until_phase(key, "pending_approval")["id"]
    assert approve_by_api(site, request, "deputy@example.com")[0] == 202
    wish = {"from": "approver@example.com", "to": "deputy@example.com", "ends_at": at(days=7).isoformat().replace("+00:00", "Z")}
    assert site.api("POST", "/v1/delegations", wish)[0] == 201
    status, problem = site.api("POST", "/v1/delegations", wish | {"from": "deputy@example.com", "to": "approver@example.com"})
    assert status == 422 and "a circle" in problem["detail"]
    assert site.sql("select what || ' ' || person || ' ' || other || ' ' || why from governance.refused_decision where why = 'circle'") == \
        "delegation deputy@example.com approver@example.com circle"
    assert approve_by_api(site, request, "deputy@example.com", "withdrawn")[0] == 202  # of before it was delegated
    assert site.request(key)["phase"] == "pending_approval"
    assert approve_by_api(site, request, "deputy@example.com")[0] == 202
    site.until_phase(key, "fulfilling")


def test_the_platform_asks_for_it_and_for_more_time(site):
    """An extension is a request of its own: another end, another approval. It takes the place of the first one."""
    def submit(name, ends):
        return site.api("POST", "/v1/access-requests", key=name, body={
            "kind": "grant", "beneficiary": "weber", "requester": "lead@example.com", "source": "sap-fin", "entitlement": "fin-viewer",
            "justification": "month end", "access_until": ends.isoformat().replace("+00:00", "Z")})
    status, problem = submit("too-long", at(days=2))
    assert status == 422 and problem["detail"] == "'access_until' is later than the template of the rule allows"
    first, second = submit("first", at(hours=2))[1]["id"], submit("more", at(hours=7))[1]["id"]
    for request in (first, second):
        wait.until(lambda: site.api("GET", f"/v1/access-requests/{request}")[1]["phase"] == "pending_approval", 20)
        assert approve_by_api(site, request, "approver@example.com")[0] == 202
        wait.until(lambda: site.api("GET", f"/v1/access-requests/{request}")[1]["phase"] == "fulfilling", 30)
    assert site.sql(f"select count(distinct approved_hash) from governance.access_request where id in ('{first}', '{second}')") == "2"
    key = site.api("GET", f"/v1/access-requests/{second}")[1]["ticket"]["key"]
    site.act("edit", key, fields={"customfield_10125": jira(at(days=30))})  # more time by hand
    wait.until(lambda: site.sql(f"select reason from governance.escalation where request_id = '{second}' and kind = 'tamper'") ==
               "MappedFieldsChanged", 20, what="an edit of the end is on record")
    assert site.sql(f"select access_until < now() + interval '8 hours' from governance.access_request where id = '{second}'") == "t"


def test_the_newest_word_of_a_person_counts_and_whose_token_said_it(site):
    """The answer to a yes is lost, so it is sent again; then it becomes a no. Names are the platform's word: it is on record which one's."""
    status, made = site.api("POST", "/v1/access-requests", key="regret", body={
        "kind": "grant", "beneficiary": "haddad", "requester": "lead@example.com", "source": "sap-fin", "entitlement": "fin-viewer",
        "justification": "month end", "access_until": at(hours=7).isoformat().replace("+00:00", "Z")})
    assert status == 201, made
    request = made["id"]
    wait.until(lambda: site.api("GET", f"/v1/access-requests/{request}")[1]["phase"] == "pending_approval", 20)
    assert [approve_by_api(site, request, "deputy2@example.com")[0] for _ in range(2)] == [202, 202]
    assert site.sql(f"select count(*) from governance.approval where request_id = '{request}'") == "1"
    assert approve_by_api(site, request, "deputy2@example.com", "declined")[0] == 202
    shown = wait.until(lambda: (lambda now: now if now["phase"] == "denied" else None)(site.api("GET", f"/v1/access-requests/{request}")[1]), 20)
    assert [(one["decision"], one.get("why_not"), one["vouched_by"]) for one in shown["approval"]["given"]] == \
        [("approved", "withdrawn", "identity-platform"), ("declined", "unnamed", "identity-platform")]
    said = site.sql(f"select string_agg(body::jsonb->'detail'->>'vouched_by', ',') from governance.evidence_entry where kind = 'request.approval' and request_id = '{request}'")
    assert said == ",".join(["identity-platform"] * 3)
    status, problem = approve_by_api(site, request, "approver@example.com")
    assert status == 422 and problem["detail"].startswith("the request is denied, so that a vote changes nothing: submit it again"), problem
