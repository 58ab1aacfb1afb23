"""What `report --observe` counts, of every way a ticket that was closed where nobody was held can stand today."""
import json

from conftest import countersign

HELPERS = """
create function t.closed(issue text) returns uuid language plpgsql as $$
declare
    made uuid := t.fulfilling(t.request(more => '{"mode": "observe"}'));
begin
    insert into governance.ticket (site, issue_id, issue_key, request_id, state, category, role, cycle)
    values ('acme', issue, 'IAM-' || issue, made, 'here', 'done', 'done', '10000/1');
    perform t.claim(made);
    perform t.move(made, 'verifying');
    perform pg_sleep(0.002);
    return made;
end $$;
create function t.refused(issue text) returns uuid language plpgsql as $$
declare
    made uuid := t.closed(issue);
begin
    perform governance.attempt_refused(made, 'StillPresent');
    return made;
end $$;
create function t.stands(issue text, new_state text, new_role text) returns void language sql as $$
    update governance.ticket set state = new_state, role = new_role where issue_id = issue
$$;
"""
STORY = """
select t.refused('1');
select t.move(t.refused('2'), 'fulfilling'), t.stands('2', 'here', 'open');  -- reopened by the agent
select t.move(t.refused('3'), 'orphaned'), t.stands('3', 'gone', 'done');    -- deleted
select t.move(t.refused('4'), 'cancelled');                                  -- withdrawn, and it stands closed
select t.move(t.closed('5'), 'fulfilling'), t.stands('5', 'here', 'open');   -- reopened before anything was found
select t.closed('6');
select t.closed('7') as proven \\gset
select t.read(t.item(:'proven'), 'absent'), t.move(:'proven', 'verified');
"""


def test_how_each_stands_today(db):
    db.psql(HELPERS)
    db.psql("select t.refused('9')")  # before the time that is asked about
    since = db.psql("""select to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), pg_sleep(0.01)""").split("|")[0]
    db.psql(STORY)
    asked = ("report", "--observe", "--since", since, "--conninfo", db.dsn)
    row, = json.loads(countersign(*asked, "--json").stdout)["types"]
    assert {k: row[k] for k in ("closed", "as_asked", "checking", "unchecked", "would_have_refused", "unproven_now")} == \
        {"closed": 7, "as_asked": 1, "checking": 1, "unchecked": 1, "would_have_refused": 4, "unproven_now": 4}
    assert row["worth_a_look"] == {"StillPresent": ["IAM-1", "IAM-3"], "Missing": []}, "what stands closed, or is lost, and is asked for"
    assert (row["standing"], row["held"]) == (4, 0), "1, 4, 6 and the one of before"
    text = countersign(*asked).stdout
    assert "  Worth a look: 2 of those 7 were closed but the access is still there: IAM-1, IAM-3\n" in text
    assert "      1 was reopened, lost or not asked for any more before anything was found\n" in text
    assert "Next: stay in observe; 6 closed tickets are too few to judge by" in text
