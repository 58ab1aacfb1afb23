"""Who is the same person: whoever approves is another one than who asks and who it is for, whatever Jira shows of each of
them. One form names the subject by the account, the others by an address that somebody typed."""
import datetime
import re

import pytest

from lib import wait, world

APPROVAL = "    approval: { from: jsm.approvals, at_least: 1, not: [reporter, subject] }\n"


class People(world.World):
    def configure(self):
        super().configure()
        with open(f"{self.folder}/mapping.yaml") as file:
            text = file.read().split("\ntests:")[0] + "\n"
        typed = "subject: { from: customfield_10061, then: [trim, lower], on_missing: hold }"
        assert text.count(typed) == 3
        text = text.replace(typed, "subject: { from: customfield_10062, then: [account], on_missing: hold }", 1)
        self.removing = text = text.replace(typed, "subject: { from: customfield_10061, then: [trim, email], on_missing: hold }")
        text = text.replace("change: removal", "change: grant").replace("absent: entitlement", "present: entitlement")
        granted = "    expect: { present: entitlement }\n"
        assert text.count(granted) == 3
        self.write("mapping.yaml", text.replace(granted, granted + APPROVAL))


@pytest.fixture(scope="module", params=["cloud", "datacenter"])
def site(request):
    made = People(flavour=request.param)
    with made:
        made.control("accounts", {"secretive": {"hides_email": True, "desk": "customer", "groups": ["portal-customers"]}})
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def ask(site, subject, *approvers):
    """subject: the name of an account, or an address."""
    who = {name: {"accountId": one["accountId"]} for name, one in site.control("accounts").items()}
    fields = {"summary": f"For {subject}", "customfield_10052": "fin-viewer", "customfield_10050": {"value": "SAP FIN"},
              "customfield_10100": [who[approver] for approver in approvers]}
    fields |= {"customfield_10061": subject} if "@" in subject else {"customfield_10062": who[subject]}
    return site.act("request", actor="customer", requestTypeId="31" if "@" in subject else "30", fields=fields)["key"]


def approved(site, subject, approver):
    key = ask(site, subject, approver)
    request = site.until_phase(key, "pending_approval")["id"]
    site.act("approve", key, actor=approver)
    seen = f"select approval from governance.ticket where issue_key = '{key}'"
    wait.until(lambda: site.sql(seen) == "approved", 15, what="the approval is read")
    return key, request


def reason(site, request):
    return site.sql(f"select reason from governance.request_status where request_id = '{request}'")


@pytest.mark.parametrize("subject, approver", [("approver", "approver"), ("secretive", "secretive"), ("agent2", "customer"),
                                               ("approver@example.com", "approver")])
def test_nobody_approves_for_himself_by_another_name(site, subject, approver):
    """The subject, and in the third the requester."""
    key, request = approved(site, subject, approver)
    wait.until(lambda: reason(site, request) == "ApprovalAwaited", 10)
    assert site.request(key)["phase"] == "pending_approval"
    assert site.sql(f"select count(*) from governance.approval where request_id = '{request}'") == "0"
    tried = site.sql(f"select string_agg(split_part(key, '/', 3), ' ') from governance.escalation where request_id = '{request}' and reason = 'SelfApproval'")
    assert tried == ("requester" if approver == "customer" else "beneficiary")
    wait.until(lambda: "an approval of one's own does not count" in site.said(key)[1], 15, what="the ticket says why it waits")


@pytest.mark.parametrize("subject, approver", [("agent2", "approver"), ("agent2", "secretive"), ("secretive", "approver"),
                                               ("agent2@example.com", "approver"), ("agent2@example.com", "secretive")])
def test_another_person_does(site, subject, approver):
    """In the last Jira is asked whose address it is, because it hides the approver's."""
    key, _ = approved(site, subject, approver)
    site.until_phase(key, "fulfilling")


@pytest.mark.parametrize("order", [("approver", "customer"), ("customer", "approver")])
def test_of_several_who_approve_one_other_person_is_enough_whoever_is_listed_last(site, order):
    """How many must is Jira's to say: here both. The requester's own answer counts for nothing, and spoils nothing."""
    site.control("config", {"approvals_needed": 2})
    key = ask(site, "agent2", *order)
    request = site.until_phase(key, "pending_approval")["id"]
    named = [{"approver": "Dana Reyes", "customer": "Casey Customer"}[name] for name in order]
    wait.until(lambda: site.said(key)[1] == f"Waiting for {named[0]} or {named[1]} to approve", 15, what="both are named")
    site.act("approve", key, actor=order[0])
    wait.until(lambda: site.said(key)[1] == f"Waiting for {named[1]} to approve", 15, what="the one who is left is named")
    assert site.request(key)["phase"] == "pending_approval"
    assert site.sql(f"select count(*) from governance.approval where request_id = '{request}'") == "0"
    site.act("approve", key, actor=order[1])
    site.until_phase(key, "fulfilling")
    assert site.sql(f"select count(*) from governance.approval where request_id = '{request}' and decision = 'approved'") == "1"
    site.control("config", {"approvals_needed": 0})


def test_of_several_approvals_the_newest_counts_on_whichever_page_it_stands(site):
    """The first was given by the requester, and was worth nothing; the ticket was sent to approval again, to somebody else."""
    site.control("config", {"desk_page": 1})
    try:
        key, request = approved(site, "agent2", "customer")
        other = {"accountId": site.control("accounts")["approver"]["accountId"]}
        site.act("force_fields", key, actor="automation", fields={"customfield_10100": [other]})
        site.act("transition", key, name="Ask for approval")
        asked = f"select awaited from governance.ticket where issue_key = '{key}'"
        wait.until(lambda: site.sql(asked) == "Dana Reyes", 15, what="the second is seen")
        site.act("approve", key, actor="approver")
        site.until_phase(key, "fulfilling")
        assert site.sql(f"select count(*) from governance.approval where request_id = '{request}' and decision = 'approved'") == "1"
    finally:
        site.control("config", {"desk_page": 100})


def test_what_nobody_can_tell_counts_for_nothing_until_somebody_says_it(site):
    key, request = approved(site, "secretive@example.com", "secretive")
    other, of_other = approved(site, "nobody@example.com", "secretive")
    for ticket, asked in ((key, request), (other, of_other)):
        wait.until(lambda: reason(site, asked) == "ApproverUnclear", 10)
        assert site.request(ticket)["phase"] == "pending_approval"
        told, once = site.sql("select count(*), count(distinct body::jsonb #>> '{detail,key}') from governance.evidence_entry "
                              f"where request_id = '{asked}' and body like '%ApproverUnclear%'").split("|")
        assert told == once != "0", "once for each status that it was seen in"
        wait.until(lambda: "may be the one who asks" in site.said(ticket)[1], 10, what="the ticket says so")
    own, another = ((site.control("accounts")[name]["accountId"] if site.flavour == "cloud" else name) for name in ("secretive", "agent2"))
    site.edit_file("countersign.yaml", "    projects: [IAM, OPS]\n", "    projects: [IAM, OPS]\n    people: { \"secretive@example.com\": "
                   f"\"{own}\", \"nobody@example.com\": \"{another}\" }}\n")
    site.service.stop()
    site.start_service()
    wait.until(lambda: reason(site, request) == "ApprovalAwaited", 15, what="it was his own approval")
    site.until_phase(other, "fulfilling")
    assert site.request(key)["phase"] == "pending_approval"


EXCEPTION = """
exception: {{ asked: customfield_10120, until: customfield_10124, control: customfield_10090, decision: customfield_10070,
             approved: "Yes", declined: "No", approvers: ["{}"] }}
"""


def answered(site, key, requester):
    """What the ticket says once the account that hides its address has approved an exception on a ticket of ours."""
    body = {"kind": "removal", "requester": requester, "beneficiary": "agent2@example.com", "source": "sap-fin",
            "entitlement": "fin-ledger-admin", "justification": "left the team"}
    _, made = site.api("POST", "/v1/access-requests", body, key)
    ticket = wait.until(lambda: site.api("GET", f"/v1/access-requests/{made['id']}")[1].get("ticket"), 20)["key"]
    wait.until(lambda: site.said(ticket)[1], 20, what="it says what is to be done")
    end = (datetime.date.today() + datetime.timedelta(days=10)).isoformat()
    why = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "vendor's turn"}]}]}
    site.act("edit", ticket, fields={"customfield_10120": why, "customfield_10124": end, "customfield_10090": "logins are watched"})
    site.act("edit", ticket, actor="hidden", fields={"customfield_10070": {"value": "Yes"}})
    return made["id"], wait.until(lambda: (s := site.said(ticket)[1]) and "No exception" in s and s, 30, what="it is answered")


def test_whoever_answers_an_exception_is_told_from_who_asks_where_addresses_are_hidden(site):
    """What a create found out of an address is kept; of one that nobody can find, the ticket says that nobody can tell."""
    if site.flavour != "cloud":
        pytest.skip("Data Center hides no addresses")
    site.control("accounts", {"hidden": {"email": "hidden@example.com", "hides_email": True}})
    account = site.control("accounts")["hidden"]["accountId"]
    with open(site.config) as file:
        text = re.sub(r"\n    people: .*", "", file.read())
    site.write("countersign.yaml", text.replace("    projects: [IAM, OPS]\n", "    projects: [IAM, OPS]\n    people: "
                                                f"{{ \"hidden@example.com\": \"{account}\" }}\n"))
    site.write("mapping.yaml", site.removing + EXCEPTION.format(account))
    site.service.stop()
    site.start_service()
    own, said = answered(site, "own-exception", "hidden@example.com")
    assert said.endswith("asks for it, works on it or gains by it")
    assert site.sql(f"select 'account={account}' = any(requester_names) from governance.access_request where id = '{own}'") == "t"
    _, said = answered(site, "unclear-exception", "gone@example.com")
    assert said.startswith("No exception: nobody can tell whether ") and said.endswith(" is who asks or who it is for")
    assert site.sql("select count(*) from governance.exception") == "0"
