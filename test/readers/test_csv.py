"""The CSV reader against files that are good, half-written, old, shrunk, broken. Unknown is never absent."""
import datetime
import hashlib
import json
import os
import threading
import time

import pytest

from conftest import ask

CANARY = ("canary", "watch")
HEADER = "login,role,id,enabled"
ROWS = ["canary,watch,1,true", "canary,ledger,1,true", "ada,ledger,2,true", "ben,,3,true", "gus,ledger,4,false"]
COLUMNS = {"account": "login", "entitlement": "role", "native_id": "id", "active": "enabled"}


class Feed:
    """A file with its manifest, written as a producer should: elsewhere, then moved."""

    def __init__(self, folder):
        self.folder, self.path, self.manifest = folder, folder / "feed.csv", folder / "feed.json"
        self.write()

    def write(self, rows=ROWS, header=HEADER, raw=None, end="\r\n", **more):
        data = raw if raw is not None else "".join(line + end for line in [header, *rows]).encode()
        (self.folder / "new").write_bytes(data)
        os.replace(self.folder / "new", self.path)
        told = {"sha256": hashlib.sha256(data).hexdigest(), "rows": len(rows), "as_of": utc(), **more}
        if raw is not None and "rows" not in more:
            del told["rows"]
        self.tell({k: v for k, v in told.items() if v is not None})

    def tell(self, manifest):
        (self.folder / "told").write_text(json.dumps(manifest))
        os.replace(self.folder / "told", self.manifest)

    def read(self, *pairs, canary=CANARY, timeout_ms=20000, close_after_ms=0, manifest=True, columns=None, **more):
        settings = {"file": self.path, **(COLUMNS if columns is None else columns), **({"manifest": self.manifest} if manifest else {}), **more}
        return ask("csv", settings, pairs or [("ben", "ledger")], canary, "", timeout_ms, close_after_ms)

    def age(self, seconds):
        at = time.time() - seconds
        os.utime(self.path, (at, at))


def utc(seconds_ago=0):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=seconds_ago)).isoformat(timespec="milliseconds")


@pytest.fixture
def feed(tmp_path):
    return Feed(tmp_path)


def say(answer):
    return answer["outcome"], answer["reason"]


def test_present_and_absent(feed):
    ada, ben, gus, nobody, misspelt = feed.read(("ada", "ledger"), ("ben", "ledger"), ("gus", "ledger"), ("nobody", "ledger"),
                                                ("ada", "ledgr"))
    assert say(ada) == ("present", "Ok") and ada["account"] == "active" and ada["via"] == "direct" and ada["id"] == "2" and ada["raw"]
    assert say(ben) == ("absent", "Ok") and ben["account"] == "active" and ben["complete"] and ben["canary"]
    assert say(gus) == ("present", "Ok") and gus["account"] == "disabled"
    assert say(nobody) == ("absent", "AccountNotListed") and nobody["account"] == "unknown"
    assert say(misspelt) == ("unknown", "EntitlementNotFound") and misspelt["canary"]


def test_every_account_has_a_row(feed):
    nobody, foreign = feed.read(("nobody", "ledger"), ("nób", "ledger"), all_accounts="true")
    assert say(nobody) == ("absent", "AccountMissing") and nobody["account"] == "missing"
    assert say(foreign) == ("unknown", "NameNotComparable")


@pytest.mark.parametrize("canary", [("canary", "gone"), ("nobody", "watch"), ("CANARY", "watch")])
def test_canary_is_gone(feed, canary):
    answer, there = feed.read(("ben", "ledger"), ("ada", "ledger"), canary=canary)
    assert answer["outcome"] == "unknown" and answer["reason"] in ("CanaryMissing", "NameInAnotherCase"), answer
    assert not there["canary"]


def test_an_entitlement_nobody_holds(feed):
    """The last member left: a row of its own, or the manifest, says that it is still one."""
    feed.write([r for r in ROWS if ",ledger," not in r], entitlements=["ledger", 7])
    assert say(*feed.read(("ben", "ledger"))) == ("absent", "Ok")
    feed.write([r for r in ROWS if ",ledger," not in r] + [",ledger,,"])
    assert say(*feed.read(("ben", "ledger"))) == ("absent", "Ok")
    feed.write([r for r in ROWS if ",ledger," not in r])
    assert say(*feed.read(("ben", "ledger"))) == ("unknown", "EntitlementNotFound")


def test_several_in_a_cell_and_other_writings(feed):
    feed.write(raw="\ufeff\"id\";login;role;enabled\n1;canary;\"watch|ledger \";A\n2;\" ada \";ledger|\"\"x;A\n".replace("|\"\"x", "").encode())
    columns = {**COLUMNS, "delimiter": ";", "separator": "|", "active_is": "A"}
    ada, canary = feed.read(("ada", "ledger"), ("canary", "ledger"), columns=columns)
    assert say(ada) == say(canary) == ("present", "Ok") and ada["id"] == "2" and ada["account"] == "active"
    feed.write(raw=b"login\trole\ncanary\t\"wa\r\n\"\"tch\"\n")
    answer, = feed.read(("canary", 'wa\r\n"tch'), canary=("canary", 'wa\r\n"tch'), columns={"account": "login", "entitlement": "role",
                                                                                             "delimiter": "tab"})
    assert say(answer) == ("present", "Ok")


def test_names_in_another_case(feed):
    pairs = [("ADA", "ledger"), ("ada", "LEDGER"), ("BEN", "ledger"), ("ada", "watch")]
    assert [say(a)[1] for a in feed.read(*pairs)] == ["NameInAnotherCase", "EntitlementNotFound", "NameInAnotherCase", "Ok"]
    assert [say(a) for a in feed.read(*pairs, case="ignore")] == [("present", "Ok")] * 2 + [("absent", "Ok")] * 2
    assert [say(a)[0] for a in feed.read(*pairs, case="exact")] == ["absent", "unknown", "absent", "absent"]


def test_one_login_two_people(feed):
    feed.write(ROWS + ["ada,watch,22,true", "ben,watch,3,false"])
    ada, ben, gus = feed.read(("ada", "ledger"), ("ben", "ledger"), ("gus", "watch"))
    assert say(ada) == ("unknown", "AccountAmbiguous") and say(ben) == ("unknown", "SourceContradicts")
    assert say(gus) == ("absent", "Ok") and gus["account"] == "disabled"


def test_a_name_is_held_to_its_id(feed):
    """Whoever has lost his last row is in none by his id either, or under another name; a name that another has now proves nothing."""
    gone = feed.read(("zed", "ledger"), ("zed", "ledger"), pin="7")
    assert {say(a) for a in gone} == {("absent", "AccountNotListed")}
    feed.write([*ROWS, "zoe,ledger,7,true"])
    answer, = feed.read(("zed", "ledger"), pin="7")
    assert say(answer) == ("present", "Ok") and answer["id"] == "7", "renamed, and he holds it still"
    feed.write([*ROWS, "zed,watch,8,true"])
    answer, = feed.read(("zed", "ledger"), pin="7")
    assert answer["account"] == "replaced"
    feed.write([*ROWS, "zed,watch,8,true", "zoe,ledger,7,true"])
    assert [say(a) for a in feed.read(("zed", "ledger"), pin="7")] == [("unknown", "AccountAmbiguous")]
    feed.write([*ROWS, "zoe,ledger,,true"])
    assert [say(a) for a in feed.read(("zed", "ledger"), pin="7")] == [("unknown", "AccountIdHidden")], "it may be his"
    without = {k: v for k, v in COLUMNS.items() if k != "native_id"}
    assert [say(a) for a in feed.read(("zed", "ledger"), pin="7", columns=without)] == [("unknown", "AccountIdHidden")]


def test_the_manifest_names_the_feed(feed):
    """The manifest is what is replaced: each feed has a name of its own and is never touched again."""
    os.rename(feed.path, feed.folder / "feed-7.csv")
    feed.tell({"rows": 5, "file": "feed-7.csv"})
    settings = {"manifest": feed.manifest, **COLUMNS}
    assert say(*ask("csv", settings, [("ben", "ledger")], CANARY)) == ("absent", "Ok")


def test_a_broken_feed_says_where(feed):
    """More of them, and half-written ones, in test/unit/readers/csv_feed_test.c."""
    feed.write(raw=b"login,role,id,enabled\ncanary,watch,1,true\nada,ledger,2\n")
    answers = feed.read(("ben", "ledger"), ("canary", "watch"))
    assert {say(a) for a in answers} == {("unknown", "FeedBroken")} and "line 3: 3 cells, the header has 4" in answers.stderr


def test_renamed_files(feed):
    """Only the operator's word says that it is whole: touched a moment ago is not believed, nor a last line without an end."""
    assert say(*feed.read(manifest=False, renamed="true")) == ("unknown", "ChangedWhileReading")
    feed.age(60)
    answer, = feed.read(manifest=False, renamed="true")
    assert say(answer) == ("absent", "Ok") and abs(time.time() * 1000 - 60000 - answer["as_of_ms"]) < 20000, "its time is the file's"
    feed.path.write_bytes(feed.path.read_bytes()[:-2])
    feed.age(60)
    assert say(*feed.read(manifest=False, renamed="true")) == ("unknown", "FeedIncomplete")


def test_as_of(feed):
    feed.write(as_of=utc(3600))
    answer, = feed.read()
    assert 3_590_000 < time.time() * 1000 - answer["as_of_ms"] < 3_700_000
    feed.age(7200)
    answer, = feed.read()
    assert 7_190_000 < time.time() * 1000 - answer["as_of_ms"] < 7_300_000, "no newer than its file, whatever it says of itself"
    feed.age(90000)
    assert say(*feed.read(max_age="1d")) == ("unknown", "FeedStale")
    assert say(*feed.read(max_age="2d")) == ("absent", "Ok")


def test_a_feed_that_lost_much(feed):
    """Also after a restart: each ask() is another process."""
    many = [f"user{n},watch,{n + 100},true" for n in range(95)]
    state = feed.folder / "state.json"
    feed.write(ROWS + many)
    assert say(*feed.read(state_file=state)) == ("absent", "Ok") and json.loads(state.read_text())["rows"] == 100
    feed.write(ROWS + many[:84])
    answers = feed.read(state_file=state)
    assert say(*answers) == ("unknown", "FeedShrunk") and "89 rows after 100" in answers.stderr
    assert json.loads(state.read_text())["rows"] == 100
    feed.write(ROWS + many[:85])
    assert say(*feed.read(state_file=state)) == ("absent", "Ok") and json.loads(state.read_text())["rows"] == 90
    feed.write(ROWS)
    assert say(*feed.read(state_file=state)) == ("unknown", "FeedShrunk")
    assert say(*feed.read(state_file=state, max_drop="95")) == ("absent", "Ok"), "accepted for once"
    assert say(*feed.read(state_file=state)) == ("absent", "Ok")
    assert say(*feed.read(min_rows="6")) == ("unknown", "FeedShrunk")


def test_a_feed_without_its_canary_is_not_the_next_measure(feed):
    state = feed.folder / "state.json"
    feed.write(ROWS[2:])
    assert feed.read(state_file=state)[0]["outcome"] == "unknown" and not state.exists()
    state.write_text("{")
    feed.write()
    assert say(*feed.read(state_file=state)) == ("unknown", "FeedStateLost")


def test_files_that_are_none(feed):
    os.remove(feed.path)
    assert say(*feed.read()) == ("unknown", "FeedMissing")
    os.mkfifo(feed.path)
    assert say(*feed.read()) == ("unknown", "FeedMissing"), "a pipe would keep the thread for ever"
    os.remove(feed.path)
    os.symlink(feed.folder, feed.path)
    assert say(*feed.read()) == ("unknown", "FeedMissing")
    os.remove(feed.manifest)
    assert say(*feed.read()) == ("unknown", "FeedMissing")


def test_replaced_while_it_is_read(feed):
    """Whatever moment it is, what is said is true of one whole feed or nothing is said."""
    stop = threading.Event()
    with_ben = ROWS + ["ben,ledger,3,true"] + [f"u{n},watch,{n + 9},true" for n in range(1000)]

    def churn():
        while not stop.is_set():
            feed.write(with_ben)
    feed.write(with_ben)
    thread = threading.Thread(target=churn)
    thread.start()
    try:
        answers = [a for _ in range(3) for a in feed.read(*[("ben", "ledger")] * 3)]
    finally:
        stop.set()
        thread.join()
    assert {a["outcome"] for a in answers} <= {"unknown", "present"}, answers
    assert {a["reason"] for a in answers} <= {"Ok", "FeedIncomplete", "ChangedWhileReading"}


def test_a_large_feed_many_reads_and_hostile_names(feed):
    """One pass for all that wait. Names are compared, never interpreted."""
    hostile = ['a"b', "a,b", "a\nb", "=1+1", "a\\b", "' or 1=1", "😀", "a\u2028b"]
    rows = [f"user{n},role{n % 50},{n + 1000},true" for n in range(20000)]
    rows += ['"{}",ledger,{},true'.format(name.replace('"', '""'), n) for n, name in enumerate(hostile)]
    feed.write(ROWS + rows)
    pairs = [(f"user{n}", f"role{n % 50 if n % 2 else n % 50 + 1}") for n in range(0, 600)]
    answers = feed.read(*pairs, *[(name, "ledger") for name in hostile], *[(name, "watch") for name in hostile])
    for (account, role), answer in zip(pairs, answers):
        n = int(account[4:])
        right = ("present", "Ok") if n % 2 else ("unknown", "EntitlementNotFound") if role == "role50" else ("absent", "Ok")
        assert say(answer) == right, (account, role, answer)
    assert {say(a) for a in answers[600:608]} == {("present", "Ok")} and {say(a) for a in answers[608:]} == {("absent", "Ok")}


def test_closed_while_reading_and_out_of_time(feed):
    feed.write(ROWS + [f"user{n},role{n % 50},{n + 1000},true" for n in range(60000)])
    answers = feed.read(*[("ben", "ledger")] * 5, close_after_ms=20)
    assert len(answers) == 5 and {say(a) for a in answers} <= {("unknown", "Closing"), ("absent", "Ok")}
    assert say(*feed.read(timeout_ms=1)) == ("unknown", "Timeout")


@pytest.mark.parametrize("settings, why", [({}, "half-written"), ({"manifest": "/m", "trailer": "END"}, "one of them"),
                                           ({"file": "feed.csv", "renamed": "true"}, "whole path")])
def test_settings(settings, why):
    answers = ask("csv", {"account": "login", "entitlement": "role", **settings}, [("a", "b")], CANARY)
    assert answers.code == 78 and why in answers.stderr
