"""Business time: what the core lays out is what the wall clock shows by PostgreSQL's own zones, and both count alike."""
import datetime
import json
import os
import pathlib
import random
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("COUNTERSIGN", str(ROOT / "build" / "countersign"))
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "America/Santiago", "Europe/Dublin",
         "Asia/Kathmandu", "Africa/Casablanca", "Antarctica/Troll", "America/Nuuk", "Asia/Tehran", "Pacific/Chatham", "Africa/Cairo"]
HOURS = {"sun": ["00:30-03:15", "22:00-24:00"], "mon-wed": ["00:00-24:00"], "thu": ["08:00-12:00", "13:00-17:30"], "sat": "01:59-02:01"}
HOLIDAYS = ["12-25", "2026-03-02", "02-29"]


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    file = tmp_path_factory.mktemp("sla") / "countersign.yaml"
    calendars = [{"name": f"c{n}", "zone": zone, "hours": HOURS, "holidays": HOLIDAYS} for n, zone in enumerate(ZONES)]
    file.write_text((ROOT / "schemas" / "example" / "countersign.yaml").read_text() + "\ncalendars: " + json.dumps(calendars) + "\n")
    return file


def says(config, *argv):
    return subprocess.run([PROGRAM, "sla", *argv, "--config", str(config)], capture_output=True, text=True, check=True, timeout=60).stdout.strip()


@pytest.fixture
def laid_out(db, config):
    db.psql("select governance.sla_put($json$" + says(config, "show", "--json") + "$json$::jsonb)")
    return db


def test_open_is_what_the_wall_clock_shows(laid_out):
    """Thousands of instants of each zone, half of them on the days of its changes, to the second: not one is told otherwise."""
    wrong = laid_out.psql("""
        with hours(dow, opens, closes) as (values (7, interval '30 min', interval '3 h 15 min'), (7, interval '22 h', interval '24 h'),
                   (1, interval '0', interval '24 h'), (2, interval '0', interval '24 h'), (3, interval '0', interval '24 h'),
                   (4, interval '8 h', interval '12 h'), (4, interval '13 h', interval '17 h 30 min'), (6, interval '1 h 59 min', interval '2 h 1 min')),
        changes as ( -- days that end with another offset than they began with
            select c.id, c.zone, h from governance.sla_calendar c, generate_series(c.from_at, c.until_at - interval '24 h', interval '24 h') as h
             where ((h + interval '24 h') at time zone c.zone) - (h at time zone c.zone) <> interval '24 h'),
        asked as (
            select id, zone, h + interval '1 s' * (n * 7919 % 86400) as at from changes, generate_series(1, 150) as n
            union all
            select c.id, c.zone, c.from_at + interval '1 s' * ((n * 104729::bigint * 6007) % extract(epoch from c.until_at - c.from_at)::bigint)::float8
              from governance.sla_calendar c, generate_series(1, 2000) as n),
        told as (
            select a.*, exists (select from hours x where x.dow = extract(isodow from w.wall) and w.wall - date_trunc('day', w.wall) >= x.opens
                                   and w.wall - date_trunc('day', w.wall) < x.closes)
                        and not (to_char(w.wall, 'MM-DD') in ('12-25', '02-29') or to_char(w.wall, 'YYYY-MM-DD') = '2026-03-02') as by_wall,
                   coalesce((select s.closes_at > a.at from governance.sla_span s where s.calendar_id = a.id and s.opens_at <= a.at
                              order by s.opens_at desc limit 1), false) as by_core
              from asked a cross join lateral (select a.at at time zone a.zone as wall) w)
        select count(*) > 50000, count(*) filter (where by_wall), string_agg(zone || ' ' || at, ', ') filter (where by_wall <> by_core) from told""")
    many, opened, told = wrong.split("|")
    assert many == "t" and int(opened) > 10000 and told == "", told[:500]


def stamp(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def test_the_core_and_the_database_count_alike(laid_out, config):
    rng = random.Random(7)
    asked = [(n % len(ZONES), at, at + rng.randrange(40 * 86400), rng.randrange(1, 9000))
             for n, at in enumerate(1767225600 + rng.randrange(2 * 365 * 86400) for _ in range(42))]
    core = [says(config, "due", "--calendar", f"c{c}", "--from", stamp(at), "--goal", f"{goal}m") + "|"
            + says(config, "between", "--calendar", f"c{c}", "--from", stamp(at), "--to", stamp(to)) for c, at, to, goal in asked]
    rows = ", ".join(f"({n}, 'c{c}', to_timestamp({at}), to_timestamp({to}), interval '{goal} min')" for n, (c, at, to, goal) in enumerate(asked))
    ours = laid_out.psql(f"""
        select to_char(governance.counted_on(c.id, x.at, x.goal) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
               extract(epoch from governance.counted(c.id, x.at, x.until))::bigint
          from (values {rows}) as x(n, name, at, until, goal) join governance.sla_calendar c using (name) order by x.n""")
    assert core == ours.split("\n")
