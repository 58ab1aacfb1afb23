"""Who is claimed first, how much of each site, and what only one replica does at a time."""
import re
import time

from test_races import WORKERS, at_once

# Rows as three days of outage leave them, without the triggers that would take minutes to make as many one by one.
OUTAGE = """
    set session_replication_role = replica;
    insert into governance.access_request (id, site, marker, kind, mode, rule, request_type, requester, beneficiary, justification,
                                           is_privileged, from_ticket, mapping_version, mapped, mapped_hash, requested_at, look_at)
    select md5(n::text)::uuid, case when n % 2 = 0 then 'acme' else 'other' end, 'gar-' || md5(n::text), case when n % 3 = 0 then 'removal' else 'grant' end,
           'enforce', 'r', '31', 'a', 'b', '', false, false, encode(sha256('version: 1 # d'), 'hex'), '{}', 'h', now() - n * interval '72 h' / 20000, null
      from generate_series(1, 20000) n;
    insert into governance.flow (request_id, site, kind, priority, deadline, failures, attempt, run_after, created_at)
    select r.id, r.site, 'create_ticket', case r.kind when 'removal' then 3 else 4 end,
           case when n % 10 = 0 then 'infinity' else r.requested_at + (n % 7 + 1) * interval '4 h' end, 12, 12,
           now() - interval '1 s' * (n % 300), r.requested_at
      from generate_series(1, 20000) n join governance.access_request r on r.id = md5(n::text)::uuid;
    reset session_replication_role;
    analyze governance.flow, governance.access_request;
"""
DRAIN = """
    do $$
    declare
        taken bigint[];
    begin
        set session_replication_role = replica;
        create table t.drained (place bigint generated always as identity, flow bigint);
        loop
            select array_agg(c.id order by c.place) into taken
              from governance.flow_claim('drain', '1 min', 400, array['acme', 'other'], array[200, 200]) with ordinality
                   as c(id, kind, state, version, attempt, failures, site, request_id, marker, issue_id, cycle, payload, sent_ms, now_ms, place);
            exit when taken is null;
            insert into t.drained (flow) select unnest(taken);
            update governance.flow set state = 'done', ended_at = now(), lease_owner = null, lease_until = null where id = any (taken);
            commit;
        end loop;
    end $$
"""


def test_twenty_thousand_after_three_days_leave_by_deadline(db):
    """72 hours of outage: each site's removals first, and of these the one whose deadline is next; nothing twice, nothing left."""
    db.psql("select governance.site_put('other', 'cloud', 'https://other.example')")
    db.psql(OUTAGE)
    db.psql(DRAIN)
    assert db.psql("select count(*), count(distinct flow) from t.drained") == "20000|20000"
    assert db.psql("""select count(*) from (
        select priority, deadline, lag((priority, deadline)) over (partition by site order by d.place) as before
          from t.drained d join governance.flow f on f.id = d.flow) x where before > (priority, deadline)""") == "0"
    # both sites move on together: one does not wait for the other's end
    assert db.psql("select max(abs(a - b)) <= 200 from (select count(*) filter (where site = 'acme') over w as a, count(*) filter "
                   "(where site = 'other') over w as b from t.drained d join governance.flow f on f.id = d.flow "
                   "window w as (order by d.place)) x") == "t"


def test_a_claim_stays_cheap_when_all_wait(db):
    """Twenty thousand that wait for their time are passed over inside the index."""
    db.psql("select governance.site_put('other', 'cloud', 'https://other.example')")
    db.psql(OUTAGE)
    db.psql("set session_replication_role = replica; update governance.flow set run_after = now() + interval '1 h'; vacuum analyze governance.flow")
    assert db.psql("select count(*) from governance.flow_claim('me', '1 min', 100, array['acme', 'other'], array[50, 50])") == "0"
    plan = db.psql("explain select id from governance.flow where site = 'acme' and state not in ('done', 'moot', 'parked') "
                   "and run_after <= (select clock_timestamp()) "
                   "order by priority, deadline, id limit 50")
    assert "flow_due" in plan and re.search(r"Index Cond: .*run_after", plan), plan


def test_the_inbox_is_not_read_through(db):
    """A claim of a few reads a few, however many deliveries wait and however well the table is known."""
    db.psql("""set session_replication_role = replica;
        insert into governance.webhook_delivery (site, delivery_id, body) select 'acme', n::text, convert_to(repeat(n::text, 1000), 'UTF8')
          from generate_series(1, 20000) n;
        analyze governance.webhook_delivery""")
    claimed, read = db.psql("""begin;
        select count(*), max(id) - min(id) from governance.inbox_claim('1 min', 64, 1048576);
        select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables where relname = 'webhook_delivery'""").split()
    assert claimed == "64|63" and 64 <= int(read) < 1000, read


# Twenty thousand of each, as a year leaves them: half of the tickets belong to nobody yet.
GROWN = """
    set session_replication_role = replica;
    insert into governance.ticket (site, issue_id, issue_key, look_at)
    select case when n % 2 = 0 then 'acme' else 'other' end, n, 'K-' || n, now() - n * interval '1 s' from generate_series(1, 20000) n;
    insert into governance.ticket (site, issue_id, issue_key, request_id, state)
    select site, n + 50000, 'R-' || n, id, 'here'
      from (select r.id, r.site, row_number() over (order by r.id) as n from governance.access_request r) x;
    update governance.access_request set look_at = requested_at, phase = 'fulfilling';
    vacuum analyze governance.ticket, governance.access_request, governance.flow;
    reset session_replication_role;
"""
FEW = {"flow_claim": "('me', '1 min', 30, array['acme', 'other'], array[30, 30])",
       "request_claim": "('me', '1 min', 16, array['acme', 'other'], array[16, 16])",
       "ticket_claim": "('me', '1 min', 16, array['acme', 'other'], array[16, 16])",
       "sweep_ids": "('acme', 60000, 100)"}


def test_few_are_read_of_many(db):
    """Who claims a few, or reads a page, reads a few rows, however large the tables are and however often the plan was used."""
    db.psql("select governance.site_put('other', 'cloud', 'https://other.example')")
    db.psql(OUTAGE)
    db.psql(GROWN)
    for name, arguments in FEW.items():
        with db.session() as session:
            rows = [session.run(f"""begin;
                select count(*) from governance.{name}{arguments};
                select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) from pg_stat_xact_user_tables
                 where relname in ('flow', 'access_request', 'ticket');
                rollback""").split() for _ in range(8)]  # the sum is of the session
        taken, read = int(rows[0][0]), [int(r[1]) for r in rows]
        assert taken == int(re.search(r"(\d+)(, array|\))", arguments)[1]), f"{name} gives {taken}"
        assert max(b - a for a, b in zip([0] + read, read)) < 1000, f"{name} reads {read}"


def test_the_deadline_is_the_clock_s(db):
    """The lane first, then the deadline of the request; who has no goal comes after all who have one."""
    db.psql("""select t.request(more => jsonb_build_object('kind', k, 'sla_goal_ms', g, 'beneficiary', k || g))
                 from (values ('grant', 3600000), ('grant', 60000), ('removal', 0), ('removal', 7200000), ('grant', 0)) as v(k, g)""")
    db.psql("""select governance.flows_add(r, '[{"kind": "create_ticket"}]') from governance.access_request r order by beneficiary""")
    claimed = db.psql("""select string_agg(r.beneficiary, ' ' order by c.place)
        from governance.flow_claim('me', '1 min', 10) with ordinality as c(id, kind, state, version, attempt, failures, site, request_id,
             marker, issue_id, cycle, payload, sent_ms, now_ms, place)
        join governance.access_request r on r.id = c.request_id""")
    assert claimed == "removal7200000 removal0 grant60000 grant3600000 grant0"


def test_a_site_has_its_room(db):
    """However much waits for one site, the others get theirs; a site that has none gets nothing."""
    db.psql("select governance.site_put(name, 'cloud', 'https://x.example') from unnest(array['busy', 'calm']) name")
    db.psql("""select t.request(more => jsonb_build_object('site', case when n <= 40 then 'busy' else 'calm' end, 'kind',
               case when n % 4 = 0 then 'removal' else 'grant' end)) from generate_series(1, 43) n""")
    db.psql("""insert into governance.ticket (site, issue_id, issue_key, look_at)
               select case when n <= 40 then 'busy' else 'calm' end, n, 'K-' || n, now() from generate_series(1, 43) n""")
    db.psql("insert into governance.flow (request_id, site, kind) select id, site, 'comment' from governance.access_request")
    for claim in ("flow_claim", "request_claim", "ticket_claim"):
        def claimed(batch, room):
            return db.psql(f"""select coalesce(string_agg(site || n, ' ' order by site), '') from (select site, count(*) as n from
                governance.{claim}('me', '1 min', {batch}, array['busy', 'calm'], array[{room}]) group by site) x""")
        assert claimed(100, "0, 0") == ""
        assert claimed(100, "5, 5") == "busy5 calm3"
        assert claimed(100, "0, 5") == ""
        assert claimed(7, "50, 50") == "busy7"
    assert db.psql("""select count(*) filter (where kind = 'removal'), count(*) filter (where kind = 'removal' and lease_owner is null)
                      from governance.access_request where site = 'busy'""") == "10|0", "removals first"


def test_a_lease_has_one_owner(db):
    taken = at_once(db, [f"select fence, resting from governance.lease_take('token/acme', 'r{n}', '1 min')" for n in range(WORKERS)])
    assert sorted(taken) == ["1|f"] + ["|f"] * (WORKERS - 1)
    owner = db.psql("select owner from governance.lease")
    assert db.psql(f"select fence from governance.lease_take('token/acme', '{owner}', '1 min')") == "2", "its own is taken anew"
    assert db.psql(f"select governance.lease_give('token/acme', '{owner}', 1, '0')") == "", "the fence before gives nothing back"
    assert db.psql("select governance.lease_give('token/acme', 'else', 2, '0')") == ""
    assert db.psql(f"select governance.lease_give('token/acme', '{owner}', 2, '1 min')") == "2"
    rests = db.psql(f"select fence, wait_ms between 50000 and 60000, resting from governance.lease_take('token/acme', '{owner}', '1 min')")
    assert rests == "|t|t", "it rests for all, the last owner too"
    db.psql("update governance.lease set until = clock_timestamp() - interval '1 ms'")
    assert db.psql("select fence from governance.lease_take('token/acme', 'next', '50 ms')") == "3"
    time.sleep(0.06)
    assert db.psql("select governance.lease_give('token/acme', 'next', 3, '0')") == "", "over is over"
    assert db.psql("select fence from governance.lease_take('token/acme', 'after', '1 min')") == "4", "who dies holds nobody up"
    assert db.psql("select governance.lease_give('token/acme', 'after', 4, '0')") == "4"
    assert db.psql("select fence, wait_ms, resting from governance.lease_take('token/acme', 'last', '1 min')") == "5|0|f"


def test_refusals_of_all_replicas_are_counted_together(db):
    at_once(db, ["select governance.site_refused('acme', 'abcd', false, 3, '5 min')"] * WORKERS)
    assert db.psql("select cardinality(refused_at), refused_at[3] - refused_at[1] < '1 min', refused_until - refused_at[1] "
                   "from governance.site_rest") == "3|t|00:05:00"
    assert db.psql("select count(*) from governance.escalation where reason = 'SiteRefusesUs'") == "1"
    db.psql("select governance.site_try('acme', 'efgh', 3, '5 min', '1 min'); update governance.site_rest set lent_at = '{}'")
    at_once(db, ["select governance.site_try('acme', 'efgh', 3, '5 min', '1 min')"] * WORKERS)
    assert db.psql("select cardinality(lent_at) from governance.site_rest") == "3", "three tries, whoever asks at once"
    at_once(db, [f"select governance.site_told('acme', '{n + 1} s')" for n in range(WORKERS)])
    assert db.psql("select extract(epoch from told_until - clock_timestamp()) > 5 from governance.site_rest") == "t"


def test_what_is_closed_is_swept_by_parts_and_none_is_left_out(db):
    """Of many a part each time, whichever it is; of few all."""
    db.psql(OUTAGE)
    db.psql("""set session_replication_role = replica;
        update governance.access_request set phase = 'closed', look_at = null, lease_owner = null, lease_until = null, generation = 2,
               claim_cycle = '1', claimed_at = now(), verified_at = now(), closed_at = now(), closed_cycle = '1', approved_at = now(), approved_hash = mapped_hash;
        delete from governance.access_request where id not in (select id from governance.access_request limit 2000);
        insert into governance.ticket (site, issue_id, issue_key, request_id, state, read_at)
        select r.site, row_number() over (), '', r.id, 'here', now() - interval '3 days' from governance.access_request r;
        update pg_class set reltuples = 60000 where oid = 'governance.access_request'::regclass""")
    found = [int(n) for n in db.psql("select governance.sweep('15 min') from generate_series(1, 400)").split("\n")]
    assert max(found) < 400 and sum(found) == 2000
    db.psql("""set session_replication_role = replica; update governance.access_request set look_at = null;
        update pg_class set reltuples = 2000 where oid = 'governance.access_request'::regclass""")
    assert db.psql("select governance.sweep('15 min')") == "2000"
