"""The demo's story: people do things in Jira and in the target systems, Countersign answers, every line is checked."""
import os
import re
import signal
import sys
import time

from lib import proc, wait, world

BOX = """┌──────────────────────────────────────────────────────────────────────────────────────┐
│ Demo only: made-up people, a stand-in for Jira, a private database removed on Ctrl-C. │
└──────────────────────────────────────────────────────────────────────────────────────┘"""


SLA = """
sla: # a goal of a minute, for people who watch a demo
  - name: privileged-removal
    when: { kind: removal, privileged: true }
    goal: 60s
    remind: [5%]
    ladder: [{ at: 8%, do: priority, value: High }, { at: 12%, do: ticket, project: OPS, issue_type: Service Request }, { at: 100%, do: event }]
  - name: standard
    when: { any: true }
    goal: 8h
"""


EVIDENCE = """
evidence: { directory: log, origin: evidence.example.com/demo, key: "file:@DIR@/evidence.pem", every: 1s, anchor_file: anchors }
"""


class Story:
    def __init__(self, site, pause):
        self.site, self.pause, self.missed = site, pause, 0
        self.began = time.monotonic()

    def say(self, key, text, good=None):
        mark = {None: "  ", True: "✓ ", False: "✗ "}[good]
        print(f" {time.strftime('%H:%M:%S')}  {key:<7} {mark}{text}", flush=True)
        time.sleep(self.pause)

    def expect(self, key, text, probe, timeout=20):
        """One checked line of the story: true within the time, or a miss."""
        try:
            wait.until(probe, timeout)
            self.say(key, text, True)
        except wait.Timeout as late:
            self.missed += 1
            self.say(key, f"MISSED: {text} ({late})", False)

    def quote(self, key):
        print(f"                      on the ticket: “{self.site.said(key)[1]}”", flush=True)


def removal(story, site):
    key = site.ask_removal("okafor")
    story.say(key, "M. Okafor leaves Finance → remove fin-ledger-admin in SAP FIN, goal 8 h")
    story.expect(key, "governed, and the agent knows what to do", lambda: (site.request(key) or {}).get("phase") == "fulfilling")
    site.resolve(key)
    story.say(key, "agent A. Agent presses Resolve, but has not done it yet")
    story.expect(key, "NOT CLOSED: the access is still there", lambda: "still has" in site.said(key)[1])
    story.quote(key)
    site.has_role("okafor", "fin-ledger-admin", False)
    story.say("sap-fin", "somebody really removes the role")
    story.expect(key, "VERIFIED: the ticket resolved by itself", lambda: site.ticket(key)["status"] == "Resolved")
    story.expect(key, "the request is closed on that proof", lambda: site.request(key)["phase"] == "closed")
    return key


def grant(story, site):
    key = site.ask_grant("okafor", "finance-all", system="Directory")
    story.say(key, "grant: put okafor into finance-all in the directory (LDAP)")
    wait.until(lambda: (site.request(key) or {}).get("phase") == "fulfilling", 20)
    site.resolve(key)
    story.expect(key, "NOT CLOSED: the membership is not there", lambda: "doesn't have finance-all" in site.said(key)[1])
    site.directory.modify("dn: cn=finance-all,ou=groups,dc=example,dc=com\nchangetype: modify\nadd: member\n"
                          "member: uid=okafor,ou=people,dc=example,dc=com\n")
    story.say("ldap", "an administrator adds the member")
    story.expect(key, "VERIFIED: the ticket resolved by itself", lambda: site.ticket(key)["status"] == "Resolved")


def behind_our_back(story, site):
    key = site.ask_removal("lind", project="OPS")
    wait.until(lambda: (site.request(key) or {}).get("phase") == "fulfilling", 20)
    site.act("transition", key, name="Close")
    story.say(key, "closed behind our back through an open global transition")
    began = time.monotonic()
    story.expect(key, "found and REOPENED, with the reason", lambda: site.ticket(key)["status"] == "In progress")
    print(f"                      after {time.monotonic() - began:.1f} s; counted as a close without proof", flush=True)
    site.has_role("lind", "fin-ledger-admin", False)
    story.expect(key, "VERIFIED and closed once the role was really gone", lambda: site.ticket(key)["status"] == "Resolved")


def exception(story, site):
    site.has_role("reyes", "fin-viewer", True)
    key = site.ask_removal("reyes", "fin-viewer")
    wait.until(lambda: (site.request(key) or {}).get("phase") == "fulfilling", 20)
    ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 10 * 86400))
    site.countersign("exception", "grant", site.request(key)["id"], "--owner", "lee@example.com", "--approved-by", "ciso@example.com",
                     "--reason", "the vendor must do it", "--control", "logins are watched", "--expires", ends)
    site.resolve(key)
    story.say(key, "cannot be removed now: an exception for ten days, owned by lee, approved by the CISO")
    story.expect(key, "closed UNDER AN EXCEPTION, which proves nothing", lambda: site.ticket(key)["status"] == "Resolved")
    story.quote(key)
    site.countersign("exception", "owner", "lee@example.com", "--left", "--reason", "left the company")
    story.say(key, "its owner leaves the company")
    story.expect(key, "LAPSED: owed again, and the ticket is reopened", lambda: site.ticket(key)["status"] != "Resolved")
    site.has_role("reyes", "fin-viewer", False)
    site.resolve(key)
    story.expect(key, "VERIFIED: this time it is really gone", lambda: site.request(key)["phase"] == "closed" and site.ticket(key)["status"] == "Resolved")


def lost_reply(story, site):
    site.fault("lose_reply", path="/rest/api/[23]/issue$")
    body = {"kind": "removal", "beneficiary": "novak", "source": "sap-fin", "entitlement": "fin-viewer",
            "requester": "hr-system", "justification": "left the company"}
    _, made = site.api("POST", "/v1/access-requests", body, key="demo-1")
    story.say("API", "the identity platform asks for a removal; Jira makes the ticket, but drops the reply")
    story.expect("API", "the ticket was found by its marker and bound", lambda: site.api("GET", f"/v1/access-requests/{made['id']}")[1].get("ticket"))
    story.expect("API", "exactly one ticket exists", lambda: len(site.marked(made["id"])) == 1)


def before_us(story, site):
    """What people closed before Countersign governed anything; it reads, and writes nothing."""
    site.has_role("novak", "fin-ledger-admin", True)
    asked = site.ask_removal("novak"), site.ask_removal("reyes"), site.ask_grant("reyes", "fin-viewer")
    site.control("act", [{"do": "force_status", "actor": "admin", "issue": key, "status": "Resolved", "resolution": "Done"} for key in asked])
    story.say("desk", "three tickets closed by hand before Countersign was there; are they so? countersign scan --last 90d")
    found = site.countersign("scan", "--last", "90d", check=False)
    print("".join(f"                      {line[:150]}\n" for line in found.stdout.splitlines()), end="", flush=True)
    story.expect("scan", "one still has what was closed as removed, one never got what was closed as given",
                 lambda: found.returncode == 2 and "2 never so (1 still there, 1 not there)" in found.stdout, 1)


def readable(story, site):
    """Before a source is believed: is it read as it must be, and what do its answers prove?"""
    story.say("sap-fin", "can SAP FIN be believed? countersign source test sap-fin")
    done = site.countersign("source", "test", "sap-fin", check=False)
    print("".join(f"                      {line[:150]}\n" for line in done.stdout.splitlines()), end="", flush=True)
    story.expect("sap-fin", "READABLE: its canary is seen, nobody holds nothing, and a misspelt role proves nothing",
                 lambda: done.returncode == 0 and "EntitlementNotFound" in done.stdout, 1)


def explained(story, site, key):
    """Why the first ticket stayed open, and why it closed then: the reads behind it."""
    story.say(key, f"why was it held, and why is it closed? countersign reconcile show {key}")
    done = site.countersign("reconcile", "show", key, check=False)
    print("".join(f"                      {line[:150]}\n" for line in done.stdout.splitlines()), end="", flush=True)
    story.expect(key, "EXPLAINED read by read: still there, then gone twice, as the rule for removals wants it",
                 lambda: done.returncode == 0 and "present" in done.stdout and done.stdout.count("absent") >= 2, 1)


def pressing(story, site):
    """A privileged removal that nobody works on: what is done about it before its goal has passed."""
    site.has_role("reyes", "fin-ledger-admin", True)
    body = {"kind": "removal", "beneficiary": "reyes", "source": "sap-fin", "entitlement": "fin-ledger-admin", "privileged": True,
            "requester": "hr-system", "justification": "left the company"}
    _, made = site.api("POST", "/v1/access-requests", body, key="demo-2")
    story.say("API", "a privileged removal, goal 60 s: nobody works on it")
    told = f"select count(*) from sla.escalation_v1 where request_id = '{made['id']}' and kind = 'sla' and is_before_due"
    story.expect("API", "ESCALATED before its deadline: reminded, raised, a ticket of its own", lambda: int(site.sql(told)) == 3)
    key = site.api("GET", f"/v1/access-requests/{made['id']}")[1]["ticket"]["key"]
    story.expect(key, "its priority is High", lambda: site.ticket(key)["values"]["priority"] in ("High", "2"))
    story.expect(key, "people of another project have a ticket that names it",
                 lambda: [t for t in site.control("state")["issues"] if t["key"].startswith("OPS-") and f"{key}: privileged removal" in str(t)])
    site.has_role("reyes", "fin-ledger-admin", False)
    site.resolve(key)
    story.expect(key, "VERIFIED within its goal", lambda: site.sql(f"select sla_state from sla.request_v1 where request_id = '{made['id']}'") == "met")
    ratio = site.sql("select change_kind || ' ' || verified_within_goal || ' of ' || asked || ' within goal' || coalesce(', removal to grant ' || removal_to_grant_ratio, '') "
                     "from sla.parity_weekly_v1 where change_kind = 'removal' and not is_privileged order by week_at desc limit 1")
    print(f"                      parity this week: {ratio}", flush=True)


def sealed(story, site):
    """What was published of the evidence verifies offline; then somebody who may do anything in the database changes history."""
    log = f"{site.folder}/log"

    def verify():
        site.write("evidence.jsonl", site.countersign("evidence", "export", "--conninfo", site.database.dsn).stdout)
        return proc.run([site.program, "evidence", "verify", f"{site.folder}/evidence.jsonl", "--log", log, "--key", f"{log}/verifier"], check=False)

    def published():
        with open(f"{log}/checkpoint", encoding="utf-8") as file:
            return int(file.read().splitlines()[1]) == int(site.sql("select seq from governance.evidence_head"))

    shown = site.countersign("db", "verify", "--conninfo", site.database.dsn, check=False)
    story.expect("proof", f"evidence chain verified: {shown.stdout.splitlines()[-1].split('evidence')[-1].strip()}",
                 lambda: shown.returncode == 0, 1)
    story.expect("proof", "published: the whole log verifies offline, against its anchors too",
                 lambda: published() and verify().returncode == 0 and proc.run(
                     [site.program, "evidence", "verify", log, "--key", f"{log}/verifier", "--anchors", f"{site.folder}/anchors"], check=False).returncode == 0)
    place = site.sql("select min(seq) from governance.evidence_entry where kind = 'request.moved' and body like '%\"to\":\"closed\"%'")
    story.say("proof", f"a superuser turns off all triggers, makes “closed” of entry {place} “cancelled”, and hashes the whole chain anew")
    kept = site.sql(f"select body from governance.evidence_entry where seq = {place}")
    rewrite(site, f"update governance.evidence_entry set body = replace(body, '\"to\":\"closed\"', '\"to\":\"cancelled\"') where seq = {place}")
    told = verify()
    print(f"                      {told.stdout.strip()[:150]}", flush=True)
    story.expect("proof", "TAMPERED: evidence verify names the place",
                 lambda: told.returncode == 1 and told.stdout.startswith(f"line {place}: its text is not what was published"), 1)
    rewrite(site, f"update governance.evidence_entry set body = $body${kept}$body$ where seq = {place}")
    story.expect("proof", "put back: it verifies again", lambda: verify().returncode == 0)


def rewrite(site, deed):
    """As a superuser can: no trigger runs, and every hash of the chain is made to fit again."""
    site.database.psql(f"""begin; set local session_replication_role = replica; lock table governance.evidence_head in exclusive mode; {deed};
        do $$ declare e record; h bytea := decode(repeat('00', 32), 'hex'); begin
            for e in select * from governance.evidence_entry order by seq loop
                update governance.evidence_entry set prev = h, hash = sha256(h || convert_to(e.body, 'UTF8')) where seq = e.seq;
                h := sha256(h || convert_to(e.body, 'UTF8'));
            end loop;
            update governance.evidence_head set hash = h; end $$; commit;""", user="postgres")


def looked_at(story, site):
    board = f"http://127.0.0.1:{site.ops_port}/board"
    story.expect("console", f"the board shows it: {board}", lambda: "Removals within goal" in world.http("GET", board)[1], 5)
    key = site.sql("select issue_key from sla.request_v1 where change_kind = 'removal' and outcome = 'verified' order by requested_at limit 1")
    page = f"http://127.0.0.1:{site.ops_port}/r/{key}"
    story.expect(key, f"its evidence on one page: {page}", lambda: "Proven: " in world.http("GET", page)[1], 5)


def another_mapping(story, site):
    """An IAM engineer edits the mapping while it runs: a fault is refused, a plan shows what flips, it is applied and rolled back."""
    metrics = f"http://127.0.0.1:{site.ops_port}/metrics"

    def live():
        return re.search(r'countersign_mapping_info\{site="acme",sha256="(\w+)"\} 1', world.http("GET", metrics)[1])[1]

    def taken(well):
        return f'countersign_mapping_last_reload_successful{{site="acme"}} {well}.000' in world.http("GET", metrics)[1]

    def edit(old, new):
        site.edit_file("mapping.yaml", old, new)
        site.service.signal(signal.SIGHUP)

    before = live()
    story.say("mapping", "an IAM engineer edits the mapping while it runs: “change: remowal”")
    edit("change: removal", "change: remowal")
    story.expect("mapping", "refused, the one before goes on", lambda: taken(0) and live() == before)
    faults = site.countersign("mapping", "validate", f"{site.folder}/mapping.yaml", check=False).stderr.splitlines()
    print("".join(f"                      {line}\n" for line in faults[:2]), end="", flush=True)
    edit("change: remowal", "change: removal")
    story.expect("mapping", "put right: what is live is good", lambda: taken(1))
    with open(f"{site.folder}/mapping.yaml", encoding="utf-8") as file:
        other = file.read().replace("entitlement: { from: customfield_10052, then: [trim]", "entitlement: { from: customfield_10052, then: [trim, upper]")
    draft = site.write("draft.yaml", other.split("\ntests:")[0] + "\n")
    plan = site.countersign("mapping", "plan", draft, check=False)
    story.say("mapping", "what would another one have decided? countersign mapping plan draft.yaml")
    print("".join(f"                      {line}\n" for line in plan.stdout.splitlines() if "would be REFUSED" in line or "Replayed" in line), end="", flush=True)
    story.expect("mapping", "the plan leads with what flips", lambda: plan.returncode == 2 and "would be REFUSED (closed as it is)" in plan.stdout, 1)
    site.countersign("mapping", "apply", f"{draft}.plan-2.json", "--change", "CHG-1", "--reason", "roles in capitals")
    story.expect("mapping", "applied, by its plan alone", lambda: live() != before)
    site.countersign("mapping", "rollback", "1", "--reason", "they are not")
    story.expect("mapping", "rolled back", lambda: live() == before)


def stay(site, key):
    site.control("accounts", {"connector": {"admin": True}})  # so that it may read workflows, and /gate draws them
    print(f"""
 Your turn (it keeps running; Ctrl-C ends it and removes everything):
   ticket     {site.jira_url}/browse/{key}     press Resolve and read what the agent reads
   then       psql "{site.target.dsn}" -c "delete from app_user_role where user_id = 5"     watch it resolve
   board      http://127.0.0.1:{site.ops_port}/board     numbers, what is due, twelve weeks
   gate       http://127.0.0.1:{site.ops_port}/gate     who can close: every road into Done
   evidence   http://127.0.0.1:{site.ops_port}/r/{key}     one request as a page: what proves it, who did what; it prints on a sheet
   dashboard  psql "{site.database.dsn}" -c "table sla.request_v1" -c "table sla.parity_weekly_v1"
              psql "{site.database.dsn}" -c "table sla.escalation_v1" -c "select * from sla.clock_v1 where is_open"     whose goal is near
              psql "{site.database.dsn}" -c "table sla.exception_v1" -c "table sla.emergency_v1"     what is covered, and what is owed
   deadlines  build/countersign sla show --config {site.config}     policies and calendars
   health     http://127.0.0.1:{site.ops_port}/readyz   http://127.0.0.1:{site.ops_port}/metrics
   doctor     build/countersign doctor --config {site.config}     everything at once
   truth      build/countersign source test sap-fin --config {site.config}     can it be read, and what does that prove?
              build/countersign scan --last 90d --config {site.config}         which closed tickets are not so?
              build/countersign reconcile show {key} --config {site.config}    why its verdict is what it is
   mapping    edit {site.folder}/mapping.yaml, then kill -HUP {site.service.pid}; build/countersign mapping history --config {site.config}
              build/countersign evidence export --conninfo "{site.database.dsn}" | head -3
              build/countersign evidence verify {site.folder}/log --key {site.folder}/log/verifier --anchors {site.folder}/anchors
   API        curl -H "Authorization: Bearer an-api-token-of-the-demo" http://127.0.0.1:{site.port}/v1/access-requests
   log        {site.folder} holds configuration and mapping""", flush=True)
    try:
        while site.service.running:
            time.sleep(0.5)
        print(site.service.told())
    except KeyboardInterrupt:
        print("\n ending")


def main():
    once = "--once" in sys.argv
    print(BOX)
    flavour = sys.argv[sys.argv.index("--flavour") + 1] if "--flavour" in sys.argv else "cloud"
    site = world.World(fixed_ports=False, flavour=flavour, from_scratch=True)
    began = time.monotonic()
    site.start_database()
    print(f" ✓ built {os.environ.get('DEMO_BUILD_SECONDS', '0')} s    ✓ database {time.monotonic() - began:.1f} s", end="", flush=True)
    site.start_directory()
    site.start_jira()
    site.configure()
    site.edit_file("countersign.yaml", "log_level:", SLA + "log_level:")
    site.edit_file("countersign.yaml", "    poll_interval:", f"    gate: {{ reprove: 5s }}\n    evidence_url: http://127.0.0.1:{site.ops_port}\n    poll_interval:")
    proc.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", f"{site.folder}/evidence.pem"])
    site.edit_file("countersign.yaml", "log_level:", EVIDENCE.replace("@DIR@", site.folder) + "log_level:")
    site.edit_file("mapping.yaml", "expect: { absent: entitlement }\n    sla: { goal: 8h, privileged_goal: 4h }", "expect: { absent: entitlement }")
    print(f"    ✓ directory    ✓ Jira stand-in ({flavour})\n", flush=True)
    try:
        story = Story(site, 0.1 if once else 0.8)
        readable(story, site)
        before_us(story, site)
        site.migrate()
        site.start_service()
        site.register_webhook()
        print(f"\n ✓ countersign, ready after {time.monotonic() - began:.1f} s\n", flush=True)
        explained(story, site, removal(story, site))
        for part in (grant, behind_our_back, exception, lost_reply, pressing, another_mapping, sealed, looked_at):
            part(story, site)
        print(f"\n story played in {time.monotonic() - story.began:.1f} s, {story.missed} missed")
        if once:
            return 1 if story.missed else 0
        site.has_role("novak", "fin-viewer", True)
        stay(site, site.ask_removal("novak", "fin-viewer"))
        return 0
    finally:
        site.close()


if __name__ == "__main__":
    sys.exit(main())
