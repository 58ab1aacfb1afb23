"""A desk with years behind it: what the service asks of the database for a request does not grow with those that came before.

Counted are pages that a statement touches, not time, and in sessions that keep their plans: they worked before there was anything.
"""
import pytest

from lib import wait, world

PAST = 20000
# Closed on proof over two years, written past the guards: each with its item, ticket, reads, clock, words and moves.
YEARS = f"""
set session_replication_role = replica;
begin;
create temp table life as
select n, gen_random_uuid() as id, now() - interval '730 days' * n / {PAST} - interval '1 day' as at from generate_series(1, {PAST}) n;
insert into governance.access_request (id, site, marker, kind, mode, from_ticket, is_privileged, approval_needed, phase, generation, claim_cycle,
       requester, beneficiary, justification, rule, request_type, mapping_version, mapped, mapped_hash, approved_hash, requested_at, approved_at,
       claimed_at, verified_at, closed_at, look_at, version)
select l.id, r.site, 'gar-' || replace(l.id::text, '-', ''), 'removal', 'enforce', true, false, false, 'closed', 2, n || '/1', 'asker', 'person' || n,
       'left', r.rule, r.request_type, r.mapping_version, '{{}}', md5(n::text), md5(n::text), at, at, at, at, at, null, 9
  from life l, (select * from governance.access_request limit 1) r;
insert into governance.sla_clock (request_id, kind, is_privileged, started_at, goal, stopped_at, ended, steps_done)
select id, 'removal', false, at, interval '8 h', at + interval '1 h', 'verified', 0 from life;
insert into governance.request_item (request_id, source, account, entitlement, desired)
select id, 'sap-fin', 'person' || n, 'role-' || n % 900, 'absent' from life;
insert into governance.ticket (site, issue_id, issue_key, request_id, state, category, role, read_at)
select 'acme', (1000000 + n)::text, 'OLD-' || n, id, 'here', 'done', 'done', now() from life;
insert into governance.observation (item_id, generation, observed_at, source_as_of, outcome, account, via, reason, complete, canary_ok, raw_sha256)
select i.id, 2, l.at, l.at, 'absent', 'active', 'direct', 'Ok', true, true, sha256('raw')
  from life l join governance.request_item i on i.request_id = l.id, generate_series(1, 2) k;
insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, created_at, expires_at, lapsed_at)
select i.id, 'owner', 'approver', 'vendor is closed', 'watched', l.at, l.at + interval '60 days', l.at + interval '60 days'
  from life l join governance.request_item i on i.request_id = l.id where l.n % 20 = 0 and l.at < now() - interval '70 days';
insert into governance.flow (request_id, site, kind, state, attempt, failures, why, created_at, ended_at, run_after, cycle)
select id, 'acme', k, 'done', 1, 0, '', at, at, at, n || '/' || k from life, unnest(array['comment', 'field_update', 'close', 'reopen']) k;
insert into governance.flow_attempt (flow_id, from_state, to_state, why)
select f.id, 'checking', 'calling', '' from governance.flow f join life l on l.id = f.request_id;
commit;
reset session_replication_role;
vacuum analyze;
"""  # of dead rows there are as many as there were before: what two days leave
ASKED = """select queryid || '|' || sum(calls) || '|' || round(sum(shared_blks_hit + shared_blks_read) / sum(calls)::numeric) || '|' ||
    regexp_replace(min(query), '\\s+', ' ', 'g')
  from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database())
   and userid <> 10 group by queryid"""
# On purpose: the sweep goes through a part of what is closed, and the list of what is stuck through all that is not over.
BY_PARTS = ("r.id between (lpad(", "governance.sweep(", "with fits as", "governance.request_list(")
MEANT = 6  # calls: what was asked less often, as a page of a poll, has no mean to speak of


class Grown(world.World):
    def __init__(self):
        super().__init__(poll="2s", log="warn")
        self.cluster.settings.update({"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.track": "all", "autovacuum": "off"})

    def is_held_to_its_evidence(self):
        return False  # most of its requests are made up

    def past(self, sql):
        return self.database.psql(sql, user="postgres")


@pytest.fixture(scope="module")
def site():
    made = Grown()
    with made:
        made.past("create extension pg_stat_statements")
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def a_day(site, name, count=6):
    """Removals proven, one that is not, requests that come by the API, and people who look."""
    keys = [site.ask_removal(f"{name}-{n}", "fin-ledger-admin") for n in range(count)]
    left = site.ask_removal("okafor", "fin-viewer")
    made = [site.api("POST", "/v1/access-requests", {"kind": "removal", "beneficiary": f"{name}-{n}", "source": "sap-fin", "entitlement": "fin-viewer",
                                                     "requester": "hr-system", "justification": "left"}, f"{name}-{n}")[1]["id"] for n in range(count)]
    for key in [*keys, left]:
        site.until_phase(key, "fulfilling")
        site.resolve(key)
    for key in keys:
        site.until_phase(key, "closed")
    for request in made:
        wait.until(lambda: site.api("GET", f"/v1/access-requests/{request}")[1].get("ticket"), 20)
        site.api("POST", f"/v1/access-requests/{request}/cancel", {})
    for _ in range(12):
        site.countersign("request", "list", "--stuck")
        site.countersign("request", "show", keys[0])
        site.api("GET", "/v1/access-requests?sort=-requested_at&limit=20")


def asked(site):
    found = {}
    for line in site.past(ASKED).split("\n"):
        number, calls, pages, text = line.split("|", 3)
        found[number] = int(calls), int(pages), text
    return found


def test_a_request_costs_what_it_did_before_there_were_many(site):
    a_day(site, "first", 8)  # plans are made, and kept
    site.past("select pg_stat_statements_reset()")
    a_day(site, "early")
    early = asked(site)
    site.past(YEARS)
    a_day(site, "between")  # whoever is asked for the first time after an analysis reads the catalog anew: that is no cost of a request
    site.past("select pg_stat_statements_reset()")
    a_day(site, "late")
    late = asked(site)
    assert len(set(early) & set(late)) > 150 and site.past("select count(*) from governance.request_item") > str(PAST)
    dear = [f"{pages} pages a call, {early.get(number, (0, 0))[1]} before: {text[:200]}" for number, (calls, pages, text) in late.items()
            if calls >= MEANT and pages > 2 * early.get(number, (0, 0))[1] + 100 and not any(part in text for part in BY_PARTS)]
    assert not dear, "\n".join(dear)
