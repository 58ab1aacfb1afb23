"""Tickets that people closed before Countersign governed anything: which of them are not so? Nothing runs, nothing is written."""
import json
import pathlib
import runpy

import pytest

from lib import world

PEER = runpy.run_path(str(pathlib.Path(__file__).parents[1] / "readers" / "scim_peer.py"))
CLOUD = """  - name: cloud
    kind: scim
    secret: "file:@DIR@/scim-token"
    canary: { account: canary, entitlement: watch }
    connection: { url: "@SCIM@", insecure: "true" }
"""

DONE = {"do": "force_status", "actor": "admin", "status": "Resolved", "resolution": "Done"}


@pytest.fixture(scope="module", params=["cloud", "datacenter"])
def desk(request):
    """A site as it was before: no service, and a database that nobody has migrated."""
    made = world.World(webhooks=False, flavour=request.param)
    made.start_database()
    made.start_directory()
    made.start_jira()
    made.configure()
    people = [{"id": f"u-{n:032x}", "userName": name} for n, name in enumerate(("canary", *(f"p{n}" for n in range(20))))]
    made.cloud = PEER["Strict"](people, [{"id": f"g-{g}", "displayName": g, "members": [{"value": people[0]["id"]}]} for g in ("watch", "finance")])
    made.write("scim-token", PEER["TOKEN"])
    made.edit_file("countersign.yaml", "  - name: directory\n",
                   CLOUD.replace("@DIR@", made.folder).replace("@SCIM@", made.cloud.url) + "  - name: directory\n")
    with open(f"{made.folder}/mapping.yaml") as file:
        mapping = file.read().replace('"SAP FIN": sap-fin', '"SAP FIN": sap-fin, "Workday": cloud')
    made.write("mapping.yaml", mapping)
    with open(made.config) as file:
        made.config = made.write("empty.yaml", file.read().replace(made.database.dsn_as(world.LOGIN), made.target.dsn_as("sap_reader")))
    yield made
    made.cloud.close()
    made.close()


def close(desk, *keys, **more):
    desk.control("act", [{**DONE, "issue": key, **more} for key in keys])


def scan(desk, *words, code=0):
    done = desk.countersign("scan", "--json", *words, check=False)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    *rows, last = [json.loads(line) for line in done.stdout.splitlines()]
    return {row["ticket"]: row for row in rows}, last["summary"], done.stderr


@pytest.fixture(scope="module")
def closed(desk):
    """By name, each closed by hand."""
    directory = {"system": "Directory"}
    keys = {
        "never removed": desk.ask_removal("okafor", "fin-ledger-admin"),  # she has it still
        "removed": desk.ask_removal("novak", "fin-ledger-admin"),
        "never granted": desk.ask_grant("reyes", "fin-viewer"),
        "overtaken": desk.ask_grant("lind", "fin-ledger-admin"),
        "asked last": desk.ask_removal("lind", "fin-ledger-admin"),  # he has it still
        "never a member": desk.ask_grant("okafor", "finance-all", **directory),
        "no such role": desk.ask_removal("reyes", "fin-leger-admin"),
        "no role": desk.ask_removal("novak", ""),
        "withdrawn": desk.ask_removal("okafor", "fin-viewer"),
        "still open": desk.ask_removal("reyes", "fin-ledger-admin"),
        "no resolution": desk.ask_removal("lind", "fin-viewer", project="OPS"),
    }
    close(desk, *(key for name, key in keys.items() if name not in ("overtaken", "withdrawn", "still open", "no resolution", "asked last")))
    close(desk, keys["overtaken"])
    close(desk, keys["asked last"])
    close(desk, keys["withdrawn"], status="Cancelled", resolution="Won't Do")
    desk.control("act", {"do": "force_status", "actor": "admin", "status": "Resolved", "issue": keys["no resolution"]})
    return keys


def test_what_was_closed_by_hand_and_is_not_so(desk, closed):
    rows, summary, told = scan(desk, code=2)
    found = {name: (rows[key]["finding"], rows[key]["why"]) for name, key in closed.items() if key in rows}
    assert found == {
        "never removed": ("not as asked", "StillPresent"), "removed": ("as asked", "Ok"), "never granted": ("not as asked", "StillAbsent"),
        "asked last": ("not as asked", "StillPresent"), "never a member": ("not as asked", "StillAbsent"),
        "no such role": ("unknown", "Unreadable"), "no role": ("unknown", "NotUnderstood"), "no resolution": ("as asked", "Ok")}, found
    assert rows[closed["no such role"]]["reason"] == "EntitlementNotFound" and "customfield_10052" in rows[closed["no role"]]["reason"]
    assert {(row["site"], row["request"]) for row in rows.values()} == {("acme", "")}
    assert summary == {"looked_at": 8, "as_asked": 2, "drifted": 0, "still_there": 2, "not_there": 2, "excepted": 0, "not_known": 2,
                       "tickets_seen": 10, "of_other_kinds": 0, "withdrawn": 1, "overtaken": 1, "whole": True}, summary
    assert "acme: 10 closed tickets seen" in told and "the database is not asked" in told
    text = desk.countersign("scan", check=False).stdout
    assert f"not as asked {closed['never removed']}" in text and "fin-ledger-admin of okafor in sap-fin" in text
    assert "8 looked at: 2 as asked, 0 drifted, 4 never so (2 still there, 2 not there), 0 excepted, 2 not known" in text, text
    assert f"unknown      {closed['no role']}" in text and closed["removed"] not in text


def test_nothing_is_written(desk, closed):
    before = {key: desk.ticket(key)["updated"] for key in closed.values()}
    scan(desk, code=2)
    made = desk.control("calls?actor=connector")["calls"]
    assert {call["method"] for call in made if not call["route"].endswith(("/search/jql", "/search"))} == {"GET"}, made
    assert before == {key: desk.ticket(key)["updated"] for key in closed.values()}


def test_pages_and_what_jira_says_of_its_limits(desk, closed):
    """Three pages and a half, each ticket once; told to wait, it waits; a page token that runs out begins anew."""
    made = desk.control("act", [{"do": "request", "actor": "customer", "requestTypeId": "31", "fields": {
        "summary": f"Remove {n}", "customfield_10061": f"nobody-{n}", "customfield_10052": "fin-viewer", "customfield_10050": {"value": "SAP FIN"}}}
        for n in range(340)])
    crowd = [one["issue"]["key"] for one in made]
    close(desk, *crowd)
    desk.control("calls", method="DELETE")
    desk.fault("rate_limit", path="/search", retry_after=1, reason="jira-burst-based")
    if desk.flavour == "cloud":
        desk.control("faults", {"method": "POST", "path": "/search", "after": 2, "count": 1, "effect": {"kind": "expire_tokens"}})
    try:
        rows, summary, told = scan(desk, code=2)
    finally:
        desk.no_faults()
    assert set(crowd) <= set(rows) and summary["looked_at"] == 348 and summary["as_asked"] == 342 and summary["whole"], summary
    assert "Jira says to wait" in told
    assert not [c for c in desk.control("calls?actor=connector")["calls"] if c["inside_retry_after"]]


def test_who_may_not_look_is_told_so(desk, closed):
    """Jira shows a stranger an empty list, with success: that is no good news."""
    desk.control("accounts", {"connector": {"groups": []}})
    try:
        rows, summary, told = scan(desk, code=77)
    finally:
        desk.control("accounts", {"connector": {"groups": ["countersign", "service-desk-team", "jira-users"]}})
    assert rows == {} and not summary["whole"] and "shows our account no project IAM" in told, told
    desk.fault("anonymous" if desk.flavour == "cloud" else "unauthenticated", method="GET", path="/myself", count=50)
    try:
        assert not scan(desk, code=77)[1]["whole"]
    finally:
        desk.no_faults()


def test_a_source_that_does_not_answer(desk, closed):
    """Its tickets are unknown, and soon: nobody waits for each of them."""
    desk.directory.stop()
    try:
        rows, summary, _ = scan(desk, code=2)
    finally:
        desk.directory.start()
    assert (rows[closed["never a member"]]["finding"], rows[closed["never a member"]]["reason"]) == ("unknown", "SourceDown")
    assert rows[closed["removed"]]["finding"] == "as asked" and summary["not_known"] == 3


def test_two_names_of_one_group(desk, closed):
    """Its case does not matter in the directory: the ticket that was closed last is about the same."""
    given = desk.ask_grant("reyes", "Finance-All", system="Directory")
    close(desk, given)
    taken = desk.ask_removal("reyes", "finance-all", system="Directory")
    close(desk, taken)
    before = scan(desk, code=2)
    assert given not in before[0] and before[0][taken]["finding"] == "as asked" and before[1]["overtaken"] == 2


def test_a_source_that_wants_to_be_asked_less(desk, closed):
    """It says how long it is to be left alone: it is, and then all that it could not tell is read."""
    keys = [desk.ask_removal(f"p{n}", "finance", system="Workday") for n in range(20)]
    close(desk, *keys)

    def twist(call):
        if 30 < len(desk.cloud.calls) < 33:
            raise PEER["error"](429, headers={"Retry-After": "1"})
    desk.cloud.twist = twist
    rows, _, told = scan(desk, code=2)
    assert {rows[key]["finding"] for key in keys} == {"as asked"}, [rows[key] for key in keys]
    assert len(desk.cloud.calls) > 33 and "source cloud wants to be asked less" in told


@pytest.mark.parametrize("words, code", [(("--last", "soon"), 64), (("more",), 64), (("--site", "nobody"), 64), (("--governed",), 78)])  # in a database of ours alone
def test_words_that_lead_nowhere(desk, words, code):
    done = desk.countersign("scan", *words, check=False)
    assert done.returncode == code, done.stderr
