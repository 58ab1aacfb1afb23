"""Real sessions at the same time: one owner, one row, one chain."""
import concurrent.futures
import json
import random

from lib import pg, wait

WORKERS = 6


def at_once(db, statements, user="countersign_service"):
    """Run each in a session of its own, all let go together; their answers, an SqlError where one was refused."""
    role = f"set role {user}"
    sessions = [db.session() for _ in statements]
    try:
        for session in sessions:
            session.run(role)
        for session, statement in zip(sessions, statements):
            session.send(statement)
        answers = []
        for session in sessions:
            try:
                answers.append(session.result())
            except pg.SqlError as refused:
                answers.append(refused)
        return answers
    finally:
        for session in sessions:
            session.close()


def test_a_delivery_has_one_row_and_one_worker(db):
    db.psql("insert into governance.webhook_delivery (site, delivery_id, body) select 'acme', 'd' || n, '{}' from generate_series(1, 60) n")
    again = at_once(db, ["insert into governance.webhook_delivery (site, delivery_id, body) values ('acme', 'same', '{}') "
                         "on conflict do nothing returning id"] * WORKERS, user="postgres")
    assert sum(bool(answer) for answer in again) == 1
    taken = at_once(db, ["select id from governance.inbox_claim('1 min', 25)"] * WORKERS)
    ids = [line for answer in taken for line in answer.split("\n") if line]
    assert len(ids) == len(set(ids)) == 61


def test_a_request_has_one_owner(db):
    db.psql("select t.request() from generate_series(1, 40)")
    taken = at_once(db, [f"select * from governance.request_claim('worker-{n}', '1 min', 12)" for n in range(WORKERS)])
    ids = [line for answer in taken for line in answer.split("\n") if line]
    assert len(ids) == len(set(ids)) == 40


def test_one_request_an_idempotency_key(db):
    body = db.psql("""select jsonb_build_object('idempotency_key', 'k-1', 'body_sha256', repeat('b', 64), 'site', 'acme', 'kind', 'removal', 'mode', 'enforce',
        'rule', 'r', 'request_type', '31', 'requester', 'asker', 'beneficiary', 'someone', 'justification', '', 'privileged', false, 'emergency', false,
        'approval_needed', false, 'hold_text', '', 'mapping_version', encode(sha256('version: 1 # d'), 'hex'), 'mapped', '{}'::jsonb, 'mapped_hash', 'h', 'sla_goal_ms', 0, 'items', '[]'::jsonb)""")
    told = at_once(db, [f"select id, repeated from governance.request_submit_many(array['k-1'], array[repeat('b', 64)], array['{body}'])"] * WORKERS)
    assert all(isinstance(answer, str) and answer for answer in told), told
    assert len({answer.split("|")[0] for answer in told}) == 1
    assert db.psql("select count(*) from governance.access_request") == "1"
    assert [answer.split("|")[1] for answer in told].count("f") == 1, "one made it, the others were told"


def test_a_lost_lease_writes_nothing(db):
    request = db.psql("select t.fulfilling(t.request())")
    version = db.psql(f"""update governance.access_request set version = version + 1, lease_owner = 'slow', lease_until = clock_timestamp() - interval '1 s'
                          where id = '{request}' returning version""")
    facts = f"select governance.facts_save('slow', '{request}', {version}, '{{}}')"
    assert db.psql(facts) == "", "over is over"
    taken = db.psql("select id from governance.request_claim('quick', '1 min', 10)")
    assert taken == request
    assert db.psql(facts) == ""
    assert db.psql(f"select phase, lease_owner from governance.access_request where id = '{request}'") == "fulfilling|quick"


def test_a_claim_between_look_and_close(db):
    """The close is committed as sent, or the new claim is; never both for the old proof."""
    for first in ("close", "claim"):
        request = db.psql("select t.verifying(t.request())")
        db.psql(f"select t.read(t.item('{request}'), 'absent'); select t.move('{request}', 'verified')")
        flow = db.psql(f"""insert into governance.flow (request_id, site, kind, cycle) select id, site, 'close', claim_cycle
                           from governance.access_request where id = '{request}' returning id""")
        db.psql(f"""update governance.flow set version = 2, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min' where id = {flow};
                    select governance.flow_save('me', {flow}, 2, '{{"to": "checking", "rest_ms": 0, "lease_s": 60}}')""")
        send = f"""select governance.flow_save('me', {flow}, 3, '{{"to": "calling", "rest_ms": 0, "lease_s": 60, "count_attempt": true}}')"""
        claim = f"select t.claim('{request}')"
        with db.session() as one, db.session() as other:
            one.run("begin")
            one.run(send if first == "close" else claim)
            other.send(claim if first == "close" else send)
            wait.until(lambda: int(db.psql("select count(*) from pg_locks where not granted")), what="the other waits")
            one.run("commit")
            said = other.result()
        state = db.psql(f"select state from governance.flow where id = {flow}")
        if first == "close":
            assert state == "calling", "sent first; the claim came after it and starts anew"
        else:
            assert (said, state) == ("", "checking"), "claimed first: nothing is sent"


def test_one_chain(db):
    """Writers at once, some rolled back: no fork, no gap."""
    rng = random.Random(3)

    def write(_):
        with db.session() as session:
            for _ in range(15):
                session.run("begin")
                session.run("select t.fulfilling(t.request())")
                session.run("rollback" if rng.random() < 0.3 else "commit")
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(write, range(WORKERS)))
    assert db.psql("""select count(*) from (select prev, hash, body, lag(hash, 1, decode(repeat('00', 32), 'hex')) over (order by seq) as before
        from governance.evidence_entry) e where prev <> before or hash <> sha256(before || convert_to(body, 'UTF8'))""") == "0"
    assert db.psql("select max(seq) = count(*) and count(*) > 100 from governance.evidence_entry") == "t"


def test_one_walk_of_a_site(db):
    """A poller that slept through its lease moves no cursor."""
    begun = at_once(db, [f"select watermark_ms, fence from governance.poll_begin('acme', 'p{n}', '1 min')" for n in range(WORKERS)])
    assert sum(bool(answer) for answer in begun) == 1
    fence = int(next(answer for answer in begun if answer).split("|")[1])
    db.psql("update governance.poll_cursor set lease_until = clock_timestamp() - interval '1 s'")
    later = int(db.psql("select fence from governance.poll_begin('acme', 'later', '1 min')"))
    assert later > fence
    page = "select governance.poll_page('acme', {}, '[]', true, {})"
    refused = db.psql(page.format(fence, 99), check=False)
    assert db.psql("select watermark_ms from governance.poll_cursor") == "0", refused
    db.psql(page.format(later, 50))
    assert db.psql("select watermark_ms from governance.poll_cursor") == "50"


def test_a_deadline_step_is_taken_once_and_waits_for_nobody(db):
    """The step locks the request before its clock, as decisions do: no deadlock, and two replicas take one step once."""
    request = db.psql("select t.request(more => jsonb_build_object('requested_ms', (extract(epoch from now() - interval '50 min') * 1000)::bigint))")
    with db.session() as decision, db.session() as tick:
        decision.run("set role countersign_service")
        decision.run("begin")
        decision.run(f"select from governance.access_request where id = '{request}' for update")
        tick.send("select governance.sla_tick()")
        assert tick.result() == "0", "it is being decided on: at the next tick then"
        decision.run(f"update governance.sla_clock set goal = goal - interval '1 s' where request_id = '{request}'")
        decision.run("commit")
    ticks = at_once(db, ["select governance.sla_tick()"] * WORKERS)
    assert sorted(ticks) == ["0"] * (WORKERS - 1) + ["1"], ticks
    assert db.psql("select steps_done from governance.sla_clock") == "1"


def test_opposite_wishes_approved_at_once(db):
    """One of the two counts: the one that the database approved last, item by item; whoever of them asks for nothing any more is not proven."""
    decision = """'{"to": "approved", "reason": "Approved", "new_claim": false, "answered": false, "breach": false, "tampered": false, "escalations": [],
        "look_again_ms": 0, "release": true, "notice": "", "notice_key": "", "flows": [], "retry": []}'"""
    lease = "update governance.access_request set version = version + 1, lease_owner = id::text, lease_until = clock_timestamp() + interval '1 min' where id = '{}'"
    for n in range(12):
        pair = [db.psql(f"""select t.request('{{}}', jsonb_build_object('items', jsonb_agg(jsonb_build_object('source', 'plain', 'account', 'someone',
                            'entitlement', '{n}/' || x, 'desired', '{desired}')))) from generate_series(1, 3) x""") for desired in ("present", "absent")]
        for request in pair:
            db.psql(lease.format(request))
        told = at_once(db, [f"select governance.decision_save('{request}', '{request}', 2, {decision})" for request in random.sample(pair, 2)])
        assert told == ["3", "3"], told
        left = db.psql(f"""select r.id, count(*) from governance.access_request r join governance.item_verdict v on v.request_id = r.id
                           where r.id in ('{pair[0]}', '{pair[1]}') group by r.id""").split("\n")
        last = db.psql(f"select id from governance.access_request where id in ('{pair[0]}', '{pair[1]}') order by approved_at desc, version limit 1")
        assert left == [f"{last}|3"], (left, last)
    assert db.psql("select count(*) from governance.evidence_entry where kind = 'item.superseded'") == "36"


def test_two_duties_of_one_person_approved_at_once(db):
    """Both were answered before either was approved: one is approved, the other is asked again, which is no refusal."""
    db.psql("""select governance.policy_put('', '[{"name": "pay", "n": 2, "unlinked": "beneficiary", "members": [
        {"source": "plain", "entitlement": "role-1"}, {"source": "slow", "entitlement": "role-1"}]}]')""")
    for person in range(8):
        about = f"""'{{"kind": "grant", "beneficiary": "racer-{person}"}}'"""
        both = [db.psql(f"select t.request(array['{source}:present'], {about})") for source in ("plain", "slow")]
        for request in both:
            db.psql(f"""insert into governance.policy_decision (request_id, stage, pdp, permitted, asked, answered, why, reason, took_ms, tuple_hash, generation)
                values ('{request}', 'approval', 'duties', true, '{{"sets": []}}', '{{}}', 'Ok', '', 1, 'h1', 1)""")
        answers = at_once(db, [f"do $$ begin perform t.move('{request}', 'approved'); exception when sqlstate 'CG017' then raise exception 'again: %', sqlerrm; end $$"
                               for request in both])
        refused = [a for a in answers if isinstance(a, pg.SqlError)]
        assert len(refused) == 1 and "again: refused: no permit (intake given, approval open)" in str(refused[0]), answers


def test_two_names_of_one_found_while_the_other_is_in_hand(db):
    """A read shows that two names are one entitlement. Who holds the other request is not waited for; the next read puts it in order."""
    grant, removal = (db.psql(f"""select t.fulfilling(t.request('{{}}', jsonb_build_object('items', jsonb_build_array(jsonb_build_object(
        'source', 'plain', 'account', 'someone', 'entitlement', '{name}', 'desired', '{desired}')))))""")
                      for name, desired in (("was", "present"), ("is", "absent")))

    def read(request):
        return f"""select governance.entitlement_pin('{request}', jsonb_build_array(jsonb_build_object('item', t.item('{request}'),
                   'outcome', 'present', 'entitlement_id', 'one')))"""

    def left():
        return db.psql(f"select string_agg(i.entitlement, ' ') from governance.item_verdict v join governance.request_item i on i.id = v.item_id "
                       f"where v.request_id in ('{grant}', '{removal}')")
    db.psql(read(grant))
    holder = db.session()
    try:
        holder.run(f"begin; select from governance.access_request where id = '{grant}' for update")
        db.psql(f"set statement_timeout = '5s'; {read(removal)}")
        assert sorted(left().split()) == ["is", "was"]
        holder.run("rollback")
    finally:
        holder.close()
    db.psql(read(removal))
    assert left() == "is"


def test_two_names_of_one_account_found_while_the_other_is_in_hand(db):
    """The same for accounts, in a source whose entitlements have no ids: the next read pins nothing, and puts it in order."""
    grant, removal = (db.psql(f"""select t.fulfilling(t.request('{{}}', jsonb_build_object('beneficiary', 'Ann', 'items', jsonb_build_array(
        jsonb_build_object('source', 'plain', 'account', '{account}', 'entitlement', 'role', 'desired', '{desired}')))))""")
                      for account, desired in (("ann", "present"), ("ann.lee", "absent")))

    def read(request):
        return db.psql(f"set statement_timeout = '5s'; " + facts(request, leased(db, request)).replace("'native_id', ''", "'native_id', 'one'")
                       .replace("'entitlement_id', 'one'", "'entitlement_id', ''"))

    def left():
        return db.psql(f"select string_agg(i.account, ' ' order by i.account) from governance.item_verdict v join governance.request_item i "
                       f"on i.id = v.item_id where v.request_id in ('{grant}', '{removal}')")
    read(grant)
    with db.session() as holder:
        holder.run(f"begin; select from governance.access_request where id = '{grant}' for update")
        read(removal)
        assert left() == "ann ann.lee" and db.psql("select count(*) from governance.account_link") == "2"
        holder.run("rollback")
    read(removal)
    assert left() == "ann.lee"


def test_a_relink_waits_for_whom_it_is_about_alone(db):
    """A name is said to be another account, which has another name: opposite wishes are put in order. Who is in hand is left to a read."""
    grant, removal = (db.psql(f"""select t.fulfilling(t.request('{{}}', jsonb_build_object('beneficiary', 'Ann', 'items', jsonb_build_array(
        jsonb_build_object('source', 'plain', 'account', '{account}', 'entitlement', 'role', 'desired', '{desired}')))))""")
                      for account, desired in (("ann", "present"), ("ann.lee", "absent")))
    for request, account, native in ((grant, "ann", "one"), (removal, "ann.lee", "two")):
        db.psql(f"""insert into governance.account_link (person, source, account, native_id, how, request_id)
                    values (governance.person_folded('Ann'), 'plain', '{account}', '{native}', 'read', '{request}')""")
    counts = "select count(*) from governance.item_verdict"
    with db.session() as holder:
        holder.run(f"begin; select from governance.access_request where id = '{grant}' for update")
        db.psql("set statement_timeout = '5s'; select governance.account_relink('plain', 'ann.lee', 'Ann', 'one', 'op', 'renamed')")
        assert db.psql(counts) == "2"
        holder.run("rollback")
    db.psql("select governance.account_relink('plain', 'ann.lee', 'Ann', 'two', 'op', 'a slip')")
    assert db.psql(counts) == "2"
    db.psql("select governance.account_relink('plain', 'ann.lee', 'Ann', 'one', 'op', 'renamed')")
    assert db.psql(f"select superseded_by = t.item('{removal}') from governance.request_item where request_id = '{grant}'") == "t"


def about(db, name, desired):
    return db.psql(f"""select t.request('{{}}', jsonb_build_object('items', jsonb_build_array(jsonb_build_object(
        'source', 'plain', 'account', 'someone', 'entitlement', '{name}', 'desired', '{desired}'))))""")


def decision(to):
    return f"""jsonb_build_object('to', '{to}', 'reason', 'Because', 'new_claim', false, 'answered', false, 'breach', false, 'tampered', false,
        'escalations', '[]'::jsonb, 'look_again_ms', 0, 'release', true, 'notice', '', 'notice_key', '', 'flows', '[]'::jsonb, 'retry', '[]'::jsonb)"""


def leased(db, request):
    return db.psql(f"""update governance.access_request set version = version + 1, lease_owner = 'w', lease_until = clock_timestamp() + interval '1 min'
                       where id = '{request}' returning version""")


def pin(request):
    return f"""select governance.entitlement_pin('{request}', jsonb_build_array(jsonb_build_object('item', t.item('{request}'),
               'outcome', 'present', 'entitlement_id', 'one')))"""


def facts(request, version):
    return f"""select governance.facts_save('w', '{request}', {version}, jsonb_build_object('observations', jsonb_build_array(jsonb_build_object(
        'item', t.item('{request}'), 'outcome', 'present', 'account', 'active', 'complete', true, 'canary_ok', true, 'via', 'direct', 'reason', 'Ok',
        'as_of_ms', governance.ms(clock_timestamp()), 'native_id', '', 'entitlement_id', 'one', 'raw_sha256', encode(sha256('version: 1 # d'), 'hex')))))"""


def test_one_ends_while_the_opposite_is_approved(db):
    """A closed grant, an open one that is cancelled, and a removal that is approved then: both hold all three, in one order."""
    closed, ends = about(db, "g", "present"), about(db, "g", "present")
    db.psql(f"select t.verifying('{closed}')")
    db.psql(f"select t.read(t.item('{closed}'), 'present'); select t.move('{closed}', 'verified', 'closed'); select t.fulfilling('{ends}')")
    removal = about(db, "g", "absent")
    cancel, approve = (f"select governance.decision_save('w', '{request}', {leased(db, request)}, {decision(to)})"
                       for request, to in ((ends, "cancelled"), (removal, "approved")))
    waiting = "select count(*) from pg_locks where not granted and locktype in ('transactionid', 'tuple')"
    with db.session() as clock, db.session() as one, db.session() as other:
        clock.run(f"begin; select from governance.sla_clock where request_id = '{ends}' for update")
        one.send(cancel)  # comes as far as its clock
        wait.until(lambda: db.psql(waiting) == "1", what="the one that ends waits for its clock")
        other.send(approve)
        wait.until(lambda: int(db.psql(waiting)) > 1, what="the approval waits for the one that ends")
        clock.run("rollback")
        assert one.result() and other.result(), "both are saved"
    assert db.psql("select string_agg(phase, ' ' order by requested_at) from governance.access_request") == "closed cancelled approved"
    assert db.psql(f"select superseded_by = t.item('{removal}') from governance.request_item where request_id = '{closed}'") == "t"


def test_what_went_ahead_ends_while_its_mover_is_edited(db):
    """Whoever ends it holds both in the order of their ids, and so does whoever edits the mover: neither waits for the other for good."""
    for _ in range(40):  # ids are random: one that went ahead with the smaller of the two
        mover = db.psql("""select t.request(array['plain:present', 'plain:absent'], '{"kind": "modify", "approval_needed": true}')""")
        ahead = db.psql(f"""select governance.after_save(r, jsonb_build_object('item', i.id, 'over', false, 'cause', 'ahead', 'open', jsonb_build_object(
            'kind', 'removal', 'mode', 'enforce', 'rule', 'leaver', 'request_type', '31', 'justification', 'x', 'privileged', false, 'emergency', false,
            'approval_needed', false, 'hold_text', '', 'mapping_version', encode(sha256('version: 1 # d'), 'hex'), 'mapped', '{{}}'::jsonb, 'mapped_hash', 'h2', 'sla_goal_ms', 14400000,
            'approved_by', '', 'requested_ms', governance.ms(r.requested_at), 'items', jsonb_build_array(jsonb_build_object(
                'source', i.source, 'account', i.account, 'entitlement', i.entitlement, 'desired', 'absent')))))
              from governance.access_request r join governance.request_item i on i.request_id = r.id and i.desired = 'absent' where r.id = '{mover}';
            select id from governance.access_request where follows = '{mover}'""").split()[-1]
        if ahead < mover:
            break
    assert ahead < mover
    db.psql(f"insert into governance.ticket (site, issue_id, request_id, category, role, cycle) values ('acme', '990', '{mover}', 'indeterminate', 'open', '0')")
    ticket = {"state": "here", "category": "indeterminate", "role": "open", "status_name": "Open", "cycle": "0", "cycle_at_ms": 0, "moved_by": "",
              "moved_by_us": False, "resolution_set": False, "updated_ms": 1, "marker": "", "approval": "none", "mapped_hash": "h9",
              "mapped": {"kind": "grant", "beneficiary": "someone", "items": [{"source": "plain", "account": "someone", "entitlement": "other", "desired": "present"}]}}
    versions = leased(db, mover), leased(db, ahead)
    holder, editing, ending = db.session(), db.session(), db.session()
    try:
        for session in (holder, editing, ending):
            session.run("set role countersign_service")
        holder.run("begin")
        holder.run(f"select id from governance.access_request where id = '{mover}' for update")
        editing.send(f"select governance.facts_save('w', '{mover}', {versions[0]}, $t${json.dumps({'ticket': ticket})}$t$)")
        waits(db, 1)
        ending.send(f"select governance.decision_save('w', '{ahead}', {versions[1]}, {decision('cancelled')})")
        waits(db, 2)
        holder.run("rollback")
        assert editing.result() and ending.result()
    finally:
        for session in (holder, editing, ending):
            session.close()
    assert db.psql(f"select cancel_asked from governance.access_request where id = '{ahead}'") == "t"


def test_one_person_says_two_things_at_once(db):
    """A platform sends a yes again before its answer came, and then a no: one word after the other, each once."""
    request = db.psql("select t.request(array['plain:present'], '{\"kind\": \"grant\", \"approval_needed\": true}')")
    db.psql(f"select t.move('{request}', 'pending_approval')")
    first, again, no = db.session(), db.session(), db.session()
    try:
        for session in (first, again, no):
            session.run("set role countersign_service")
        first.run("begin")
        first.run(f"select governance.approval_add('{request}', 'boss', 'approved', 'api')")
        again.send(f"select governance.approval_add('{request}', 'Boss', 'approved', 'api')")
        waits(db, 1)
        no.send(f"select governance.approval_add('{request}', 'boss', 'declined', 'api')")
        waits(db, 2)
        first.run("commit")
        assert again.result() and no.result()
    finally:
        for session in (first, again, no):
            session.close()
    said = db.psql(f"select string_agg(decision, ' ' order by id) from governance.approval where request_id = '{request}'")
    assert said in ("approved withdrawn declined", "approved withdrawn declined withdrawn approved"), said  # whichever came last


def waits(db, count):
    wait.until(lambda: db.psql("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()") == str(count), 10,
               what=f"{count} wait")


def test_a_read_waits_for_none_of_those_it_puts_in_order(db):
    """Two grants by the old name of an entitlement, a removal by the new one: while one of them is in somebody's hands none is changed."""
    first, second, removal = about(db, "was", "present"), about(db, "was", "present"), about(db, "is", "absent")
    for request in (first, second, removal):
        db.psql(f"select t.fulfilling('{request}')")
    db.psql(pin(first))
    counts = "select count(*) from governance.item_verdict"
    for reader, held in ((removal, second), (first, second), (removal, first)):
        with db.session() as holder:
            holder.run(f"begin; select from governance.access_request where id = '{held}' for update")
            db.psql(f"set statement_timeout = '5s'; {pin(reader)}")
            holder.run("rollback")
        assert db.psql(counts) == "3", "all or nothing"
    db.psql(pin(first))
    assert db.psql(counts) == "1"


def test_two_reads_at_once_show_the_other_name(db):
    """Each holds its request; the second one waits for the link that the first one makes, and nobody for the second one."""
    first, second, removal = about(db, "was", "present"), about(db, "was", "present"), about(db, "is", "absent")
    for request in (first, second, removal):
        db.psql(f"select t.fulfilling('{request}')")
    db.psql(pin(removal))
    with db.session() as one, db.session() as other:
        saves = [facts(request, leased(db, request)) for request in (first, second)]
        other.run(f"begin; select from governance.access_request where id = '{second}' for update")
        one.run(f"begin; {saves[0]}")
        other.send(saves[1])
        wait.until(lambda: int(db.psql("select count(*) from pg_locks where not granted")), what="the second one waits")
        one.run("commit")
        assert other.result()
        other.run("commit")
    assert db.psql("select count(*) from governance.item_verdict") == "1", "the second one put all three in order"


def test_a_bundle_that_is_about_the_same_is_put_in_order_there_alone(db):
    """By the id of its first item it is superseded; who is opposed to its second one may be in anybody's hands."""
    bundle = db.psql("""select t.request('{}', jsonb_build_object('items', jsonb_agg(jsonb_build_object('source', 'plain', 'account', 'someone',
                        'entitlement', name, 'desired', 'present') order by name))) from unnest(array['was', 'was2']) name""")
    removal, another = about(db, "is", "absent"), about(db, "is2", "absent")
    for request in (another, bundle, removal):
        db.psql(f"select t.fulfilling('{request}')")
    db.psql(f"""insert into governance.entitlement_link (source, entitlement, native_id, how, request_id)
                select 'plain', name, id, 'read', '{bundle}' from (values ('was', 'one'), ('is', 'one'), ('was2', 'two'), ('is2', 'two')) x(name, id)""")
    with db.session() as holder:
        holder.run(f"begin; select from governance.access_request where id = '{another}' for update")
        db.psql(f"set statement_timeout = '5s'; {pin(removal)}")
        holder.run("rollback")
    assert sorted(db.psql("select i.entitlement from governance.item_verdict v join governance.request_item i on i.id = v.item_id").split()) == \
        ["is", "is2", "was2"]


def test_a_read_that_shows_who_left_waits_for_no_other_request(db):
    """Two reads, each of the owner of an exception of the other's request; then each of two accounts, in opposite order."""
    ann, ben = (db.psql(f"""select t.verifying(t.request(array['{source}:absent'],
        '{{"requester": "asker@example.com", "beneficiary": "{who}@example.com"}}'))""") for who, source in (("ann", "plain"), ("ben", "slow")))
    db.psql("".join(f"""insert into governance.exception (scope, request_id, owner, approved_by, reason, compensating_control, expires_at)
        values ('request', '{request}', '{owner}@example.com', 'carol@example.com', 'why', 'watched', clock_timestamp() + interval '1 day');"""
                    for request, owner in ((ann, "ben"), (ben, "ann"))))
    read = "select t.read(t.item('{}', {}), 'absent', 'disabled')"
    hold = "select from governance.access_request where id = '{}' for update"
    with db.session() as one, db.session() as other:
        for session, request in ((one, ann), (other, ben)):
            session.run("begin")
            session.run(hold.format(request))
        one.send(read.format(ann, 1))
        other.send(read.format(ben, 1))
        for session in (one, other):
            session.result()
            session.run("commit")
    assert db.psql("select count(*) from governance.exception where revoked_at is null") == "2", "the sweep ends them"
    db.psql("select governance.exception_sweep()")
    assert db.psql("select count(*) from governance.exception where ended_why = 'owner_left'") == "2"

    both, also = (db.psql("select t.verifying(t.request(array['plain:absent', 'slow:absent']))") for _ in range(2))
    with db.session() as one, db.session() as other:
        for session, request in ((one, both), (other, also)):
            session.run("begin")
            session.run(hold.format(request))
        one.run(read.format(both, 1))
        other.run(read.format(also, 2))
        one.send(read.format(both, 2))
        other.send(read.format(also, 1))
        for session in (one, other):
            session.result()
            session.run("commit")
    assert db.psql("select string_agg(source, ' ' order by source) from governance.departure where person = 'someone'") == "plain slow"


def test_sweeps_of_exceptions_take_turns(db):
    """Two replicas: one does it, and neither waits."""
    db.psql("""select t.verifying(t.request(array['plain:absent'], '{"requester": "asker@example.com", "beneficiary": "someone@example.com"}'));
        insert into governance.exception (scope, request_id, owner, approved_by, reason, compensating_control, expires_at)
        select 'request', id, 'ann@example.com', 'bob@example.com', 'why', 'watched', clock_timestamp() + interval '1 day' from governance.access_request;
        update governance.exception set revoked_at = clock_timestamp()""")
    with db.session() as one, db.session() as other:
        one.run("begin")
        assert one.run("select governance.exception_sweep()") == "1"
        assert other.run("select governance.exception_sweep()") == "0"
        one.run("commit")
        assert other.run("select governance.exception_sweep()") == "0", "it is done"
