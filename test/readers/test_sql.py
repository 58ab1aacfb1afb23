"""The SQL reader against a real PostgreSQL target: the operator's own statement, and nothing else, ever."""
import datetime
import pathlib
import threading
import time

import pytest

from conftest import ask

CANARY = ("canary", "watch")
QUERY = """select u.id is not null, coalesce(u.active, false), r.user_id is not null, u.id::text, null, a.id is not null
             from (select $1::text as login, $2::text as role) q
             left join app_user u on u.login = q.login left join app_role a on a.name = q.role
             left join app_user_role r on r.user_id = u.id and r.role_id = a.id"""


def read(target, *pairs, query=QUERY, user="reader", canary=CANARY, timeout_ms=2000, close_after_ms=0, conninfo=None):
    return ask("sql", {"conninfo": conninfo or target.dsn_as(user), "query": query}, pairs, canary, "", timeout_ms, close_after_ms)


def say(answer):
    return answer["outcome"], answer["reason"]


def test_present_and_absent(target):
    ada, cyd, ben, nobody = read(target, ("ada", "ledger"), ("cyd", "ledger"), ("ben", "ledger"), ("nobody", "ledger"))
    assert say(ada) == ("present", "Ok") and ada["id"] == "2" and ada["raw"]
    assert say(cyd) == ("absent", "Ok") and cyd["canary"] and cyd["complete"]
    assert say(ben) == ("present", "Ok") and ben["account"] == "disabled"
    assert say(nobody) == ("absent", "AccountMissing")


@pytest.mark.parametrize("name", ["o'brien; drop table app_role --", "žofie"])
def test_names_are_parameters(target, name):
    answer, = read(target, (name, "ledger"))
    assert say(answer) == ("present", "Ok")
    assert target.psql("select count(*) from app_role") == "2"


@pytest.mark.parametrize("what, query, reason", [
    ("no row", QUERY + " where false", "QueryShape"),
    ("two rows", QUERY + " cross join generate_series(1, 2)", "QueryShape"),
    ("too few columns", "select true, true, $1 = $2, '', null", "QueryShape"),
    ("one column too many", "select true, true, $1 = $2, '', null, true, 'role', true", "QueryShape"),
    ("no such table", "select true, true, $1 = $2, '', null, true from nowhere", "QueryRefused"),
    ("a time that is none", "select true, true, $1 = $2, '', 'yesterday', true", "BadAsOf"),
    ("a statement that writes", "insert into copy_state select now() where $1 <> $2 returning true, true, false, '', null, true", "QueryRefused"),
    ("a statement that takes too long", "select true, true, $1 = $2, '', null, true from pg_sleep(30)", "Timeout"),
])
def test_what_is_not_an_answer(target, what, query, reason):
    answer, = read(target, ("cyd", "ledger"), query=query, timeout_ms=700)
    assert say(answer) == ("unknown", reason), what


def test_a_login_that_owns_the_tables_writes_nothing(target):
    answer, = read(target, ("cyd", "ledger"), user="postgres",
                   query="delete from app_user_role where $1 <> $2 returning true, true, false, '', null, true")
    assert answer["outcome"] == "unknown"
    assert target.psql("select count(*) from app_user_role") == "5"


def test_rights(target):
    """Rights taken away, wholly or by row: absent is not believed."""
    answer, = read(target, ("cyd", "ledger"), user="outsider")
    assert say(answer) == ("unknown", "RightsLost")
    target.psql("alter table app_user_role enable row level security")
    try:
        answer, = read(target, ("ada", "ledger"))
        assert say(answer) == ("unknown", "CanaryMissing"), "the rows are hidden, and the canary's with them"
    finally:
        target.psql("alter table app_user_role disable row level security")


def test_a_copy_says_of_when_it_is(target):
    query = QUERY.replace(", null,", ", (select to_char(at at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') from copy_state),")
    answer, = read(target, ("cyd", "ledger"), query=query)
    age = datetime.datetime.now(datetime.timezone.utc).timestamp() * 1000 - answer["as_of_ms"]
    assert 3_590_000 < age < 3_900_000, "the copy's own time, an hour ago"


def test_a_time_of_the_future_is_not_believed(target):
    query = QUERY.replace(", null,", ", '2999-01-01T00:00:00Z',")
    answer, = read(target, ("cyd", "ledger"), query=query)
    assert answer["as_of_ms"] <= time.time() * 1000 + 1000


SEEN = "$1 = 'canary'"  # the canary's row is whole, always: only the item's is odd


@pytest.mark.parametrize("value", ["null", "''", "'no'", "'unknown'", "'2'", "'TRUE '", "'F'"])
@pytest.mark.parametrize("column", [0, 1, 2, 5])
def test_only_true_and_false_are_answers(target, column, value):
    """NULL is what SQL says when it cannot tell: `x in (select ...)` with a NULL among the rows. It is not "no"."""
    columns = ["true", "true", SEEN, "''", "null", "true"]
    columns[column] = f"case when {SEEN} then 'true' else {value} end"
    answer, = read(target, ("cyd", "ledger"), query=f"select {', '.join(columns)} where $2 <> ''")
    assert say(answer) == ("unknown", "QueryShape") and answer["canary"]


@pytest.mark.parametrize("yes, no", [("true", "false"), ("'t'", "'f'"), ("'true'", "'false'"), ("1", "0")])
def test_ways_to_write_true_and_false(target, yes, no):
    query = f"select {yes}, {yes}, case when {SEEN} then {yes} else {no} end, '', null, {yes} where $2 <> ''"
    answer, = read(target, ("cyd", "ledger"), query=query)
    assert say(answer) == ("absent", "Ok") and answer["complete"] and answer["account"] == "active"


def test_an_in_over_rows_with_a_null(target):
    query = QUERY.replace("r.user_id is not null", "q.login in (select login from (values ('canary'), (null)) as seen (login))")
    answer, = read(target, ("ada", "ledger"), query=query)
    assert say(answer) == ("unknown", "QueryShape") and answer["canary"]


def test_an_entitlement_that_is_not_there_proves_nothing(target):
    """Nobody holds a misspelt role, so everybody would seem to have lost it."""
    misspelt, nobody = read(target, ("ada", "ledgr"), ("nobody", "ledgr"))
    assert say(misspelt) == ("unknown", "EntitlementNotFound") == say(nobody) and misspelt["canary"]


def test_nobody_who_is_entitled_is_a_contradiction(target):
    query = f"select {SEEN}, {SEEN}, true, '', null, true where $2 <> ''"
    answer, = read(target, ("nobody", "ledger"), query=query)
    assert say(answer) == ("unknown", "QueryShape")


def test_many_at_once_and_a_changed_table(target):
    """A plan that no longer fits is made anew in the middle of it, so answers overtake each other; none goes to another
    question."""
    stop = threading.Event()

    def reshape():
        while not stop.is_set():
            target.psql("alter table app_user alter column login type varchar(200); select pg_sleep(0.01);"
                        "alter table app_user alter column login type text")
    thread = threading.Thread(target=reshape)
    thread.start()
    try:
        query = QUERY.replace("u.id::text, null", "u.login, null")
        answers = read(target, *[("ada" if n % 2 else "cyd", "ledger") for n in range(250)], query=query, timeout_ms=60_000)
    finally:
        stop.set()
        thread.join()
    for n, answer in enumerate(answers):
        assert answer["outcome"] in ("unknown", "present" if n % 2 else "absent"), answer
    assert len(answers) == 250 and {"present", "absent"} <= {a["outcome"] for a in answers}


def test_a_database_that_hangs_goes_and_comes(target):
    target.cluster.freeze()
    try:
        began = time.monotonic()
        answer, = read(target, ("cyd", "ledger"), timeout_ms=500)
        assert say(answer) == ("unknown", "SourceDown") and time.monotonic() - began < 5
    finally:
        target.cluster.thaw()
    gone, = read(target, ("cyd", "ledger"), conninfo="host=/nowhere dbname=x")
    assert say(gone) == ("unknown", "SourceDown")
    back, = read(target, ("cyd", "ledger"))
    assert say(back) == ("absent", "Ok")


def test_closed_while_reading(target):
    answers = read(target, *[("cyd", "ledger")] * 5, query="select true, true, $1 = $2, '', null, true from pg_sleep(0.5)", timeout_ms=3000,
                   close_after_ms=100)
    assert len(answers) == 5, "each is told"


OTHERS = "select a.name from app_user u join app_user_role r on r.user_id = u.id join app_role a on a.id = r.role_id where u.login = $1"


@pytest.mark.parametrize("others, listed", [
    (OTHERS, "ledger"), (OTHERS + " and false", ""), ("select 'x' || n from generate_series(1, 65) n where $1 <> ''", None),
    ("select 1, $1", None), ("select null::text where $1 <> ''", None), ("select E'a\\nb' where $1 <> ''", None),
    ("select name from nowhere where $1 <> ''", None)],
    ids=["one", "none", "too many", "two columns", "no name", "two lines", "refused"])
def test_what_else_an_account_holds(target, others, listed):
    """What is no whole list is none, and the answer itself stands."""
    answer, = ask("sql", {"conninfo": target.dsn_as("reader"), "query": QUERY, "others": others}, [("ada", "ledger")], CANARY, "", 2000, 0)
    assert say(answer) == ("present", "Ok") and answer.get("others") == listed
    assert "others" not in read(target, ("ada", "ledger"))[0]


def test_keys_of_service_accounts(target):
    """The example for keys: gone is what its own row says; of one that nobody knows, or nobody answers for, nothing is proven."""
    query = (pathlib.Path(__file__).parents[2] / "schemas" / "example" / "api-keys.sql").read_text()
    target.psql("create table service_account (id int primary key, name text unique, owner text, active boolean not null);"
                "create table api_key (id text primary key, account_id int references service_account, revoked_at timestamptz);"
                "insert into service_account values (1, 'canary', 'ops', true), (2, 'ci', 'ada', true), (3, 'old', null, true);"
                "insert into api_key values ('k-watch', 1, null), ('k-live', 2, null), ('k-gone', 2, now()), ('k-orphan', 3, now());"
                "grant select on service_account, api_key to reader")
    try:
        pairs = [("ci", "k-live"), ("ci", "k-gone"), ("ci", "k-misspelt"), ("old", "k-orphan"), ("ci", "k-watch"), ("nobody", "k-gone")]
        answers = read(target, *pairs, query=query, canary=("canary", "k-watch"))
        unproven = ("unknown", "EntitlementNotFound")
        assert [say(a) for a in answers] == [("present", "Ok"), ("absent", "Ok"), unproven, unproven, unproven, ("absent", "AccountMissing")]
    finally:
        target.psql("drop table api_key; drop table service_account")
