"""Many tickets closed at once behind our back are opened again together, each by its own right; whatever becomes of the one call."""
import contextlib
import json

import pytest

from lib import ports, wait, world

PERSON, ROLE, SYSTEM = "customfield_10061", "customfield_10052", "customfield_10050"


@pytest.fixture(scope="module")
def site():
    made = world.World()
    with made:
        made.has_role("lind", "fin-viewer", True)  # what is asked to be removed is there: no close is right
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


@pytest.fixture(autouse=True)
def as_ever(site):
    yield
    site.no_faults()
    site.control("config", {"bulk_ms": 20, "bulk_each_ms": 0, "bulk_pad": 0, "bulk_dies_after": None})


def asked(site, count):
    """So many requests whose tickets are ready to be worked on; the tickets' ids."""
    fields = {"summary": "Remove fin-viewer from lind", PERSON: "lind", ROLE: "fin-viewer", SYSTEM: {"value": "SAP FIN"}}
    made = site.control("act", [{"do": "request", "actor": "customer", "requestTypeId": "41", "fields": fields} for _ in range(count)])
    ids = [one["issue"]["id"] for one in made]
    wait.until(lambda: int(site.sql(f"select count(*) {of(ids)} and r.phase = 'fulfilling' and r.notice = 'ready'")) == count, 60)
    return ids


def of(ids):
    listed = ", ".join(f"'{i}'" for i in ids)
    return f"from governance.ticket t join governance.access_request r on r.id = t.request_id where t.issue_id in ({listed})"


def close_all(site, ids):
    site.control("act", {"do": "bulk_transition", "actor": "agent", "issues": ids, "name": "Close"})


def riding(site, ids, state):
    """Tickets that ride on a call in that state."""
    found = site.sql(f"select string_agg(t.issue_id, ' ') from governance.bulk_rider b join governance.bulk_move m on m.id = b.bulk_id "
                     f"join governance.ticket t using (request_id) where m.state = '{state}' and t.issue_id in ({', '.join(repr(i) for i in ids)})")
    return found.split()


def counted(site):
    """What the service says of such calls: how many, and what became of the tickets."""
    text = world.http("GET", f"http://127.0.0.1:{site.ops_port}/metrics")[1]
    return {name: int(text.split(f'\ncountersign_jira_bulk_{name}_total{{site="acme"}} ')[1].split("\n")[0]) for name in ("calls", "done", "refused", "doubt")}


def killed(site, ids):
    """And started again. What it has in hand rests until its claim runs out, so it dies when it only waits for Jira, if it comes to that."""
    with contextlib.suppress(wait.Timeout):
        wait.until(lambda: site.sql(f"select count(*) {of(ids)} and (r.lease_owner is not null or r.hinted_at is null)") == "0"
                   and site.sql(f"select count(*) from governance.flow f where f.kind = 'reopen' and f.request_id in (select r.id {of(ids)})")
                   == str(len(ids)), 1.2, every=0.05)
    site.service.kill()
    site.start_service()


def until_open(site, ids, timeout=60):
    def left():
        return set(ids) & set(site.control("state?category=done")["issues"])
    wait.until(lambda: not left(), timeout, every=0.3, what="all are open again")
    wait.until(lambda: site.sql(f"select count(*) from governance.flow f where f.kind = 'reopen' and f.state <> 'done' "
                                f"and f.request_id in (select r.id {of(ids)})") == "0", 30, what="and known to be")


def moved_by(site, issue, actor="connector"):
    """How often that account moved the ticket out of Resolved."""
    account = site.control("accounts")[actor]["accountId"]
    return sum(item["fieldId"] == "status" and item["fromString"] == "Resolved" and entry["author"] == account
               for entry in site.ticket(issue)["history"] for item in entry["items"])


def each_by_its_own(site, ids):
    """One reopen for one close, each recorded, and nothing closed without proof."""
    assert site.sql(f"select count(*) {of(ids)} and r.closed_at is not null") == "0"
    assert site.sql("select count(*) from (select f.request_id from governance.flow f where f.kind = 'reopen' and f.state = 'done' "
                    f"and f.request_id in (select r.id {of(ids)}) group by 1 having count(*) = 1) x") == str(len(ids))
    assert site.sql(f"select count(*) from governance.escalation e where e.kind = 'breach' and e.request_id in (select r.id {of(ids)})") == str(len(ids))


@pytest.fixture
def beside(site):
    """Another replica."""
    first, (port, ops_port) = site.config, ports.free_ports(2)
    with open(first) as file:
        text = file.read()
    site.config = site.write("beside.yaml", text.replace(f"port: {site.port}", f"port: {port}")
                             .replace(f"ops_port: {site.ops_port}", f"ops_port: {ops_port}"))
    made = site.start_service()
    site.config = first
    site.services.remove(made)
    yield made
    made.stop()
    assert "Sanitizer" not in made.stderr, made.told()


def test_a_hundred_together_while_people_go_on(site, beside):
    ids = asked(site, 100)
    site.control("config", {"bulk_ms": 1200, "bulk_each_ms": 2})
    close_all(site, ids)
    taken = wait.until(lambda: riding(site, ids, "running"), 20, every=0.02)[:3]
    for issue in taken:  # before Jira comes to it somebody has it in hand again
        site.act("transition", issue, name="Reopen")
        site.act("transition", issue, name="Ask for approval")
    until_open(site, ids)
    assert [site.ticket(i)["status"] for i in taken] == ["Waiting for approval"] * 3
    assert [moved_by(site, i) for i in ids] == [0 if i in taken else 1 for i in ids]
    each_by_its_own(site, ids)
    assert int(site.sql("select count(*) from governance.bulk_rider where outcome = 'done'")) >= 20  # some found no room, and went by themselves
    assert int(site.sql("select count(*) from governance.bulk_rider where outcome = 'refused'")) == 3
    sent = [c for c in site.control("calls")["calls"] if c["route"] == "/rest/api/3/bulk/issues/transition" and c["method"] == "POST"]
    assert 1 <= len(sent) <= 20 and all(c["status"] == 201 for c in sent)


REFUSES = """create function public.refuse() returns trigger language plpgsql as $$ begin raise exception 'refused here'; end $$;
    create trigger refuses before insert on governance.observation for each row
    when (new.item_id in ({items})) execute function public.refuse()"""


def test_what_is_refused_is_nobody_elses(site):
    ids = asked(site, 10)
    refused, others = ids[0], ids[1:]
    items = site.sql(f"select string_agg(i.id::text, ', ') from governance.request_item i where i.request_id in (select r.id {of([refused])})")
    site.sql(REFUSES.format(items=items), user="postgres")
    try:
        close_all(site, ids)
        until_open(site, others)
        assert site.ticket(refused)["category"] == "done"
    finally:
        site.sql("drop trigger refuses on governance.observation; drop function public.refuse", user="postgres")
    site.sql(f"update governance.access_request r set lease_until = clock_timestamp() where r.id in (select r.id {of([refused])}) and r.lease_until is not null",
             user="postgres")
    until_open(site, [refused])
    each_by_its_own(site, ids)


def calls(site, route):
    return [c for c in site.control("calls")["calls"] if c["route"] == route and c["actor"] == "connector"]


def test_many_are_read_together(site):
    """What one call for all does not show, or shows as nobody can read it, is read by itself."""
    ids = asked(site, 20)
    site.control("faults", {"method": "POST", "path": "/issue/bulkfetch", "every": 2, "effect": {"kind": "truncate"}})
    before = len(calls(site, "/rest/api/3/issue/bulkfetch"))
    site.control("act", [{"do": "bulk_transition", "actor": "agent", "issues": ids, "name": "Close"},
                         {"do": "delete", "actor": "admin", "issue": ids[0]}])
    until_open(site, ids[1:])
    each_by_its_own(site, ids[1:])
    wait.until(lambda: site.sql(f"select r.phase {of(ids[:1])}") == "orphaned", 30, what="the deleted one is known to be gone")
    assert len(calls(site, "/rest/api/3/issue/bulkfetch")) > before + 1


@pytest.mark.parametrize("effect", [{"kind": "lose_reply", "how": "stall", "ms": 20_000}, {"kind": "close", "how": "stall", "ms": 20_000}],
                         ids=["it was done", "it was not"])
def test_killed_before_the_answer(site, effect):
    ids = asked(site, 20)
    site.control("faults", {"method": "POST", "path": "/bulk/issues/transition", "count": 1, "effect": effect})
    close_all(site, ids)
    riders = wait.until(lambda: riding(site, ids, "calling"), 20, every=0.02)
    killed(site, ids)
    until_open(site, ids)
    assert [moved_by(site, i) for i in ids] == [1] * len(ids)  # by the call that was lost, or after a look
    each_by_its_own(site, ids)
    assert set(riding(site, riders, "calling")) == set(riders)  # nobody heard what became of it
    # and for as long as Jira may work on what it took, nothing that is proven is closed under it
    assert site.sql(f"select bool_and(governance.bulk_may_move(r.id)) {of(riders)}") == "t"
    assert site.sql("select bool_and(until > sent_at + interval '15 min') from governance.bulk_move where state = 'calling'") == "t"


def test_killed_while_jira_works_on_it(site):
    """A fresh look finds out what became of each, and whoever is alive asks on until the task is known to be over."""
    ids = asked(site, 20)
    site.control("config", {"bulk_ms": 1500})
    close_all(site, ids)
    riders = wait.until(lambda: riding(site, ids, "running"), 20, every=0.02)
    killed(site, ids)
    until_open(site, ids)
    assert [moved_by(site, i) for i in ids] == [1] * len(ids)
    each_by_its_own(site, ids)
    site.sql("update governance.bulk_move set heard_at = heard_at - interval '1 min'", user="postgres")
    wait.until(lambda: not riding(site, riders, "running"), 20, what="the task is asked about")
    assert site.sql(f"select count(*) {of(riders)} and governance.bulk_may_move(r.id)") == "0"


def test_it_ends_while_jira_works_on_it(site):
    ids = asked(site, 20)
    site.control("config", {"bulk_ms": 4000})
    close_all(site, ids)
    wait.until(lambda: riding(site, ids, "running"), 20, every=0.02)
    ended = site.service
    ended.stop()
    assert "Sanitizer" not in ended.stderr, ended.told()
    site.start_service()
    until_open(site, ids)
    assert [moved_by(site, i) for i in ids] == [1] * len(ids)
    each_by_its_own(site, ids)


def test_a_task_that_says_much_for_long_is_heard_to_its_end(site):
    ids = asked(site, 20)
    site.control("config", {"bulk_ms": 5000, "bulk_pad": 10_000_000})  # more in all than one arena takes
    close_all(site, ids)
    riders = wait.until(lambda: riding(site, ids, "running"), 20, every=0.02)
    wait.until(lambda: not riding(site, riders, "running"), 20, what="its end is heard of")
    site.control("config", {"bulk_pad": 0})
    until_open(site, ids)
    each_by_its_own(site, ids)


def test_a_task_that_dies_is_found_out(site):
    ids = asked(site, 20)
    before = counted(site)
    site.control("config", {"bulk_dies_after": 3})
    close_all(site, ids)
    until_open(site, ids)
    assert [moved_by(site, i) for i in ids] == [1] * len(ids)
    each_by_its_own(site, ids)
    assert int(site.sql("select count(*) from governance.bulk_rider b join governance.bulk_move m on m.id = b.bulk_id where m.said = 'broken off'")) >= 5
    more = {name: count - before[name] for name, count in counted(site).items()}
    assert more["calls"] >= 1 and more["done"] == 3 * more["calls"] and more["doubt"] >= 2, more


def together(site):
    """What doctor says of the right to move many at once."""
    shown = json.loads(site.countersign("doctor", "forms", "--json").stdout)[0]
    return [f"{s['site']} {s['outcome']}" for found in shown["says"] for s in found if s.get("permission") == "BULK_CHANGE"]


def test_without_the_right_they_go_one_by_one(site):
    assert together(site) == ["acme together"]
    site.control("accounts", {"connector": {"denied": ["BULK_CHANGE"]}})
    assert together(site) == ["acme one by one"]
    said = site.countersign("check", "--online").stdout
    assert "opened again: one by one: our account lacks the global permission Bulk Change (Make bulk changes)" in said
    ids = asked(site, 20)
    before = site.sql("select count(*) from governance.bulk_move")
    close_all(site, ids)
    until_open(site, ids)
    assert [moved_by(site, i) for i in ids] == [1] * len(ids)
    each_by_its_own(site, ids)
    assert site.sql("select count(*) from governance.bulk_move") == before
    refused = [c for c in site.control("calls")["calls"] if c["route"].startswith("/rest/api/3/bulk/") and c["status"] == 403]
    assert 1 <= len(refused) <= 2  # and it is not asked for every one of them
