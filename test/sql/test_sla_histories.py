"""I11: a clock runs from the first request to proof, and nothing but a recorded pause holds it. Histories by chance, each counted again here
from the evidence alone, by Python's own time zones: the same to the microsecond. And bugs planted in the counting: each is caught."""
import datetime
import json
import random
import re
import zoneinfo

import pytest

from lib import pg

QUARTER = 15 * 60 * 1000000
ZONES = {"berlin": "Europe/Berlin", "york": "America/New_York", "howe": "Australia/Lord_Howe", "always": "UTC"}
HOURS = {"mon": ["08:00-12:00", "13:00-17:30"], "tue": ["00:00-24:00"], "wed": [], "thu": ["22:15-24:00"], "fri": ["00:00-03:15", "09:00-17:00"],
         "sat": [], "sun": ["00:30-03:45"]}
WEEK = list(HOURS)
ALWAYS = dict.fromkeys(WEEK, ["00:00-24:00"])  # whenever this runs: requests are held now, and at night the others have nothing to leave out


def is_open(calendar, us):
    wall = datetime.datetime.fromtimestamp(us // 1000000, datetime.timezone.utc).astimezone(zoneinfo.ZoneInfo(calendar["zone"]))
    shown = f"{wall:%H:%M}"
    return f"{wall:%m-%d}" not in calendar["said"]["holidays"] and any(h[:5] <= shown < h[6:] for h in calendar["said"]["hours"][WEEK[wall.weekday()]])


def open_us(calendar, begin, end):
    """By quarters of an hour, on which all of this opens and closes."""
    total, at = 0, begin - begin % QUARTER
    while at < end:
        if is_open(calendar, at):
            total += min(at + QUARTER, end) - max(at, begin)
        at += QUARTER
    return total


def said(name):
    """A calendar as the program would lay it out, made here by asking the wall clock."""
    calendar = {"zone": ZONES[name], "said": {"hours": ALWAYS if name == "always" else HOURS, "holidays": ["11-11"]}}
    now = int(datetime.datetime.now(datetime.timezone.utc).timestamp())
    begin, spans = now - now % 900 - 70 * 86400, []
    for at in range(begin, now + 3 * 86400, 900):
        if not is_open(calendar, at * 1000000):
            continue
        if spans and spans[-1][1] == at:
            spans[-1][1] = at + 900
        else:
            spans.append([at, at + 900])
    return {"sha256": (name.encode().hex() + "0" * 64)[:64],
            "calendar": {"name": name, **calendar, "from_s": begin, "until_s": now + 3 * 86400, "spans": spans}}


def registered(db):
    calendars = [said(name) for name in ZONES]
    policies = [{"name": c["calendar"]["name"], "sha256": "p-" + c["calendar"]["name"], "calendar": c["calendar"]["name"], "calendar_sha256": c["sha256"],
                 "body": {"when": {}, "goals": {"whole": (90 if c["calendar"]["name"] == "always" else 40) * 86400000},
                          "rungs": [{"of": "whole", "percent": 75, "deed": "event"}]}} for c in calendars]
    policies.append({"name": "clock", "sha256": "p", "calendar": "", "calendar_sha256": "",
                     "body": {"when": {}, "goals": {"whole": 90 * 86400000}, "rungs": []}})
    db.psql("select governance.sla_put($json$" + json.dumps({"calendars": calendars, "policies": policies}) + "$json$::jsonb)")


def lived(db, rng, count):
    """Requests of the last sixty days, held and let go, and ended in one way or another, now."""
    script = ["set role countersign_service;"]
    for _ in range(count):
        ago = rng.randrange(60 * 86400 * 1000)
        more = {"sla_goal_ms": 0, "sla_policy": rng.choice([*ZONES, "clock"])}
        script.append(f"select t.request(more => '{json.dumps(more)}'::jsonb || jsonb_build_object('requested_ms', "
                      f"(extract(epoch from clock_timestamp()) * 1000)::bigint - {ago})) as r \\gset")
        for _ in range(rng.randrange(3)):
            script.append("select governance.pause_begin(:'r', 'ann', 'why', clock_timestamp() + interval '1 day');")
            script.append(f"select pg_sleep({rng.random() / 200});")
            if rng.random() < 0.8:
                script.append("select governance.pause_end(:'r', 'ann');")
            else:
                break
        script.append(rng.choice(["select t.verifying(:'r'); select t.read(t.item(:'r'), 'absent'); select t.move(:'r', 'verified');",
                                  "select t.move(:'r', 'denied');"]))
    db.psql("grant usage on schema public to public; " + "\n".join(script))


def counted_again(db):
    """What of the stored values is not what the evidence says; how many were counted."""
    entries = [json.loads(line) for line in db.psql("select body from governance.evidence_entry order by seq").split("\n")]
    calendars = {e["detail"]["sha256"]: e["detail"] for e in entries if e["kind"] == "sla.calendar"}
    pauses, wrong, counted = {}, [], 0
    for e in entries:
        if e["kind"] == "clock.resumed":
            pauses.setdefault(e["request"], []).append((e["detail"]["from_us"], e["detail"]["ended_us"]))
    stored = {r: [int(n) for n in rest] for r, *rest in (line.split("|") for line in db.psql(
        "select request_id, governance.us(stopped_at), governance.us(paused), coalesce(governance.us(business), -1) from governance.sla_clock").split("\n"))}
    for e in entries:
        clock = e["detail"].get("clock") if e["kind"] == "request.moved" else None
        if not clock:
            continue
        held = pauses.get(e["request"], [])
        business = -1
        if "calendar_sha256" in clock:
            calendar = calendars[clock["calendar_sha256"]]
            business = open_us(calendar, clock["started_us"], clock["stopped_us"]) - sum(open_us(calendar, *p) for p in held)
        again = [clock["stopped_us"], sum(end - begin for begin, end in held), business]
        if stored[e["request"]] != again or (clock["paused_us"], clock.get("business_us", -1)) != (again[1], again[2]):
            wrong.append((clock, stored[e["request"]], again))
        counted += 1
    return wrong, counted


def test_what_is_kept_is_what_the_evidence_says(db):
    registered(db)
    lived(db, random.Random(11), 48)
    wrong, counted = counted_again(db)
    assert counted == 48 and not wrong, wrong[:2]


MUTANTS = {
    "a night counts": ("business_until", "least(p_at, s.closes_at)", "p_at"),
    "what was before is forgotten": ("business_until", "make_interval(secs => s.before_s) +", ""),
    "a pause is not left out": ("clock_follow", " - c.paused_business end", " end"),
    "a pause is added twice": ("pause_follow", "c.paused := c.paused + ", "c.paused := c.paused + c.paused + interval '1 us' + "),
    "a pause is forgotten": ("pause_follow", "c.paused + governance.counted(null, new.from_at, new.ended_at)", "c.paused"),
    "it stops when the session began": ("clock_follow", "then clock_timestamp() end;", "then now() - interval '1 s' end;"),
}


@pytest.mark.parametrize("bug", MUTANTS)
def test_a_planted_bug_is_caught(db, bug):
    """By the guard of the clock, or by whoever counts again."""
    name, right, planted = MUTANTS[bug]
    text = db.psql(f"select pg_get_functiondef(p.oid) from pg_proc p where p.pronamespace = 'governance'::regnamespace and proname = '{name}'")
    assert right in text
    registered(db)
    db.psql(text.replace(right, planted), user="postgres")
    try:
        lived(db, random.Random(6), 12)  # six of them are held by the calendar that is always open
    except pg.SqlError as refused:
        assert re.search("ERROR:  (the clock stops|business time is|a clock is held|its goal has passed)", str(refused)), refused
        return
    assert counted_again(db)[0]
