"""The main job: an agent works tickets as usual; they close on proof and on nothing else."""
import json

from lib import wait


def explained(site, key):
    """As Jira has it now, and as the database says; a key that is none, or nobody's, is told apart."""
    said = site.countersign("mapping", "explain", key).stdout
    assert f"{key}: request type 31, rule remove-app-access (" in said
    assert "customfield_10052" in said and "removal: done when fin-ledger-admin is absent for okafor in sap-fin" in said
    assert "its request is verifying\n" in said and "shall be absent: mismatch (StillPresent)" in said
    told = json.loads(site.countersign("mapping", "explain", f"acme/{key}", "--json").stdout)
    assert (told["outcome"], told["governed"]["ticket"], told["targets"][0]["target"]) == ("mapped", key, "subject")
    refused = {"IAM-99999": 65, "XX-1": 64, "nowhere/IAM-1": 64, "IAM-x": 64}
    assert {word: site.countersign("mapping", "explain", word, check=False).returncode for word in refused} == refused


def test_removal_still_present_then_gone(site):
    key = site.ask_removal("okafor")
    site.until_phase(key, "fulfilling")
    site.resolve(key)
    wait.until(lambda: "still has fin-ledger-admin" in site.said(key)[1], 10, what="the ticket says what is missing")
    assert site.ticket(key)["status"] == "Verifying access"
    assert site.request(key)["closed_at"] is None
    explained(site, key)
    site.has_role("okafor", "fin-ledger-admin", False)
    site.until_status(key, "Resolved")
    site.until_phase(key, "closed")
    oracle = site.control("oracle")
    closed = next(t["closed"] for t in oracle["done"] if t["key"] == key)
    assert "connector" in str(closed), closed
    wait.until(lambda: site.ticket(key)["comments"], 10, what="a comment")
    assert len(site.ticket(key)["comments"]) == 1, "one comment, edited in place"
    assert oracle["public_comments_by_connector"] == []


def test_grant_refused_then_proven(site):
    key = site.ask_grant("reyes", "fin-viewer")
    site.until_phase(key, "fulfilling")
    site.resolve(key)
    wait.until(lambda: "doesn't have fin-viewer" in site.said(key)[1], 10)
    site.has_role("reyes", "fin-viewer", True)
    site.until_phase(key, "closed")
    assert site.ticket(key)["status"] == "Resolved"
    proof = json.loads(site.sql("select body from governance.evidence_entry where body like '%\"to\":\"closed\"%' "
                                f"and request_id = '{site.request(key)['id']}'"))
    assert proof["detail"]["proof"][0]["verdict"] == "verified"


def test_directory_is_read_too(site):
    key = site.ask_grant("okafor", "finance-all", system="Directory")
    site.until_phase(key, "fulfilling")
    site.resolve(key)
    wait.until(lambda: "doesn't have finance-all" in site.said(key)[1], 10)
    site.directory.modify("dn: cn=finance-all,ou=groups,dc=example,dc=com\nchangetype: modify\nadd: member\n"
                          "member: uid=okafor,ou=people,dc=example,dc=com\n")
    site.until_status(key, "Resolved")


def test_close_behind_our_back_is_reopened(site):
    key = site.ask_removal("lind", project="OPS")
    site.until_phase(key, "fulfilling")
    site.act("transition", key, name="Close")
    site.until_status(key, "In progress", timeout=10)
    assert site.sql(f"select count(*) from governance.escalation where request_id = '{site.request(key)['id']}' "
                    "and kind = 'breach'") == "1"
    assert site.request(key)["phase"] != "closed"
    site.has_role("lind", "fin-ledger-admin", False)
    site.until_status(key, "Resolved")
    site.until_phase(key, "closed")


def test_reopened_ticket_needs_new_proof(site):
    site.has_role("novak", "fin-viewer", False)
    key = site.ask_removal("novak", "fin-viewer")
    site.until_phase(key, "fulfilling")
    site.resolve(key)
    site.until_phase(key, "closed")
    first = site.request(key)["generation"]
    site.has_role("novak", "fin-viewer", True)
    site.act("transition", key, name="Reopen")
    site.until_phase(key, "fulfilling")
    site.resolve(key)
    wait.until(lambda: "present again" in site.said(key)[1], 10)
    assert site.request(key)["generation"] > first
    site.has_role("novak", "fin-viewer", False)
    site.until_phase(key, "closed")


def test_what_a_newer_release_left_stops_nobody(site):
    """Words and work that we do not know: the words are said anew, the work is left alone."""
    key = site.ask_removal("reyes", "fin-ledger-admin")
    request = site.until_phase(key, "fulfilling")["id"]
    kinds = site.sql("select pg_get_constraintdef(oid) from pg_constraint where conname = 'flow_kind_check'")
    site.sql("alter table governance.flow drop constraint flow_kind_check")
    try:
        site.sql(f"update governance.access_request set notice = 'of_tomorrow', notice_key = '12' where id = '{request}'")
        site.sql("insert into governance.flow (request_id, site, kind, state, cycle, payload, run_after) "
                 f"values ('{request}', 'acme', 'of_tomorrow', 'pending', '', '{{}}', 'infinity')")
        site.has_role("reyes", "fin-ledger-admin", False)
        site.resolve(key)
        site.until_phase(key, "closed")
        assert site.sql(f"select state from governance.flow where request_id = '{request}' and kind = 'of_tomorrow'") == "pending"
        site.sql(f"delete from governance.flow where request_id = '{request}' and kind = 'of_tomorrow'")
    finally:
        site.sql(f"alter table governance.flow add constraint flow_kind_check {kinds}")


def test_a_misspelt_role_does_not_prove_its_own_removal(site):
    key = site.ask_removal("okafor", "fin-ledgr-admin")
    request = site.until_phase(key, "fulfilling")["id"]
    site.resolve(key)
    reads = "select count(*) from governance.observation o join governance.request_item i on i.id = o.item_id " \
            f"where i.request_id = '{request}' and o.outcome = 'unknown' and o.reason = 'EntitlementNotFound'"
    wait.until(lambda: int(site.sql(reads)) >= 4, 20, what="four reads that say nothing")
    assert site.request(key)["phase"] not in ("verified", "closed") and site.ticket(key)["status"] != "Resolved"


def test_ticket_that_does_not_map_is_held_and_says_which_field(site):
    key = site.ask_removal(system="Workday")
    held = site.until_phase(key, "received")
    assert held["held"] and "application" in held["hold_text"]
    wait.until(lambda: [c for c in site.ticket(key)["comments"] if "customfield_10050" in str(c["body"])], 10)
    site.act("edit", key, fields={"customfield_10050": {"value": "SAP FIN"}})
    site.until_phase(key, "fulfilling")


def test_deleted_ticket_is_orphaned(site):
    key = site.ask_removal("okafor", "fin-viewer")
    request = site.until_phase(key, "fulfilling")["id"]
    site.act("delete", key, actor="admin")
    wait.until(lambda: site.sql(f"select phase from governance.access_request where id = '{request}'") == "orphaned", 15)
    assert site.sql(f"select reason from governance.escalation where request_id = '{request}'") == "TicketGone"


def test_service_role_cannot_close_without_proof(site):
    """As the daemon's own role: not past a phase, not from verifying, and not by any other way around the proof."""
    key = site.ask_removal("okafor", "fin-viewer")
    request = site.until_phase(key, "fulfilling")["id"]

    def refused(change, by):
        told = site.database.psql(f"set role countersign_service; update governance.access_request set version = version + 1, {change} "
                                  f"where id = '{request}'", user="countersign_daemon", check=False)
        assert told.startswith(f"ERROR:  {by}"), told
    close = "phase = 'closed', closed_at = now(), verified_at = now()"
    refused(close, "no move from fulfilling to closed")
    site.has_role("okafor", "fin-viewer", True)
    site.resolve(key)
    site.until_phase(key, "verifying")
    refused(close, "no move from verifying to closed")
    refused("phase = 'verified', verified_at = now()", "verified refused: ")
    assert site.request(key)["phase"] in ("verifying", "fulfilling") and site.request(key)["closed_at"] is None
    site.has_role("okafor", "fin-viewer", False)
    site.until_phase(key, "closed")


def test_evidence_exports_verifies_and_shows_tampering(site):
    export = site.countersign("evidence", "export", "--conninfo", site.database.dsn).stdout
    path = site.write("evidence.jsonl", export)
    assert "entries verify" in site.countersign("evidence", "verify", path).stdout
    lines = export.splitlines()
    lines[3] = lines[3].replace('\\"kind\\":', '\\"kint\\":', 1)
    path = site.write("tampered.jsonl", "\n".join(lines) + "\n")
    done = site.countersign("evidence", "verify", path, check=False)
    assert done.returncode == 1 and "line 4" in done.stdout
    site.countersign("db", "verify", "--conninfo", site.database.dsn)


def test_dashboards_read_views(site):
    assert int(site.sql("select count(*) from sla.request_v1 where sla_state = 'met'")) >= 1
    assert site.sql("select count(*) from sla.freshness_v1 where feed = 'poll' and is_safe_to_use") == "1"


def test_the_doctor_looks_at_everything(site):
    """Each group is the verb that it names, and what is not well is named again at the end."""
    done = site.countersign("doctor", "--json", check=False)
    groups = {(g["group"], g.get("source")): g["exit"] for g in json.loads(done.stdout)}
    assert groups == {("configuration", None): 0, ("policy", None): 0, ("database", None): 0, ("forms", None): 0, ("desk", None): 78, ("events", None): 0, ("gate", None): 77,
                      ("sources", "sap-fin"): 0, ("sources", "directory"): 0}
    assert done.returncode == 1
    done = site.countersign("doctor", "gate", check=False)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (77, "1 looked at, 1 not well")
    assert "gate: not permitted; more: countersign gate prove\n" in done.stdout
    assert site.countersign("doctor", "sources").stdout.endswith("2 looked at, 0 not well\n")
    assert site.countersign("doctor", "teeth", check=False).returncode == 64
    assert "M046" in site.countersign("explain", "M046").stdout
