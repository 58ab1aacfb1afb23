"""What is exported for auditors is all of it: requests of a time, as the entries tell them and held to the published log by whoever has that
alone; the chain, to its end."""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess

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
        done = site.countersign("evidence", "export", "--from", since, "--to", "2100-01-01", "--out", tmp_path / name, *more, check=False)
        assert done.returncode == (1 if "are there, and the log tells of" in done.stderr else 0), done
        wait.until(lambda: size(site) == head(site), 20, what="all is published")
        rows = {r["request_id"]: r for r in map(json.loads, (tmp_path / name / "population.jsonl").read_text().splitlines())}
        return rows, done.stderr, verify(tmp_path / name, "--log", log, "--key", key)

    busy = "select count(*) from governance.access_request r where r.phase <> 'fulfilling' or exists (select from governance.flow f where f.request_id = r.id and f.ended_at is null)"
    wait.until(lambda: site.sql(busy) == "0", 60, what="each has its ticket, and nothing more is done")
    before, said, verified = exported("before")
    assert verified[0] == 0 and "are there, and the log tells of" not in said, (verified, said)
    assert {(r["sources"], r["entitlements"]) for r in before.values()} == {("sap-fin", "fin-viewer")}
    assert (tmp_path / "before" / "population.csv").read_text().splitlines()[0].endswith(",sources,entitlements")
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
    frozen = [rows[gone][member] for member in ("is_privileged", "lifecycle", "subject_kind")]
    assert frozen == [before[gone][member] for member in ("is_privileged", "lifecycle", "subject_kind")], "its stratum is what the approval froze"
    # whoever says nothing of it takes it out of its stratum
    superuser("alter view audit.population_v1 rename to population_kept; create view audit.population_v1 as select request_id, ticket, site, change_kind, lifecycle, "
              f"subject_kind, case when request_id <> '{gone}' then is_privileged end as is_privileged, cause, phase, outcome, requested_at, approved_at, claimed_at, "
              "verified_at, closed_at, first_entry, last_entry, sources, entitlements from audit.population_kept; grant select on audit.population_v1 to countersign_service, countersign_auditor")
    _, _, verified = exported("unsaid")
    assert verified[0] == 1 and f"request {gone} is not as its entries tell it: of is_privileged nothing is said, and it was approved as false" in verified[1], verified
    superuser("drop view audit.population_v1; alter view audit.population_kept rename to population_v1")
    assert "requests received: " in said and "requests in cancelled: 1 are there, and the log tells of 0" in said, said
    told = json.loads((tmp_path / "edited" / "manifest.json").read_text())["about"]["reconciliation"]
    assert [c["difference"] for c in told if c["what"] == "requests received"] == [-1]
    site.service.stop()
    site.services.pop()
    # the entries, too: of one all of them, of another what one says
    away = lambda name: site.countersign("evidence", "export", "--from", since, "--to", "2100-01-01", "--out", tmp_path / name, check=False)  # noqa: E731
    restored = "insert into governance.evidence_entry select * from public.kept_entries k where not exists (select from governance.evidence_entry e where e.seq = k.seq); "
    superuser(f"create table public.kept_entries as select * from governance.evidence_entry where request_id in ('{gone}', '{taken}'); "
              f"delete from governance.evidence_entry where request_id = '{gone}'")
    away("lost")
    superuser(restored + f"update governance.access_request set is_privileged = not is_privileged where id = '{taken}'")  # another stratum
    away("stratum")
    superuser(f"update governance.access_request set is_privileged = not is_privileged where id = '{taken}'; "
              f"update governance.request_item set entitlement = 'fin-other' where request_id = '{taken}'")
    away("about")
    superuser(f"update governance.request_item set entitlement = 'fin-viewer' where request_id = '{taken}'; "
              f"update governance.evidence_entry set body = replace(body, '\"to\":\"{before[taken]['phase']}\"', '\"to\":\"cancelled\"') where request_id = '{taken}'")
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
    code, said, _ = verify(tmp_path / "stratum", "--log", log, "--key", key)
    assert code == 1 and f"request {taken} is not as its entries tell it: is_privileged is true, and it was approved as false" in said, said
    code, said, _ = verify(tmp_path / "about", "--log", log, "--key", key)
    assert code == 1 and f"request {taken} is not as its entries tell it: its entitlements are other ones than those whose hashes they say" in said, said
    assert verify(tmp_path / "lost")[0] == 0, "alone it is whole: nobody vouches for it"
    # a table that says something else than the lines, with a manifest that fits
    table, manifest = tmp_path / "before" / "population.csv", tmp_path / "before" / "manifest.json"
    was = hashlib.sha256(table.read_bytes()).hexdigest()
    table.write_bytes(table.read_bytes().replace(b"fulfilling", b"cancelled ", 1))
    manifest.write_text(manifest.read_text().replace(was, hashlib.sha256(table.read_bytes()).hexdigest()))
    assert verify(tmp_path / "before")[:2] == (1, "population.csv does not say the same as population.jsonl")
    lines, was = tmp_path / "lost" / "population.jsonl", hashlib.sha256((tmp_path / "lost" / "population.jsonl").read_bytes()).hexdigest()
    lines.write_bytes(lines.read_bytes().replace(b"{", b"{" + b" " * 70000, 1))
    manifest = tmp_path / "lost" / "manifest.json"
    manifest.write_text(manifest.read_text().replace(was, hashlib.sha256(lines.read_bytes()).hexdigest()))
    assert verify(tmp_path / "lost")[:2] == (1, "line 1 of population.jsonl is too long")


def test_a_population_of_fewer_entries_than_there_were_is_not_all(site, tmp_path):
    """Who makes the manifest says how far the log went; what came behind that is told, and what was there is missed."""
    out, manifest = tmp_path / "out", tmp_path / "out" / "manifest.json"
    named = (out, "--log", folder(site), "--key", folder(site) / "verifier")
    site.countersign("evidence", "export", "--from", "2020-01-01", "--to", "2100-01-01", "--out", out)
    wait.until(lambda: size(site) == head(site), 20, what="all is published")
    made = json.loads(manifest.read_text())["about"]
    code, said, _ = verify(*named)
    assert code == 0 and f"they are those of {made['since']} to {made['until']} as they stood at {made['made_at']}" in said and "more requests" not in said, said
    # in the folder of a log it hides none, and a log in its folder does not hide it
    both = tmp_path / "both"
    shutil.copytree(folder(site), both)
    shutil.copy(manifest, both)
    code, said, stderr = verify(both, "--key", both / "verifier")
    assert code == 64 and said == "" and "a log lies in it as well as a manifest.json" in stderr, (code, said, stderr)
    body = {"kind": "removal", "beneficiary": "later", "source": "sap-fin", "entitlement": "fin-viewer", "requester": "hr-system"}
    later = site.api("POST", "/v1/access-requests", body, "population-later")[1]
    entry = site.sql("select seq from governance.evidence_entry where kind = 'request.received' order by seq desc limit 1")
    wait.until(lambda: size(site) >= int(entry), 20, what="it is published")
    code, said, _ = verify(*named)
    assert code == 0 and f"1 more requests of that time came to the log since, the first by entry {entry}" in said, (said, later)
    assert json.loads(verify(*named, "--json")[1])["later"] == 1
    # made at another moment, says the manifest now, and still with so many entries: on record, as a superuser can
    honest, hour = manifest.read_text(), f"governance.utc((body::jsonb->>'at')::timestamptz + interval '1 hour 100 ms') from governance.evidence_entry where seq = {entry}"
    counted = f"entry {made['evidence']['entries'] + 1} was there for more than an hour"
    for at, why in (("2099-01-01T00:00:00.000000Z", "more than an hour away from that"), ("2020-01-01T00:00:00.000000Z", "more than an hour away from that"),
                    (site.sql(f"select {hour}"), counted)):
        manifest.write_text(honest.replace(made["made_at"], at).replace('"difference":0', '"difference":3', 1))
        sha256 = hashlib.sha256(manifest.read_bytes()).hexdigest()
        site.database.psql(f"select governance.evidence_exported('{made['since']}', '{made['until']}', 7, '{sha256}')", user="postgres")
        wait.until(lambda: size(site) == head(site), 20, what="all is published")
        code, said, _ = verify(*named)
        assert code == 1 and f"made at {at}" in said.replace(", at ", " at ") and why in said, said
    assert "1 counts of the database were not what the log told when it was made" in verify(out)[1]


def test_an_export_that_was_cut_does_not_pass_for_all_of_it(site, tmp_path):
    lines = site.countersign("evidence", "export").stdout.splitlines(True)
    end, path = json.loads(lines[-1]), tmp_path / "export"
    assert end["end"] == len(lines) - 1 == json.loads(lines[-2])["seq"] and end["hash"] == json.loads(lines[-2])["hash"]
    assert end["checkpoint"].startswith("evidence.example.com/acme\n")

    def said(cut, *more):
        path.write_text("".join(cut))
        code, text, _ = verify(path, *more)
        return code, text
    code, text = said(lines)
    assert code == 0 and text.startswith(f"{len(lines) - 1} entries verify; head ") and "where it ends" not in text, text
    assert json.loads(said(lines, "--json")[1])["complete"]
    for cut in (lines[:-1], lines[:5], lines[:1]):
        code, text = said(cut)
        assert code == 0 and f"{len(cut)} entries verify" in text and "it does not say where it ends" in text, text
        assert not json.loads(said(cut, "--json")[1])["complete"]
    for cut, why in (([], "there is nothing in it"), (lines[:7] + lines[-1:], "line 8: it is of more entries than stand before it: some were cut off"),
                     (lines + lines[-1:], f"line {len(lines) + 1}: it stands behind the end of the export"),
                     ([*lines[:-1], lines[-1].replace(end["hash"], "00" * 32)], f"line {len(lines)}: it is the end of another export"),
                     ([lines[0][:-1]] + ["x" * 300000], "line 1: it is too long")):
        code, text = said(cut)
        assert code == 1 and text.startswith(why), (why, text)


def test_an_older_export_is_told_from_one_that_was_cut(site, tmp_path):
    """The log has grown since, and what was signed then is what the export begins with."""
    path, log = tmp_path / "export", folder(site)
    wait.until(lambda: size(site) == head(site), 20, what="all is published")
    lines = site.countersign("evidence", "export").stdout.splitlines(True)
    end = json.loads(lines[-1])

    def said(cut):
        path.write_text("".join(cut))
        return verify(path, "--log", log)[:2]
    assert said(lines)[0] == 0
    body = {"kind": "removal", "beneficiary": "later", "source": "sap-fin", "entitlement": "fin-viewer", "requester": "hr-system"}
    assert site.api("POST", "/v1/access-requests", body, "later")[0] == 201
    wait.until(lambda: size(site) > end["end"], 20, what="more is published")
    code, text = said(lines)
    assert code == 1 and text.startswith(f"it ends with entry {end['end']}, as it says itself") and "it is older than the log" in text, text
    before = json.loads(lines[-3])
    forged = {"end": before["seq"], "hash": before["hash"], "checkpoint": end["checkpoint"]}  # more was signed than is there
    for cut in (lines[:-1], [*lines[:-2], json.dumps(forged, separators=(",", ":")) + "\n"],
                [*lines[:-1], lines[-1].replace(json.dumps(end["checkpoint"], ensure_ascii=False), '""')]):
        code, text = said(cut)
        assert code == 1 and "the end was cut off" in text and "older" not in text, text


def test_a_line_without_an_end_takes_no_memory(tmp_path):
    path = tmp_path / "endless"
    with open(path, "wb") as file:
        file.write(b'{"seq":1')
        file.truncate(400 * 1024 * 1024)
    limited = f"ulimit -v {300 * 1024}; exec \"$0\" evidence verify \"$1\""
    done = subprocess.run(["sh", "-c", limited, str(world.ROOT / "build" / "countersign"), path], capture_output=True, text=True)
    assert done.returncode == 1 and done.stdout.startswith("line 1: it is too long"), done


def test_what_never_ends_is_no_file(site, tmp_path):
    """A folder from strangers: a pipe that nobody writes to, a way to a device, a line of 400 MB."""
    wait.until(lambda: size(site) == head(site), 20, what="all is published")
    site.countersign("evidence", "export", "--from", "2020-01-01", "--to", "2100-01-01", "--out", tmp_path / "out")
    rows, pipe, anchors = tmp_path / "out" / "population.jsonl", tmp_path / "pipe", tmp_path / "anchors"
    os.mkfifo(pipe)

    def said(*more):
        limited = "ulimit -v $((300 * 1024)); exec timeout 20 \"$0\" evidence verify \"$@\""
        done = subprocess.run(["sh", "-c", limited, world.ROOT / "build" / "countersign", *more], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr
    for link in (pipe, "/dev/zero"):
        rows.unlink()
        rows.symlink_to(link)
        code, text = said(tmp_path / "out")
        assert code == 1 and "population.jsonl is missing, or is no file" in text, (code, text)
        anchors.symlink_to(link)
        code, text = said(folder(site), "--anchors", anchors)
        assert code == 65 and "is neither file nor directory" in text, (code, text)
        anchors.unlink()
    # who may only add to the anchors hides none that come behind what he adds
    left = (pathlib.Path(site.folder) / "anchors").read_text()
    first = left.index("\n" + left.split("\n")[0] + "\n") + 1
    ours = f"{left.count(left.split(chr(10))[0] + chr(10))} checkpoints that were left elsewhere are of these entries"
    for added in ("x" * 9000 + "\n", "x" * 4096 + "\n", "x" * 4095 + "\n", "\0" * 5000 + "\n"):
        anchors.write_text(left[:first] + added + left[first:] + "x" * 5000)
        code, text = said(folder(site), "--anchors", anchors)
        assert code == 0 and ours in text, (code, text, ours)
    with open(anchors, "a") as file:
        file.truncate(400 * 1024 * 1024)
    code, text = said(folder(site), "--anchors", anchors)
    assert code == 0 and ours in text, (code, text)


@pytest.mark.parametrize("named, why", [
    (["LOG", "--key", "NONE"], "cannot open"), (["EXPORT", "--key", "NONE"], "cannot open"), (["EXPORT", "--key", "OTHER"], "/other: it is not the key of a log"),
    (["EXPORT", "--log", "NONE"], "there is no directory"), (["EXPORT", "--log", "OTHER"], "there is no directory"),
    (["LOG", "--anchors", "NONE"], "there is no"), (["LOG", "--anchors", "OTHER", "--tsa", "NONE"], "cannot open"),
    (["LOG", "--anchors", "OTHER", "--tsa", "OTHER"], "no certificate"), (["NONE"], "cannot open")], ids=lambda x: " ".join(x) if isinstance(x, list) else "")
def test_what_cannot_be_read_is_no_verdict(site, tmp_path, named, why):
    """Nothing was verified: not as when something does not verify."""
    (tmp_path / "other").write_text("whatever\n")
    (tmp_path / "export").write_text("{}\n")
    files = {"LOG": folder(site), "NONE": tmp_path / "none", "OTHER": tmp_path / "other", "EXPORT": tmp_path / "export"}
    code, said, why_not = verify(*(files.get(word, word) for word in named))
    assert code == 65 and said == "" and why in why_not, (code, said, why_not)


def test_what_a_pack_says_of_itself_is_not_said_by_the_verifier(site, tmp_path):
    """A ticket's key is in no entry, so whoever hands over a pack writes what he likes there."""
    wait.until(lambda: size(site) == head(site), 20, what="all is published")
    request = site.sql("select id from governance.access_request order by id limit 1")
    pack, path = json.loads(site.countersign("evidence", "export", "--request", request, "--log", folder(site)).stdout), tmp_path / "pack"
    pack["ticket"] += ": entries have it\n999 entries verify; root 00, signed by us\x1b[8m\u202e"
    path.write_text(json.dumps(pack, separators=(",", ":")))
    said = verify(path, "--key", folder(site) / "verifier")[1]
    assert "?999 entries verify" in said and not any(line.startswith("999") for line in said.splitlines()), said
    assert "\x1b" not in said and "\u202e" not in said, said


def test_an_auditor_needs_nobody_and_leaves_a_record(site, tmp_path):
    """All that is exported, and `db verify`, as the role that may only read; of several tickets of one key each is named."""
    site.database.psql("create role firm login in role countersign_auditor", user="postgres")
    own = lambda *more, check=True: site.countersign(*more, "--conninfo", site.database.dsn_as("firm"), check=check)  # noqa: E731
    one, other = site.sql("select id from governance.access_request order by id limit 2").split()
    key = site.sql(f"select issue_key from governance.ticket where request_id = '{one}'")
    wait.until(lambda: size(site) == head(site), 20, what="all is published")
    assert own("evidence", "export", "--request", key, "--log", folder(site), "--html", tmp_path / "page.html").stderr.count("on record") == 0
    assert "on record" not in own("evidence", "export", "--from", "2020-01-01", "--to", "2100-01-01", "--out", tmp_path / "firm").stderr
    assert "on record" not in own("evidence", "export", "--format", "ocsf", "--to", "2100-01-01").stderr
    for more in (("--request", one, "--log", folder(site)), ("--from", "2020-01-01", "--to", "2100-01-01", "--out", tmp_path / "unrecorded"), ("--format", "ocsf")):
        done = site.countersign("evidence", "export", *more, "--conninfo", site.database.dsn_as("firm") + " target_session_attrs=any options='-c default_transaction_read_only=on'", check=False)
        assert done.returncode == 2 and "on record" in done.stderr and "exported" in done.stderr, (more, done.stderr)  # whole, and a script sees it
    assert verify(tmp_path / "unrecorded")[0] == 0
    count = "select count(*) from governance.evidence_export where format = 'ocsf' and exported_by = 'firm' and until is not null"
    assert site.sql(count) == "1" and own("evidence", "export", "--format", "ocsf", "--without-names").returncode == 0 and site.sql(count) == "1"
    assert site.sql("select exported_by from governance.evidence_export order by id desc limit 1 offset 1") == "firm"
    assert "database user firm as auditor" in site.sql(f"select string_agg(viewer || ' as ' || role, ' ') from governance.evidence_view where request_id = '{one}'")
    done = own("db", "verify", check=False)
    assert done.returncode == 0 and "refused" not in done.stderr, (done.stdout, done.stderr)
    site.service.stop()  # it would call the ticket by its name again
    site.services.pop()
    site.forged.append(f"ticket of request {other} is another one")
    site.database.psql(UNGUARDED + "insert into governance.site select (jsonb_populate_record(t, '{\"name\": \"beta\", \"url\": \"https://beta.example\"}')).* "
                       f"from governance.site t limit 1; update governance.ticket set site = 'beta', issue_key = '{key}' where request_id = '{other}'", user="postgres")
    several = own("evidence", "export", "--request", key, "--log", folder(site), check=False)
    assert several.returncode == 64 and several.stdout == "" and f"name one of acme/{key}, beta/{key}" in several.stderr, several
    assert json.loads(own("evidence", "export", "--request", f"beta/{key}", "--log", folder(site)).stdout)["request"] == other
    assert own("evidence", "export", "--request", f"gamma/{key}", "--log", folder(site), check=False).returncode == 65
