"""What is planned while the tables are empty, and kept by sessions that live for weeks, touches no more when there is much.

test_grown.py asks whether each question has its index. This one asks whether only one plan of it is sensible: every table is filled behind the
service's back and nothing is analyzed, so that what was planned for next to nothing is what is carried out.
"""
import re
import time

import pytest

from lib import wait, world
from lib.receiver import Receiver, secret

COPIES, OPEN_COPIES = 400, 50
MANY = 2000  # of each: requests, items, observations, flows, entries
# There are as many of these after years as on the first day.
FEW = set("""migration phase phase_edge flow_state flow_edge installed status_reason refusal event_type event_subscriber provisioning_state evidence_head
    evidence_checkpoint site source poll_cursor lease sla_policy sla_calendar sla_span webhook_watch gate_installation gate_proof site_rest sod_set
    sod_member policy_edition mapping_turn mapping_holder mapping_live mapping_version mapping_event entitlement_seen entitlement_link departure""".split())
COLUMNS = """select c.relname, a.attname, format_type(a.atttypid, null), a.attidentity <> '', coalesce((select k.confrelid::regclass::text from pg_constraint k
               where k.conrelid = c.oid and k.contype = 'f' and k.conkey = array[a.attnum]), '')
  from pg_class c join pg_attribute a on a.attrelid = c.oid
 where c.relnamespace = 'governance'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
   and a.attname not in ('lease_owner', 'lease_until') order by 1, a.attnum"""
FROM = {
    "access_request": "join life l on l.id = x.id",
    "ticket": "join life l on l.id = x.request_id where x.request_id is not null",
    "flow": "join life l on l.id = x.request_id where l.open or x.state in ('done', 'moot', 'parked')",
    "flow_attempt": "cross join every l where l.n <= 100",
    "drift": "join life l on l.id = x.request_id where x.ended_at is not null",  # what is owed is few: each is looked at by whoever asks what is stuck
    "event_delivery": "join life l on l.id = x.request_id where x.ended_at is not null",
    "webhook_delivery": f"cross join (select n, n > {COPIES - OPEN_COPIES} as open from every) l where x.state <> 'new'",
    "exception": "cross join every l where x.lapsed_at is not null",
}
OWN = {"marker", "idempotency_key", "delivery_id", "requester", "beneficiary", "person", "delegator", "delegate", "native_id", "account"}


def copied(table, column, kind, is_number, points_to):
    """What a column holds in the n-th copy of a row: ids, tickets, people and accounts are its own."""
    if kind == "uuid":
        return "gen_random_uuid()" if column == "uid" else f"md5(x.{column}::text || l.n)::uuid"
    if kind == "bigint" and (is_number or column in ("seq", "entry", "evidence_seq", "observation_id", "approval_id", "settled_id")
                             or points_to and points_to.removeprefix("governance.") not in FEW):
        return f"x.{column} + l.n * 10000000::bigint"
    if column in OWN and kind == "text" and (table, column) != ("observation", "account"):
        return f"x.{column} || '-' || l.n"
    later = f"x.{column} + interval '1 day'"
    return {"issue_id": "case when x.issue_id <> '' then l.n || lpad(x.issue_id, 8, '0') else '' end",
            "issue_key": "case when x.issue_key <> '' then 'OLD' || l.n || '-' || x.issue_key else '' end",
            "site": "case when l.open then 'elsewhere' else x.site end", "look_at": f"case when l.open then {later} end",
            "run_after": later, "next_step_at": later}.get(column, f"x.{column}")


def fill(site):
    """Of each request that is over so many more, and some of each that is not, at a site that this service does not serve: each row of each table
    that says something of it, past the guards. Nothing is analyzed."""
    tables = {}
    for table, *column in (line.split("|") for line in site.past(COLUMNS).split("\n")):
        if table not in FEW:
            tables.setdefault(table, []).append(column)
    said = [f"""set session_replication_role = replica;
        insert into governance.site (name, flavour, url) values ('elsewhere', 'cloud', 'https://elsewhere.example');
        create temp table every as select n, false as open from generate_series(1, {COPIES}) n;
        create temp table life as select r.id, n, r.phase not in ('closed', 'denied', 'cancelled', 'expired') as open
          from governance.access_request r, generate_series(1, {COPIES}) n
         where r.phase in ('closed', 'denied', 'cancelled', 'expired') or n <= {OPEN_COPIES};"""]
    for table, columns in tables.items():
        names, made = [c[0] for c in columns], [copied(table, name, kind, number == "t", to) for name, kind, number, to in columns]
        of = FROM.get(table, "join life l on l.id = x.request_id" if "request_id" in names else "cross join every l")
        said.append(f"insert into governance.{table} ({', '.join(names)}) overriding system value select {', '.join(made)} from governance.{table} x {of};")
    site.past("\n".join(said))


ASKED = """select queryid || '|' || sum(calls) || '|' || round(sum(shared_blks_hit + shared_blks_read) / sum(calls)::numeric) || '|' ||
    regexp_replace(min(query), '\\s+', ' ', 'g')
  from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database())
   and userid <> 10 group by queryid"""
SECTIONS = """
after_close: {{ first: 1s, second: 3s, third: 6s, daily: 2s }}
events:
  - {{ name: all, url: "{url}", secret: "file:{dir}/hook-secret", insecure_http: true }}
policy: {{ rules: rules.yaml }}
console: {{ this_machine: viewer }}
sla:
  - name: pressed
    when: {{ any: true }}
    goal: 100s
    remind: [4%]
    ladder: [{{ at: 6%, do: event }}]
"""
TEMPLATE = """\
approvers: { groups: { security: [approver@example.com, agent2@example.com] } }
templates:
  elevation:
    lifecycle: privileged
    approval: { from: [jsm.approvals, api], steps: [{ who: security }], within: 2h }
requests:
"""


class Kept(world.World):
    def __init__(self):
        super().__init__(poll="2s", log="warn")
        # what five calls of each session would come to: the plan for whatever is asked, made when it is first asked
        self.cluster.settings.update({"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.track": "all", "autovacuum": "off",
                                      "plan_cache_mode": "force_generic_plan"})

    def configure(self):
        super().configure()
        self.receiver = Receiver([secret("new")])
        self.write("hook-secret", secret("new"))
        self.write("rules.yaml", "version: 1\notherwise: allow\nrules: []\n")
        self.edit_file("countersign.yaml", "database: { conninfo", "database: { connections: 1, conninfo")
        with open(self.config, "a") as file:
            file.write(SECTIONS.format(url=self.receiver.url("/all"), dir=self.folder))
        self.edit_file("mapping.yaml", "    expect: { present: entitlement }\n    sla: { goal: 8h, privileged_goal: 4h }\n",
                       "    expect: { present: entitlement }\n    template: elevation\n")
        self.edit_file("mapping.yaml", "requests:\n", TEMPLATE)
        self.edit_file("mapping.yaml", "expect: { absent: entitlement }\n    sla: { goal: 8h, privileged_goal: 4h }", "expect: { absent: entitlement }")

    def is_held_to_its_evidence(self):
        return False  # most of its requests are made up

    def past(self, sql):
        return self.database.psql(sql, user="postgres", timeout=300)

    def get(self, path):
        status, text = world.http("GET", f"http://127.0.0.1:{self.ops_port}{path}")
        assert status == 200, (path, status, text)


@pytest.fixture(scope="module")
def site():
    with Kept() as made:
        made.past("create extension pg_stat_statements")
        yield made
        made.receiver.close()
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def later(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def said_by_api(site, method, path, body=None, key=None):
    status, said = site.api(method, path, body, key)
    assert status < 300, (method, path, status, said)
    return said


def a_day(site, name):
    """Of everything that happens to requests a little."""
    call = lambda *asked: said_by_api(site, *asked)  # noqa: E731
    site.act("request", actor="customer", requestTypeId="40", fields={"summary": "A chair"})  # nothing of ours
    site.has_role("okafor", "fin-viewer", True)
    site.has_role("reyes", "fin-viewer", False)
    site.has_role("lind", "fin-ledger-admin", False)
    proven = [site.ask_removal(f"{name}-{n}", "fin-ledger-admin") for n in range(4)] + [site.ask_removal("lind")]
    left = site.ask_removal("okafor", "fin-viewer")  # he keeps it
    given = site.ask_grant("reyes", "fin-viewer")
    made = [call("POST", "/v1/access-requests", {"kind": "removal", "beneficiary": f"{name}-{n}", "source": "sap-fin", "entitlement": "fin-viewer",
                                                 "requester": "hr-system", "justification": "left"}, f"{name}-{n}")["id"] for n in range(4)]
    granted = call("POST", "/v1/delegations", {"from": f"{name}@example.com", "to": "there@example.com", "ends_at": later(3600)})
    call("GET", "/v1/delegations?live=true")
    call("POST", f"/v1/delegations/{granted['id']}/revoke", {"revoked_by": "a@example.com"})
    asked = site.until_phase(given, "pending_approval")["id"]
    call("POST", f"/v1/access-requests/{asked}/approvals", {"approver": "approver@example.com", "decision": "approved"})
    site.until_phase(given, "fulfilling")
    site.has_role("reyes", "fin-viewer", True)
    for key in [*proven, left]:
        site.until_phase(key, "fulfilling")
    for key in [*proven, left, given]:
        site.resolve(key)
    for key in [*proven, given]:
        site.until_phase(key, "closed")
    site.has_role("lind", "fin-ledger-admin", True)  # after the proof
    came_back = f"select count(*) from governance.drift where request_id = '{site.request(proven[-1])['id']}'"
    wait.until(lambda: site.sql(came_back) != "0", 20, what="a drift")
    spared = site.until_phase(left, "verifying")["id"]
    excepted = call("POST", "/v1/exceptions", {"request": spared, "owner": f"owner-{name}@example.com", "approved_by": "ciso@example.com",
                                               "reason": "the vendor must do it", "compensating_control": "watched", "expires_at": later(86400)})
    call("GET", "/v1/exceptions?live=true")
    site.until_phase(left, "closed")
    call("POST", f"/v1/exceptions/{excepted['exceptions'][0]['id']}/revoke", {"revoked_by": "ciso@example.com", "reason": "ready"})
    site.until(left, lambda: site.ticket(left)["status"] != "Resolved", 20, "it is taken back")
    call("POST", "/v1/departures", {"person": f"{name}@example.com", "left": True, "reason": "left"})
    for request in made:
        wait.until(lambda: site.api("GET", f"/v1/access-requests/{request}")[1].get("ticket"), 20)
    call("POST", f"/v1/access-requests/{made[0]}/pause", {"reason": "vendor", "until": later(3600)})
    call("POST", f"/v1/access-requests/{made[0]}/resume")
    for request in made:
        call("POST", f"/v1/access-requests/{request}/cancel", {})
    call("GET", f"/v1/access-requests/{asked}/evidence")
    call("GET", "/v1/access-requests?sort=-requested_at&limit=20")
    call("GET", "/v1/access-requests?stuck=true")
    call("GET", f"/v1/events?request={asked}")
    # what comes once a minute, or when something fails: in a session of the service that stays as well
    rare = ["hook_settle('acme', 3600000)", "source_back('sap-fin')", f"second_ticket('acme', '999', 'gar-{asked.replace('-', '')}')",
            "second_is_next('acme', array['998', '999'], '')", "request_retry('NONE-1', 'operator')"]
    for question in rare:
        site.sql(f"select count(*) from governance.{question}", user=world.LOGIN)
    for path in ("/board", "/gate", f"/r/{given}"):
        site.get(path)
    site.has_role("okafor", "fin-viewer", False)
    site.until_phase(left, "fulfilling")
    site.resolve(left)
    site.until_phase(left, "closed")
    wait.until(lambda: site.sql("select count(*) from governance.exception where lapsed_at is null") == "0", 20, what="its end is taken up")


def asked(site):
    found = {}
    for line in site.past(ASKED).split("\n"):
        number, calls, pages, text = line.split("|", 3)
        found[number] = int(calls), int(pages), text
    return found


# What the service asks again and again; verbs of the command line plan anew each time they run.
HOT = set("""inbox_claim hint_apply hook_settle source_back second_ticket second_is_next request_retry ticket_claim ticket_ignore request_open
    request_submit_many request_claim dossier_texts dossier_first facts_save policy_question policy_save decision_take flow_claim flow_save poll_begin
    poll_store sweep sweep_take sweep_ids exception_sweep sla_tick approval_try exception_try exception_revoke delegation_try delegation_revoke
    departure_put pause_begin clock_resume jsm_clock_keep request_cancel request_list request_show board board_weeks event_claim event_done
    evidence_seen""".split())
# Through many on purpose; or planned anew with each call, so that it knows once the tables are analyzed (test_grown.py).
ON_PURPOSE = (
    "governance.board()", "with open_clock as",  # all that is open, and what came last from each site
    "governance.board_weeks()", "with week as",  # clocks of twelve weeks
    # all that is open, and a part of what is closed, by how many there are; of our open tickets 250
    "governance.sweep(", "update governance.access_request r set hinted_at = clock_timestamp(), look_at = clock_timestamp() from governance.ticket t",
    "governance.sweep_ids(", "array(select r.id from governance.access_request r where r.site = p_site and r.phase in",
    # pages for people: planned anew
    "governance.request_list(", "with fits as", "case when v_stuck then array(", "coalesce(jsonb_agg(governance.request_summary(r) order by o.n)",
    "governance.event_list(", "with page as ( select d.*", "governance.delegation_list(", "with told as materialized",
)


def test_plans_of_empty_tables_touch_no_more_when_there_is_much(site):
    a_day(site, "early")
    early = asked(site)
    fill(site)
    for table in ("access_request", "request_item", "observation", "flow", "evidence_entry", "ticket", "sla_clock"):
        assert int(site.past(f"select count(*) from governance.{table}")) > MANY, table
    site.past("select pg_stat_statements_reset()")
    a_day(site, "late")
    late = asked(site)
    called = {name for _, _, text in late.values() for name in re.findall(r"governance\.(\w+)\(", text)}
    assert HOT <= called, HOT - called
    # whatever only calls others costs what these do; and what is asked for the first time reads the catalog
    dear = [f"{pages} pages a call, {early.get(number, (0, 0))[1]} before: {text[:300]}" for number, (calls, pages, text) in late.items()
            if re.search(r"(from|join|update|using) governance\.\w+ ", text, re.IGNORECASE) and (calls > 1 or number in early)
            and pages > 2 * max(early.get(number, (0, 0))[1], 20) + 60 and not any(part in text for part in ON_PURPOSE)]
    assert not dear, "\n".join(dear)
