"""What leaves the database on purpose: people who are erased, and records whose time is over; proofs, checkpoints and exports outlive both."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import pytest

from lib import past, wait, world

ORIGIN = "evidence.example.com/acme"


@pytest.fixture(scope="module")
def site():
    made = world.World()
    made.start_database()
    made.start_directory()
    made.start_jira()
    made.configure()
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", f"{made.folder}/evidence.pem"], check=True)
    made.migrate()
    made.start_service()
    made.register_webhook()
    made.held = closed(made, "okafor", "fin-ledger-admin")
    closed(made, "silva")
    made.open = made.ask_removal(person="novak")
    made.until_phase(made.open, "fulfilling")
    stop(made)
    made.database.psql("set session_replication_role = replica; begin; lock table governance.evidence_head in exclusive mode; "
                       + past.AGED + past.REHASH + "commit", user="postgres")
    assert made.countersign("db", "verify", "--conninfo", made.database.dsn).returncode == 0, "time went by, and nothing else"
    with open(made.config, "a") as file:
        file.write(f'evidence: {{ directory: log, origin: {ORIGIN}, key: "file:{made.folder}/evidence.pem", every: 1s }}\n'
                   "after_close: { watch: false }\n"
                   "retention: { directory: kept, deliveries: 90d, observations: 365d, flows: 365d, decisions: 365d, evidence: 365d }\n")
    made.start_service()
    yield made
    made.close()


def stop(site):
    site.service.stop()
    site.services.pop()


def log(site):
    return pathlib.Path(site.folder) / "log"


def kept(site):
    return pathlib.Path(site.folder) / "kept"


def published(site):
    """Everything there is, and nothing comes any more."""
    def all_of_it():
        size = int((log(site) / "checkpoint").read_text().splitlines()[1])
        return size == int(site.sql("select seq from governance.evidence_head"))
    wait.until(all_of_it, 30, what="all is published")


def as_owner(site, *words, check=True):
    return site.countersign(*words, "--config", site.config, "--conninfo", site.database.dsn, check=check)


def closed(site, person, role="fin-viewer"):
    key = site.ask_removal(person=person, role=role)
    site.until_phase(key, "fulfilling")
    site.has_role(person, role, False)
    site.resolve(key)
    site.until_phase(key, "closed")
    return key


def verified(site, path, *more, ok=True):
    done = site.countersign("evidence", "verify", str(path), "--key", str(log(site) / "verifier"), *more, check=False)
    assert (done.returncode == 0) == ok, done
    return done.stdout + done.stderr


def test_a_person_is_erased_and_every_proof_stays(site, tmp_path):
    key = closed(site, "reyes")
    request = site.request(key)["id"]
    person = site.sql(f"select beneficiary from governance.access_request where id = '{request}'")
    published(site)
    before, withheld, after = tmp_path / "before.json", tmp_path / "withheld.json", tmp_path / "after.json"
    before.write_text(as_owner(site, "evidence", "export", "--request", key, "--log", log(site)).stdout)
    assert "clear texts are what the entries commit to" in verified(site, before)
    assert any(c.get("value") == "reyes" for c in json.loads(before.read_text())["clear"])
    withheld.write_text(site.countersign("evidence", "export", "--request", key, "--log", log(site)).stdout)
    assert "clear text is withheld" in verified(site, withheld) and "reyes" not in withheld.read_text()
    page = (world.ROOT / "deploy" / "privacy-and-retention.md").read_text()
    block = next(part.split("```")[0] for part in page.split("```sh\n")[1:] if "jq" in part)  # as it stands there
    shutil.copy(before, tmp_path / "pack.json")
    shown = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=tmp_path, capture_output=True, text=True)
    assert "commits to reyes" in shown.stdout, shown
    forged = json.loads(before.read_text())
    forged["clear"][-1]["value"] = "another"
    (tmp_path / "forged.json").write_text(json.dumps(forged, separators=(",", ":")))
    assert "than the clear text says" in verified(site, tmp_path / "forged.json", ok=False)

    other = site.ask_removal(person="reyes", role="fin-ledger-admin")  # is open: she is named in it
    site.until_phase(other, "fulfilling")
    still = site.request(other)["id"]
    plan = as_owner(site, "evidence", "erase", person, check=False)
    assert plan.returncode == 2 and f"ticket {other}: the request is open" in plan.stdout and "nothing was changed" in plan.stderr, plan
    assert f"known as     {person}: as you named it" in plan.stdout and "an account of" in plan.stdout, plan.stdout
    word = as_owner(site, "evidence", "erase", "ian", "--yes", "--reason", "case 1", check=False)  # as in "atlassian"
    assert word.returncode == 2 and "nobody is known by that name" in word.stderr and not word.stdout, word
    refused = site.countersign("evidence", "erase", person, "--yes", "--reason", "case 1", check=False)
    assert refused.returncode != 0 and "becoming the owner" in refused.stderr, "the service erases nobody"
    done = as_owner(site, "evidence", "erase", person, "--yes", "--reason", "case 1", "--json", check=False)
    assert done.returncode == 2 and json.loads(done.stdout)["requests"] == 1, done
    assert "reyes" not in site.sql(f"select to_json(r)::text from governance.access_request r where id = '{request}'")
    assert "reyes" in site.sql(f"select to_json(r)::text from governance.access_request r where id = '{still}'")
    published(site)
    after.write_text(as_owner(site, "evidence", "export", "--request", key, "--log", log(site)).stdout)
    said = verified(site, after)
    assert "clear texts are erased" in said and "reyes" not in after.read_text(), said
    assert [e["body"] for e in json.loads(after.read_text())["entries"]] == [e["body"] for e in json.loads(before.read_text())["entries"]]
    verified(site, before)  # what was given away before is still true
    verified(site, log(site))
    export = tmp_path / "all.jsonl"
    export.write_text(site.countersign("evidence", "export").stdout)
    verified(site, export, "--log", str(log(site)))
    assert "reyes" not in export.read_text()
    for login in (["--conninfo", site.database.dsn], []):
        assert site.countersign("db", "verify", *login).returncode == 0
    assert site.sql("select count(*) from governance.evidence_entry where kind = 'person.erased'") == "1"
    site.has_role("reyes", "fin-ledger-admin", False)  # and her open request goes on
    site.resolve(other)
    site.until_phase(other, "closed")


def ids(site):
    """Everything that may be dropped, by its number."""
    return {kind: set(site.sql(f"select coalesce(string_agg({number}::text, ' '), '') from governance.{table}").split()) for kind, table, number in (
        ("deliveries", "webhook_delivery", "id"), ("observations", "observation", "id"), ("flows", "flow", "id"), ("evidence", "evidence_entry", "seq"))}


def written(site):
    """What files on record hold, of each kind."""
    found = {}
    for line in site.sql("select coalesce(string_agg(kind || ' ' || export, E'\\n'), '') from governance.retention").splitlines():
        kind, name = line.split()
        number = "seq" if kind == "evidence" else "id"
        found.setdefault(kind, []).extend(str(json.loads(row)[number]) for row in (kept(site) / name).read_text().splitlines())
    return found


def entries_of(site, *keys):
    return [site.sql("select string_agg(e.seq::text, ' ' order by e.seq) from governance.evidence_entry e join governance.ticket t using (request_id) "
                     f"where t.issue_key = '{key}'") for key in keys]


def test_what_is_over_goes_by_way_of_a_file(site, tmp_path):
    held, open_one = site.held, site.open
    published(site)
    stop(site)
    before, stay = ids(site), entries_of(site, held, open_one)
    plan = as_owner(site, "db", "retain")
    wrong = as_owner(site, "db", "retain", "--portion", "0", check=False)
    assert wrong.returncode == 64 and "--portion is how many records" in wrong.stderr, wrong
    assert "--yes does it" in plan.stderr and "evidence" in plan.stdout and not kept(site).exists() and ids(site) == before
    site.edit_file("countersign.yaml", "evidence: 365d }", f"evidence: 365d, holds: [ {{ name: case 9, tickets: [{held}] }} ] }}")

    refused = site.countersign("db", "retain", "--yes", check=False)
    assert refused.returncode != 0 and "becoming the owner" in refused.stderr, "the service drops nothing"
    retain = ("db", "retain", "--yes", "--portion", "10")  # of few numbers, so that a kill falls between them, too
    command = [site.program, *retain, "--config", site.config, "--conninfo", site.database.dsn]
    another = kept(site) / "{}-{}.jsonl".format(*plan.stdout.split()[:2])
    another.parent.mkdir(mode=0o700)
    another.write_text("records of another database\n")
    told = subprocess.run(command, capture_output=True, text=True)
    assert told.returncode == 65 and f"'{another}' is there and holds other records" in told.stderr and ids(site) == before, told.stderr
    assert another.read_text() == "records of another database\n"
    another.unlink()
    for wait_ms in (5, 20, 30, 40, 50, 60, 80, 100):  # killed at any time: nothing is lost
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(wait_ms / 1000)
        child.send_signal(signal.SIGKILL)
        child.wait()
        now, files = ids(site), written(site)
        for kind in before:
            lost = before[kind] - now[kind] - set(files.get(kind, []))
            assert not lost, (kind, lost)
    done = as_owner(site, *retain)
    assert as_owner(site, *retain).stderr.startswith("0 records"), done
    now, files = ids(site), written(site)
    for kind in before:
        assert now[kind] | set(files.get(kind, [])) >= before[kind] and not now[kind] & set(files.get(kind, [])), kind
        assert len(files.get(kind, [])) == len(set(files.get(kind, []))), "each once"
    assert files["evidence"] and files["deliveries"] and files["observations"], files.keys()
    assert all(len(path.read_text().splitlines()) <= 10 for path in kept(site).glob("*.jsonl")) and len(files["evidence"]) > 10, "in portions"
    assert entries_of(site, held, open_one) == stay, "what is held and what is open is as it was"


def test_all_of_it_verifies_afterwards(site, tmp_path):
    told = site.countersign("db", "verify", "--conninfo", site.database.dsn)
    assert "retained away into the files above" in told.stdout and "retained     evidence evidence-20" in told.stdout and "checkpoints were signed" in told.stdout, told.stdout
    assert site.sql("select count(*) from audit.reconciliation_v1 where difference <> 0") == "0"
    manifests = sorted(kept(site).glob("*.manifest.json"))
    for manifest in manifests:
        assert "records: the files are those of their manifest\nnobody vouches" in site.countersign("evidence", "verify", manifest).stdout
    on_record = set(site.sql("select string_agg(export || ' ' || encode(sha256, 'hex'), E'\\n') from governance.retention").splitlines())
    assert on_record == {f"{m['file']} {m['sha256']}" for m in map(lambda path: json.loads(path.read_text()), manifests)}
    verified(site, log(site))
    export = tmp_path / "all.jsonl"
    export.write_text(site.countersign("evidence", "export").stdout)
    said = verified(site, export, "--log", str(log(site)))
    assert "more were retained away" in said
    assert "more were retained away" in verified(site, export)
    lines = export.read_text().splitlines(True)
    gap = next(i for i, line in enumerate(lines) if '"export"' in line)
    (tmp_path / "cut.jsonl").write_text("".join(lines[:gap] + lines[gap + 1:]))
    assert "missing or out of order" in verified(site, tmp_path / "cut.jsonl", ok=False)
    site.start_service()  # and it goes on
    before = int(site.sql("select seq from governance.evidence_head"))
    site.ask_removal(person="reyes", role="fin-viewer")
    wait.until(lambda: int(site.sql("select max(seq) from governance.evidence_checkpoint")) > before, 20, what="what comes is published")
    verified(site, log(site))

    # each file is one that an entry of the log names, with its hash, whatever manifest and tiles say
    published(site)
    for manifest in manifests:
        assert "says that this file was written" in verified(site, manifest, "--log", str(log(site)))
    for kind in ("evidence", "deliveries"):
        manifest = next(m for m in manifests if m.name.startswith(kind))
        told = json.loads(manifest.read_text())
        made_up, other = tmp_path / "made-up", tmp_path / "log"
        shutil.rmtree(made_up, ignore_errors=True)
        made_up.mkdir()
        lines = (kept(site) / told["file"]).read_text().splitlines(True)[:1]
        shutil.rmtree(other, ignore_errors=True)
        shutil.copytree(log(site), other)
        if kind == "evidence":  # an entry of another time; its hashes are mended, that in the tile, too
            entry = json.loads(lines[0])
            entry["body"] = re.sub('"at":"20..', '"at":"2001', entry["body"])
            entry["hash"] = hashlib.sha256(bytes.fromhex(entry["prev"]) + entry["body"].encode()).hexdigest()
            lines = [json.dumps(entry) + "\n"]
            at = entry["seq"] - 1
            tile = next(path for path in (other / f"tile/0/{at // 256:03d}", *(other / f"tile/0/{at // 256:03d}.p").glob("*")) if path.is_file())
            tiles = [tile, *(other / f"tile/0/{at // 256:03d}.p").glob("*")]
            for tile in tiles:
                hashes = bytearray(tile.read_bytes())
                hashes[at % 256 * 32:at % 256 * 32 + 32] = hashlib.sha256(b"\0" + entry["body"].encode()).digest()
                tile.write_bytes(hashes)
        (made_up / told["file"]).write_text("".join(lines))
        told.update(rows=1, sha256=hashlib.sha256("".join(lines).encode()).hexdigest())
        (made_up / "m.manifest.json").write_text(json.dumps(told, separators=(",", ":")))
        said = verified(site, made_up / "m.manifest.json", "--log", str(other), ok=False)
        assert f"{told['file']} is not in the log: of its " in said, said

    # all requests of all times, those whose entries are in files among them, as the log goes on telling them
    for by in ("requested", "changed"):
        out = tmp_path / by
        site.countersign("evidence", "export", "--from", "2020-01-01", "--to", "2100-01-01", "--by", by, "--out", out)
        rows = [json.loads(line) for line in (out / "population.jsonl").read_text().splitlines()]
        assert len(rows) == int(site.sql("select count(*) from governance.access_request")) and any(r["first_entry"] is None for r in rows)
        wait.until(lambda: (log(site) / "checkpoint").read_text().splitlines()[1] == site.sql("select seq from governance.evidence_head"), 20, what="it is published")
        assert f"{len(rows)} requests: the files" in verified(site, out, "--log", str(log(site)))

    gone = as_owner(site, "evidence", "export", "--request", site.sql(
        "select r.id from governance.access_request r where not exists (select from governance.evidence_entry e where e.request_id = r.id) limit 1"),
        "--log", log(site), check=False)
    assert gone.returncode != 0 and "retained away" in gone.stderr

    evidence = next(m for m in manifests if m.name.startswith("evidence"))
    file = evidence.parent / json.loads(evidence.read_text())["file"]
    whole = file.read_text()
    file.write_text(whole.replace('request.moved', 'request.shoved', 1))
    assert "its text was changed" in verified(site, evidence, "--log", str(log(site)), ok=False)
    file.write_text("".join(whole.splitlines(True)[:-1]))
    assert "is not what was written" in verified(site, evidence, "--log", str(log(site)), ok=False)
    file.write_text(whole)
    assert os.stat(kept(site)).st_mode & 0o077 == 0


def test_a_log_is_not_written_anew_without_what_was_retained_away(site):
    """Its folder is the only place with all entries: where it is lost nothing is signed, and nobody calls it a fork."""
    stop(site)
    shutil.move(log(site), f"{log(site)}.backup")
    site.start_service()
    ready = lambda: json.loads(world.http("GET", f"http://127.0.0.1:{site.ops_port}/readyz")[1])["evidence"]  # noqa: E731
    wait.until(lambda: "put its files back from their backup" in ready(), 20, what="it is told")
    assert not (log(site) / "checkpoint").exists() and site.sql("select count(*) from governance.evidence_fork") == "0"
    stop(site)
    shutil.rmtree(log(site), ignore_errors=True)
    shutil.move(f"{log(site)}.backup", log(site))
    site.start_service()
    site.ask_removal(person="okafor", role="fin-viewer")
    wait.until(lambda: ready().endswith("entries published"), 20, what="it goes on")
    verified(site, log(site))


def test_who_makes_room_for_a_lie_is_told(site):
    unguarded = "set session_replication_role = replica; "
    first, run = site.sql("select first || ' ' || to_json(r)::text from governance.retention_run r order by first limit 1").split(" ", 1)
    verify = lambda: site.countersign("db", "verify", "--conninfo", site.database.dsn, check=False)  # noqa: E731
    site.database.psql(unguarded + f"update governance.retention_run set last = last + 1 where first = {first}", user="postgres")
    told = verify()
    assert told.returncode == 1 and "are not what the evidence says" in told.stdout, told.stdout
    site.database.psql(unguarded + f"update governance.retention_run set last = last - 1 where first = {first}", user="postgres")
    assert verify().returncode == 0
    site.forged.append('"broken_at":[1-9]')
    site.database.psql(unguarded + f"delete from governance.retention_run where first = {first}", user="postgres")
    told = verify()
    assert told.returncode == 1 and "missing or out of order" in told.stdout, (run, told.stdout)
