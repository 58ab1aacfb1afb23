"""All requests of a time, for samples: as the entries tell them, and held to the published log by whoever has that alone."""
import json

import pytest

from lib import wait, world
from test_evidence_log import evidence, folder, genpkey, head, size, verify

UNGUARDED = "set session_replication_role = replica; "  # no trigger of ours runs


@pytest.fixture(scope="module")
def site():
    made = world.World()
    made.start_database()
    made.start_directory()
    made.start_jira()
    made.configure()
    genpkey(f"{made.folder}/evidence.pem")
    with open(made.config, "a") as file:
        file.write(evidence(made, "300ms"))
    made.migrate()
    made.start_service()
    made.register_webhook()
    for number in range(6):
        body = {"kind": "removal", "beneficiary": f"person{number}", "source": "sap-fin", "entitlement": "fin-viewer", "requester": "hr-system"}
        assert made.api("POST", "/v1/access-requests", body, f"population-{number}")[0] == 201
    yield made
    made.close()


def test_a_population_is_what_the_log_tells(site, tmp_path):
    """Made of the entries, whatever the tables say; and who takes it elsewhere is found out by the log."""
    key, log, since = folder(site) / "verifier", folder(site), "2020-01-01"
    forged, gone, taken = site.sql("select id from governance.access_request order by id limit 3").split()
    superuser = lambda sql: site.database.psql(UNGUARDED + sql, user="postgres")  # noqa: E731

    def exported(name, *more):
        done = site.countersign("evidence", "export", "--from", since, "--to", "2100-01-01", "--out", tmp_path / name, *more)
        wait.until(lambda: size(site) == head(site), 20, what="all is published")
        rows = {r["request_id"]: r for r in map(json.loads, (tmp_path / name / "population.jsonl").read_text().splitlines())}
        return rows, done.stderr, verify(tmp_path / name, "--log", log, "--key", key)

    wait.until(lambda: site.sql("select count(*) from governance.flow where state not in ('done', 'moot', 'parked')") == "0", 60, what="each has its ticket")
    before, said, verified = exported("before")
    assert verified[0] == 0 and "are there, and the log tells of" not in said, (verified, said)
    changed, _, verified = exported("changed", "--by", "changed")
    assert verified[0] == 0 and set(changed) == set(before) and json.loads((tmp_path / "changed" / "manifest.json").read_text())["by"] == "changed"
    site.service.stop()
    site.services.pop()
    kept = f"create table public.kept_{{0}} as select * from governance.{{0}} where {{1}} = '{gone}'; delete from governance.{{0}} where {{1}} = '{gone}'; "
    tables = (("sla_clock", "request_id"), ("request_item", "request_id"), ("flow", "request_id"), ("access_request", "id"))
    superuser(f"create table public.kept as select * from governance.access_request where id = '{forged}'; "
              f"update governance.access_request set phase = 'cancelled' where id = '{forged}'; " + "".join(kept.format(*t) for t in tables))
    site.start_service()
    rows, said, verified = exported("edited")
    assert verified[0] == 0 and rows[forged]["phase"] == before[forged]["phase"] != "cancelled" and rows[gone]["phase"] == before[gone]["phase"], verified
    assert "requests received: " in said and "requests in cancelled: 1 are there, and the log tells of 0" in said, said
    told = json.loads((tmp_path / "edited" / "manifest.json").read_text())["about"]["reconciliation"]
    assert [c["difference"] for c in told if c["what"] == "requests received"] == [-1]
    site.service.stop()
    site.services.pop()
    # the entries, too: of one all of them, of another what one says
    away = lambda name: site.countersign("evidence", "export", "--from", since, "--to", "2100-01-01", "--out", tmp_path / name)  # noqa: E731
    restored = "insert into governance.evidence_entry select * from public.kept_entries k where not exists (select from governance.evidence_entry e where e.seq = k.seq); "
    superuser(f"create table public.kept_entries as select * from governance.evidence_entry where request_id in ('{gone}', '{taken}'); "
              f"delete from governance.evidence_entry where request_id = '{gone}'")
    away("lost")
    superuser(restored + f"update governance.evidence_entry set body = replace(body, '\"to\":\"{before[taken]['phase']}\"', '\"to\":\"cancelled\"') where request_id = '{taken}'")
    away("told-otherwise")
    superuser("update governance.evidence_entry e set body = k.body from public.kept_entries k where k.seq = e.seq; "
              "update governance.access_request r set phase = k.phase from public.kept k where k.id = r.id; "
              + "".join(f"insert into governance.{t} overriding system value select * from public.kept_{t}; " for t, _ in reversed(tables)) + "drop table "
              + ", ".join(f"public.kept_{t}" for t in ("entries", *(t for t, _ in tables))) + ", public.kept")
    site.start_service()
    wait.until(lambda: size(site) == head(site), 20, what="all is published")
    first = before[gone]["first_entry"]
    code, said, _ = verify(tmp_path / "lost", "--log", log, "--key", key)
    assert code == 1 and f"request {gone} is of the period, and not in the population: see entry {first} of the log; 1 requests are missing" in said, said
    code, said, _ = verify(tmp_path / "told-otherwise", "--log", log, "--key", key)
    assert code == 1 and f"request {taken} is not as its entries tell it: phase is 'cancelled', and they say '{before[taken]['phase']}'" in said, said
    assert verify(tmp_path / "lost")[0] == 0, "alone it is whole: nobody vouches for it"
