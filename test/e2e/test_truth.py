"""Whether what the sources say is believed: rights that vanish in the middle, names that become another account's, what was closed and
is not so any more; and what an operator is told of it."""
import json

import pytest

from lib import wait

PEOPLE = ["okafor", "reyes", "lind", "novak"]
ROLES = ["fin-ledger-admin", "fin-viewer"]


def told(site, *words, code=0):
    done = site.countersign(*words, check=False)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done.stdout


def shown(site, key):
    return json.loads(told(site, "reconcile", "show", key, "--json"))


def closed(site, *pairs):
    """The tickets of removals that were made, proven and closed, each test's own."""
    keys = []
    for person, role in pairs:
        site.has_role(person, role, True)
        keys.append(site.ask_removal(person, role))
    for key, (person, role) in zip(keys, pairs):
        site.until_phase(key, "fulfilling", timeout=60)
        site.has_role(person, role, False)
        site.resolve(key)
    for key in keys:
        site.until_phase(key, "closed", timeout=60)
    return keys


def scanned(site, *words, code=0):
    *rows, last = [json.loads(line) for line in told(site, "scan", "--json", *words, code=code).splitlines()]
    assert last["summary"]["looked_at"] == len(rows) and last["summary"]["whole"]
    return rows


def test_rights_vanish_in_the_middle(site):
    """Nothing was removed, and nobody sees that any more: none of the tickets closes, and each is told to somebody."""
    keys = []
    for person in PEOPLE:
        for role in ROLES:
            site.has_role(person, role, True)
            keys.append(site.ask_removal(person, role))
    for key in keys:
        site.until_phase(key, "fulfilling", timeout=60)
    site.target.psql("alter table app_user_role enable row level security")  # no rows, and no complaint
    for key in keys:
        site.resolve(key)

    ours = "request_id in ('" + "', '".join(site.request(key)["id"] for key in keys) + "')"
    seen = f"from governance.observation o join governance.request_item i on i.id = o.item_id where {ours}"

    def alarmed():
        return site.sql(f"select count(distinct request_id) from governance.escalation where reason = 'SourceUnreadable' and {ours}") == str(len(keys))
    try:
        wait.until(alarmed, 60, what="each is told to somebody")
        reads = f"select count(*) {seen} and (o.outcome = 'absent' or o.reason <> 'CanaryMissing')"
        assert site.sql(reads) == "0" and int(site.sql(f"select count(*) {seen}")) >= len(keys)
        assert {site.request(key)["phase"] for key in keys} <= {"claimed", "verifying"}
        one = shown(site, keys[0])
        assert one["items"][0]["why"] == "Unreadable" and one["items"][0]["reads"][0]["weighs"] == "Unreadable"
        assert "the canary does not hold what it is configured to hold" in told(site, "reconcile", "show", keys[0])
    finally:
        site.target.psql("alter table app_user_role disable row level security")
    for person in PEOPLE:
        for role in ROLES:
            site.has_role(person, role, False)
    for key in keys:
        site.until_phase(key, "closed", timeout=60)


def test_a_name_that_became_another_accounts(site):
    """Removed from nobody: the account was given another name, and its name to a new account that never had it."""
    closed(site, ("okafor", "fin-ledger-admin"))  # its reads pin the name
    site.has_role("okafor", "fin-viewer", True)
    key = site.ask_removal("okafor", "fin-viewer")
    site.until_phase(key, "fulfilling")
    site.target.psql("update app_user set login = 'okafor.old' where login = 'okafor'; insert into app_user values (90, 'okafor', true)")
    site.resolve(key)
    wait.until(lambda: site.sql("select count(*) from governance.observation where account = 'replaced'") != "0", 60)
    item = shown(site, key)["items"][0]
    assert (item["verdict"], item["why"]) in {("mismatch", "AccountReplaced"), ("settling", "AccountReplaced")}, item
    assert item["link"]["native_id"] == "2" and item["link"]["how"] == "read" and item["reads"][0]["native_id"] == "90"
    assert "the name belongs to another account" in told(site, "reconcile", "show", key)
    wait.until(lambda: "is the name of another account than before" in site.said(key)[1], 30)
    # the name alone is nobody's: found by its id it still has it
    site.target.psql("delete from app_user where id = 90")
    wait.until(lambda: shown(site, key)["items"][0]["reads"][:1] and shown(site, key)["items"][0]["reads"][0]["weighs"] == "StillPresent", 60)
    site.target.psql("delete from app_user_role where user_id = 2; insert into app_user values (90, 'okafor', true)")
    told(site, "source", "relink", "sap-fin", "--account", "okafor", "--person", "someone", "--id", "90", "--by", "op", "--reason", "hired",
         code=65)
    person = site.request(key)["beneficiary"]
    told(site, "source", "relink", "sap-fin", "--account", "okafor", "--person", person, "--id", "90", "--by", "op", "--reason", "hired again")
    site.until_phase(key, "closed", timeout=60)
    assert "pinned to 90" in (text := told(site, "reconcile", "show", key)) and "op: hired again" in text


def test_a_bundle_is_saved_in_portions(site):
    """The source is slow: what was read of a bundle is saved before its claim runs out, and the rest is read behind it."""
    key = site.ask_removal("reyes", "fin-viewer")
    site.until_phase(key, "fulfilling")
    mine = f"request_id = '{site.request(key)['id']}'"
    site.forged.append(r"item \d+ has no entry")
    site.sql("set session_replication_role = replica; insert into governance.request_item (request_id, source, account, entitlement, desired) "
             f"select request_id, source, person, entitlement, desired from governance.request_item, unnest(array['lind', 'novak', 'canary']) person where {mine}")
    slow = site.target.session()
    try:
        slow.run("begin; lock table app_user_role in access exclusive mode")
        site.resolve(key)
        reads = f"from governance.observation o join governance.request_item i on i.id = o.item_id where {mine}"
        wait.until(lambda: int(site.sql(f"select count(*) {reads}")) > 0, 30, what="a portion is saved")
        assert site.sql(f"select string_agg(o.reason, ' ') {reads}") == "Timeout", "one read took longer than a portion may"
    finally:
        slow.close()
    site.until_phase(key, "closed", timeout=60)
    assert site.sql(f"select count(distinct i.id) {reads}") == "4"


def test_what_was_closed_is_looked_at_again(site):
    """A role that came back; nothing is written, the tickets stay as they are."""
    mine = closed(site, ("novak", "fin-viewer"), ("lind", "fin-ledger-admin"))
    everything = scanned(site)
    assert set(mine) <= {row["ticket"] for row in everything} and {row["finding"] for row in everything} == {"as asked"}, everything
    site.has_role("novak", "fin-viewer", True)
    before = site.sql("select count(*) from governance.observation"), site.sql("select max(seq) from governance.evidence_entry")
    text = told(site, "scan", "--last", "1h", code=2)
    assert "drift" in text and "fin-viewer of novak in sap-fin" in text and "StillPresent" in text, text
    assert f"{len(everything)} looked at: {len(everything) - 1} as asked, 1 drifted, 0 never so (0 still there, 0 not there), 0 excepted, 0 not known" in text
    assert before == (site.sql("select count(*) from governance.observation"), site.sql("select max(seq) from governance.evidence_entry"))
    key = site.ask_removal("novak", "fin-viewer")
    site.until_phase(key, "fulfilling")
    assert f"{key} is about it" in told(site, "scan", "--last", "1h", code=2)
    site.target.psql("alter table app_user_role enable row level security")
    try:
        rows = [r for r in scanned(site, code=75) if r["source"] == "sap-fin"]
        assert {(r["finding"], r["reason"]) for r in rows} == {("unknown", "CanaryMissing")}
    finally:
        site.target.psql("alter table app_user_role disable row level security")
    site.has_role("novak", "fin-viewer", False)
    site.resolve(key)
    site.until_phase(key, "closed", timeout=60)


def test_a_source_that_does_not_open_leaves_its_own_unknown(site, monkeypatch):
    """Its secret's file is not there: what is of other sources is looked at all the same."""
    key = site.ask_grant("okafor", "finance-all", system="Directory")
    site.until_phase(key, "fulfilling")
    site.directory.modify("dn: cn=finance-all,ou=groups,dc=example,dc=com\nchangetype: modify\nadd: member\n"
                          "member: uid=okafor,ou=people,dc=example,dc=com\n")
    site.resolve(key)
    other, = closed(site, ("lind", "fin-viewer"))
    site.until_phase(key, "closed", timeout=60)
    found = {row["ticket"]: (row["source"], row["finding"], row["reason"]) for row in scanned(site)}
    assert found[key] == ("directory", "as asked", "Ok") and found[other] == ("sap-fin", "as asked", "Ok")
    # a group made anew under the name is not the one that it was
    finance = "cn=finance-all,ou=groups,dc=example,dc=com"
    members = site.directory.search("(cn=finance-all)", ["member"])[finance]["member"]
    site.directory.delete(finance)
    site.directory.add(f"dn: {finance}\nobjectClass: groupOfNames\ncn: finance-all\n" + "".join(f"member: {m}\n" for m in members))
    again = next(row for row in scanned(site, code=75) if row["ticket"] == key)
    assert (again["finding"], again["why"], again["outcome"]) == ("unknown", "EntitlementReplaced", "present"), again
    with open(site.config) as file:
        text = file.read()
    assert "/ldap-password" in text
    monkeypatch.setattr(site, "config", site.write("elsewhere.yaml", text.replace("/ldap-password", "/no-password")))
    done = site.countersign("scan", "--json", check=False)
    found = {row["ticket"]: (row["source"], row["finding"], row["reason"]) for row in map(json.loads, done.stdout.splitlines()[:-1])}
    assert found[key] == ("directory", "unknown", "SourceNotOpened") and found[other] == ("sap-fin", "as asked", "Ok")
    assert done.returncode == 75 and "source directory is not read" in done.stderr and "/no-password" in done.stderr, done.stderr
    assert "what standard error says" in told(site, "scan", code=75)


@pytest.mark.parametrize("words, code", [
    (("reconcile",), 64), (("reconcile", "show"), 64), (("reconcile", "show", "NO-1"), 65), (("reconcile", "show", "x", "--reads", "0"), 64),
    (("reconcile", "show", "x", "--conninfo", "host=/nowhere"), 69), (("scan", "--last", "soon"), 64), (("scan", "more"), 64),
    (("source", "relink", "sap-fin"), 64)])
def test_words_that_lead_nowhere(site, words, code):
    told(site, *words, code=code)
