"""The published log of evidence: verified from its files alone, by our command and without any code of ours, and every way in
which somebody could change what was published."""
import base64
import csv
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess

import jsonschema
import pytest

from lib import formats, wait, world

ORIGIN = "evidence.example.com/acme"


def evidence(site, every="1s"):
    return (f'evidence: {{ directory: log, origin: {ORIGIN}, key: "file:{site.folder}/evidence.pem", every: {every}, '
            "anchor_file: anchors }\n")


def genpkey(path):
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", path], check=True)


@pytest.fixture(scope="module")
def site():
    made = world.World()
    made.start_database()
    made.start_directory()
    made.start_jira()
    made.configure()
    genpkey(f"{made.folder}/evidence.pem")
    with open(made.config, "a") as file:
        file.write(evidence(made))
    made.migrate()
    made.start_service()
    made.register_webhook()
    for number in range(80):  # with their clocks, items and flows some 300 entries: more than one tile
        body = {"kind": "removal", "beneficiary": f"person{number}", "source": "sap-fin", "entitlement": "fin-viewer",
                "requester": "hr-system"}
        assert made.api("POST", "/v1/access-requests", body, f"log-{number}")[0] == 201
    wait.until(lambda: size(made) > 256, 40, what="more than one tile is published")
    yield made
    made.close()


def folder(site):
    return pathlib.Path(site.folder) / "log"


def size(site):
    try:
        return int((folder(site) / "checkpoint").read_text().splitlines()[1])
    except FileNotFoundError:
        return 0


def head(site):
    return int(site.sql("select seq from governance.evidence_head"))


def verify(*arguments, program=None):
    done = subprocess.run([program or os.environ.get("COUNTERSIGN_RELEASE") or str(world.ROOT / "build" / "countersign"), "evidence",
                           "verify", *map(str, arguments)], capture_output=True, text=True)
    return done.returncode, done.stdout.strip(), done.stderr


@pytest.fixture
def copied(site, tmp_path):
    """A copy to spoil, of a moment when nothing is written."""
    wait.until(lambda: shutil.rmtree(tmp_path / "log", True) or shutil.copytree(folder(site), tmp_path / "log")
               and verify(tmp_path / "log")[0] == 0, 20, what="a copy that verifies")
    return tmp_path / "log"


# --- verified ---------------------------------------------------------------------------------------------------------

def merkle(leaves):
    """RFC 6962, section 2.1, as it stands there."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + merkle(leaves[:k]) + merkle(leaves[k:])).digest()


def entries_of(log, count):
    found = []
    for index in range((count + 255) // 256):
        width = min(256, count - 256 * index)
        bundle = (log / f"tile/entries/{index:03d}{'' if width == 256 else f'.p/{width}'}").read_bytes()
        for _ in range(width):
            length = int.from_bytes(bundle[:2], "big")
            found.append(bundle[2:2 + length])
            bundle = bundle[2 + length:]
        assert bundle == b""
    return found


def test_it_verifies_without_our_code(copied, tmp_path):
    """Entries, root and signature by the standards alone: sha256 and openssl."""
    text, signatures = (copied / "checkpoint").read_bytes().split(b"\n\n")
    origin, count, root = text.decode().splitlines()
    assert origin == ORIGIN
    entries = entries_of(copied, int(count))
    assert base64.b64encode(merkle(entries)).decode() == root
    assert [json.loads(e)["seq"] for e in entries] == list(range(1, int(count) + 1))
    name, key_id, key = (copied / "verifier").read_text().strip().split("+", 2)
    public = base64.b64decode(key)[1:]
    signature = base64.b64decode(signatures.decode().split(" ")[2])
    assert name == ORIGIN and signature[:4].hex() == key_id
    (tmp_path / "pub.der").write_bytes(bytes.fromhex("302a300506032b6570032100") + public)
    (tmp_path / "body").write_bytes(text + b"\n")
    (tmp_path / "sig").write_bytes(signature[4:])
    done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", tmp_path / "pub.der", "-rawin", "-in",
                           tmp_path / "body", "-sigfile", tmp_path / "sig"], capture_output=True, text=True)
    assert done.returncode == 0 and "Verified Successfully" in done.stdout


def test_the_page_for_auditors_is_right(copied, tmp_path):
    """Every command of deploy/verify-evidence.md that needs nothing of ours, as it stands there."""
    page = (world.ROOT / "deploy" / "verify-evidence.md").read_text()
    blocks = [part.split("```")[0] for part in page.split("```sh\n")[1:]]
    ours, pack, population, *theirs = [block for block in blocks if "timestamps" not in block]  # e2e/test_evidence_anchors.py
    assert "countersign evidence verify log --key verifier" in ours and "--request" in pack and "--out" in population and len(theirs) == 2
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", "\n".join(theirs)], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0 and "Verified Successfully" in done.stdout and "entry 1 is in the log" in done.stdout, done
    flip(copied / "checkpoint", 3)
    flip(copied / "tile/entries/000", 9)
    for block, good in zip(theirs, ("Verified Successfully", "entry 1 is in the log")):
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=tmp_path, capture_output=True, text=True)
        assert good not in done.stdout, done


def test_it_is_the_chain_of_the_database(site, tmp_path):
    wait.until(lambda: size(site) == head(site), 20, what="all is published")
    code, said, _ = verify(folder(site), "--key", folder(site) / "verifier")
    assert code == 0 and f"signed by {ORIGIN} with key " in said, said
    export = tmp_path / "export.jsonl"
    export.write_text(site.countersign("evidence", "export").stdout)
    assert re.search(r"as [1-9]\d* checkpoints were signed", site.countersign("db", "verify", "--conninfo", site.database.dsn).stdout)
    code, said, _ = verify(export, "--log", folder(site), "--json")
    assert code == 0 and json.loads(said)["ok"], said
    last = json.loads(site.sql("select to_json(c) from governance.evidence_checkpoint c order by seq desc limit 1"))
    assert last["note"] == (folder(site) / "checkpoint").read_text() and last["anchored_to"].endswith("/anchors")
    assert last["note"] in (pathlib.Path(site.folder) / "anchors").read_text()
    ready = json.loads(world.http("GET", f"http://127.0.0.1:{site.ops_port}/readyz")[1])
    assert ready["evidence"].endswith("entries published")
    assert "countersign_evidence_forked 0" in world.http("GET", f"http://127.0.0.1:{site.ops_port}/metrics")[1]


def test_one_request_proves_itself(site, tmp_path):
    """A pack of one request leads each entry to the signed root; nothing of it can be changed, nor anything added."""
    key = site.ask_removal(person="reyes", role="fin-ledger-admin")
    request = site.until_phase(key, "fulfilling")["id"]
    site.resolve(key)
    site.has_role("reyes", "fin-ledger-admin", False)
    site.until_phase(key, "closed")
    pack, log, ours = tmp_path / "pack.json", folder(site), folder(site) / "verifier"
    another = site.sql("select id from governance.access_request where beneficiary = 'person3'")
    for each in (key, another):  # that they are taken is on record, once: from here on nothing is added
        wait.until(lambda: size(site) == head(site), 20, what="all is published")
        site.countersign("evidence", "export", "--request", each, "--log", log)
    wait.until(lambda: size(site) == head(site), 20, what="all is published")
    pack.write_text(site.countersign("evidence", "export", "--request", key, "--log", log).stdout)
    code, said, _ = verify(pack, "--key", ours)
    made = json.loads(pack.read_text())
    assert code == 0 and f"signed by {ORIGIN} with key " in said and made["request"] == request and made["ticket"] == key, said
    assert "as its entries tell it, the request is closed, verified; said to be done 20" in said, said
    moves = [e for e in map(lambda e: json.loads(e["body"]), made["entries"]) if e["kind"] == "request.moved"]
    assert moves[-1]["detail"]["to"] == "closed" and moves[-1]["detail"]["proof"], moves
    again = site.countersign("evidence", "export", "--request", request, "--log", log).stdout
    assert json.loads(again)["entries"][0]["body"] == made["entries"][0]["body"]
    other = json.loads(site.countersign("evidence", "export", "--request", another, "--log", log).stdout)["entries"][0]
    for spoil, why in ((lambda p: p["entries"][1].update(body=p["entries"][1]["body"].replace('"kind":"', '"kind":"x')), "leads to"),
                       (lambda p: p["entries"][0]["proof"].pop(), "leads to"),
                       (lambda p: p["entries"][0].update(seq=p["entries"][0]["seq"] + 1), "leads to"),
                       (lambda p: p["entries"].append(other), "is of another request"),
                       (lambda p: p["entries"].reverse(), "out of order, or twice"),
                       (lambda p: p["entries"].append(p["entries"][-1]), "out of order, or twice"),
                       (lambda p: p["clear"].append({"member": "account", "value": "mallory"}), "a clear text (account) is of no entry"),
                       (lambda p: p["clear"].append({"member": "documents", "salt": "00" * 16, "value": "x"}), "is of no entry"),
                       (lambda p: p["clear"].append({"entry": 1, "erased": True, "member": "x" * 10}), "commits to no xxxxxxxxxx"),
                       (lambda p: p["clear"].append({"entry": 1, "erased": True, "member": "account", "value": "mallory"}), "is none"),
                       (lambda p: p["entries"].clear(), "it holds no entry"),
                       (lambda p: p.update(request=""), "does not say of which request"), (lambda p: p.update(ticket="IAM-9999"), f"calls the ticket {key}, and the pack says IAM-9999"),
                       (lambda p: p["entries"].append({"seq": 1}), "is none"),
                       (lambda p: p.update(checkpoint=p["checkpoint"].replace("\n", "\n9", 1)), "changed or forged")):
        spoiled = json.loads(pack.read_text())
        spoil(spoiled)
        (tmp_path / "spoiled.json").write_text(json.dumps(spoiled, separators=(",", ":")))
        code, said, _ = verify(tmp_path / "spoiled.json", "--key", ours)
        assert code == 1 and why in said, (why, said)
    assert "this does not show that it is all of them" in verify(pack, "--key", ours)[1]
    assert f"its ticket is called {key}, as entry " in verify(pack, "--key", ours)[1]
    assert not json.loads(verify(pack, "--key", ours, "--json")[1])["complete"]
    for cut in (0, 1, -1):  # each entry is proven, and it is not all
        spoiled = json.loads(pack.read_text())
        seq = spoiled["entries"].pop(cut)["seq"]
        (tmp_path / "spoiled.json").write_text(json.dumps(spoiled, separators=(",", ":")))
        assert verify(tmp_path / "spoiled.json", "--key", ours)[0] == 0
        code, said, _ = verify(tmp_path / "spoiled.json", "--key", ours, "--log", log)
        assert code == 1 and f"entry {seq} of the log is of this request, and not in the pack" in said, said
    code, said, _ = verify(pack, "--key", ours, "--log", log)
    assert code == 0 and "it is all that the log had of the request" in said, said
    assert json.loads(verify(pack, "--key", ours, "--log", log, "--json")[1])["complete"]
    clear = tmp_path / "clear.json"
    clear.write_text(site.countersign("evidence", "export", "--conninfo", site.database.dsn, "--request", key, "--log", log).stdout)
    shown = json.loads(clear.read_text())["clear"]
    code, said, _ = verify(clear, "--key", ours, "--log", log)
    assert code == 0 and f"{len([c for c in shown if 'value' in c])} clear texts are what the entries commit to" in said, said
    assert "not proven is the salt of its documents" in said and [c["member"] for c in shown if "entry" not in c] == ["documents"]
    assert verify(pack)[0] == 64  # with what key?
    assert site.countersign("evidence", "export", "--request", "NONE-1", "--log", log, check=False).returncode == 65


def test_all_requests_of_a_time(site, tmp_path):
    """A population is complete, counted twice, and says how it was made; whatever is changed afterwards shows."""
    since, out = "2020-01-01", tmp_path / "population"
    site.countersign("evidence", "export", "--from", since, "--to", "2100-01-01T00:00:00Z", "--out", out)
    manifest = json.loads((out / "manifest.json").read_text())
    rows = [json.loads(line) for line in (out / "population.jsonl").read_text().splitlines()]
    with open(out / "population.csv", newline="") as file:
        table = list(csv.DictReader(file))
    assert len(rows) == len(table) == manifest["about"]["requests"] == int(site.sql("select count(*) from governance.access_request")) >= 80
    assert {r["request_id"] for r in rows} == {r["request_id"] for r in table}
    assert "audit.population_v1" in manifest["sql"] and manifest["from"] == since and manifest["about"]["evidence"]["entries"] > 300
    assert (manifest["about"]["since"], manifest["about"]["zone"]) == ("2020-01-01T00:00:00.000000Z", "UTC"), "a date is of a zone"
    assert set(rows[0]) == set(table[0]) and rows[0]["first_entry"] < rows[0]["last_entry"]
    code, said, _ = verify(out)
    assert code == 0 and said.startswith(f"{len(rows)} requests: the files are those of their manifest\nnobody vouches for the manifest")
    assert verify(out / "manifest.json") == verify(out), "the file is taken for its folder"
    vouched(site, out, tmp_path)
    sampled(site, tmp_path / "sampled", rows)
    site.countersign("evidence", "export", "--from", "2019-01-01", "--to", since, "--out", tmp_path / "none")
    assert verify(tmp_path / "none")[1].startswith("0 requests: ")
    swap(out / "population.csv", b"removal", b"grant")
    assert verify(out)[1].startswith("population.csv is not what was exported")
    shutil.copy(tmp_path / "none" / "population.jsonl", out)
    assert verify(out)[1].startswith("population.jsonl is not what was exported")
    (out / "population.jsonl").unlink()
    assert "population.jsonl is missing" in verify(out)[1]


def test_in_the_formats_of_others(site):
    """Events for a SIEM and results for a GRC tool, as their public schemas want them; the results follow from the log alone."""
    export = lambda *more, check=True: site.countersign("evidence", "export", *more, check=check)
    events = [json.loads(line) for line in export("--format", "ocsf").stdout.splitlines()]
    for event in events:
        formats.ocsf(event)
    own = [e["metadata"]["sequence"] for e in events if "-" not in e["metadata"]["uid"]]
    assert own == list(range(1, len(own) + 1)) and len(own) > 300, "every entry is an event"
    proven = [e for e in events if e["class_uid"] in (3005, 3006)]
    assert len(proven) == int(site.sql("""select count(*) from governance.evidence_entry e, jsonb_array_elements(e.body::jsonb->'detail'->'proof') p
        where e.kind = 'request.moved' and e.body::jsonb->'detail'->>'to' = 'verified' and p->>'verdict' = 'verified'"""))
    assert all(e["user"]["name"] for e in proven)
    bare = export("--format", "ocsf", "--without-names", "--from", "2020-01-01").stdout
    assert {json.loads(line)["class_uid"] for line in bare.splitlines()} >= {2003, 3004}
    assert not any("name" in json.loads(line)["user"] for line in bare.splitlines() if "user" in json.loads(line))
    log = ["--format", "oscal", "--log", folder(site), "--key", folder(site) / "verifier"]
    site.service.stop()  # the log goes on, and a copy made meanwhile would be half of either
    shutil.copytree(folder(site), site.folder + "/standing")
    site.start_service()
    log[3] = site.folder + "/standing"
    text = export(*log, "--from", "2020-01-01", "--to", "2100-01-01").stdout
    assert text == export(*log, "--from", "2020-01-01", "--to", "2100-01-01").stdout, "byte by byte"
    document = json.loads(text)
    formats.oscal(document)
    result = document["assessment-results"]["results"][0]
    assert len(result.get("observations", [])) >= len(proven)
    linked = set(re.findall(r'"href":"(tile/[^"]*)"', text))
    assert linked and all(re.fullmatch(r"tile/entries/(x\d{3}/)*\d{3}", path) for path in linked), "what goes when the log grows is not linked to"
    assert not proven or result["findings"][0]["target"]["target-id"] == "ac-2_obj"
    formats.oscal(json.loads(export(*log).stdout))
    taken = "set session_replication_role = replica; "
    site.database.psql(taken + "create table public.taken as select * from governance.evidence_entry where seq = 7; "
                       "delete from governance.evidence_entry where seq = 7", user="postgres")
    refused = export(*log, check=False)
    assert refused.returncode == 65 and "entries 7 to 7 are not in the database any more" in refused.stderr, refused.stderr
    assert "entries 7 to 7 are not in the database any more" in export("--format", "ocsf").stderr
    site.database.psql(taken + "insert into governance.evidence_entry select * from public.taken; drop table public.taken; "
                       "update governance.evidence_entry set body = replace(body, '\"kind\"', '\"kin\"') where seq = 7", user="postgres")
    refused = export(*log, check=False)
    assert refused.returncode == 65 and "comparing entry 7 with the log" in refused.stderr, refused.stderr
    site.database.psql(taken + "update governance.evidence_entry set body = replace(body, '\"kin\"', '\"kind\"') where seq = 7", user="postgres")
    for wrong in (["--format", "csv"], ["--format", "oscal"], ["--format", "ocsf", "--from", "yesterday"], ["--format", "ocsf", "--out", "x"]):
        assert export(*wrong, check=False).returncode in (64, 65), wrong


def test_all_is_there_and_nothing_else(site):
    """Tickets, requests and log are as many; what changed without a request is listed."""
    report = lambda *more: site.countersign("report", "--ungoverned", *more)
    schema = json.loads((world.ROOT / "schemas" / "report-ungoverned.schema.json").read_text())
    found = json.loads(report("--json").stdout)
    jsonschema.validate(found, schema)
    counts = {c["what"]: c for c in found["counts"]}
    assert counts["requests received"]["counted"] >= 80 and not any(c["difference"] for c in counts.values())
    told = report("--since", "2020-01-01").stdout
    assert "As many as the log tells of: approvals, approvals settled, entries of the log, reads of target systems, requests by phase, requests received, tickets bound" in told
    assert site.countersign("report", "--ungoverned", "--observe", check=False).returncode == 64


def vouched(site, out, tmp_path):
    """That it was exported is evidence, so the signed log tells this manifest from one that somebody made up."""
    key, digest = folder(site) / "verifier", hashlib.sha256((out / "manifest.json").read_bytes()).hexdigest()
    seq = int(site.sql(f"select entry from audit.evidence_export_v1 where manifest_sha256 = '{digest}'"))
    wait.until(lambda: int((folder(site) / "checkpoint").read_text().splitlines()[1]) >= seq, 20, what="its entry is published")
    code, said, _ = verify(out, "--log", folder(site), "--key", key)
    assert code == 0 and f"entry {seq} of the log, which is signed by {ORIGIN}" in said, said
    assert json.loads(verify(out, "--log", folder(site), "--key", key, "--json")[1])["recorded"] == seq
    other = tmp_path / "made-up"
    shutil.copytree(out, other)
    swap(other / "manifest.json", b'"made_by":"', b'"made_by":"x')
    code, said, _ = verify(other, "--log", folder(site), "--key", key)
    assert code != 0 and said.startswith("manifest.json is not in the log"), said


def sampled(site, out, rows):
    """Whom to look at anybody can draw again: here with six lines and hashlib."""
    made = lambda size, seed, where=out: site.countersign("evidence", "export", "--from", "2020-01-01", "--to", "2100-01-01", "--out", where,
                                                          "--sample", size, "--seed", seed, check=False)
    assert made("25", "2026Q4").returncode == 0
    told = json.loads((out / "manifest.json").read_text())["sample"]
    strata = {(s["is_privileged"], s["change_kind"]): s for s in told["strata"]}
    drawn = [json.loads(line) for line in (out / "sample.jsonl").read_text().splitlines()]
    assert told["seed"] == "2026Q4" and len(drawn) == 25 == sum(s["sampled"] for s in told["strata"])
    assert sum(s["requests"] for s in told["strata"]) == len(rows)
    for (privileged, kind), stratum in strata.items():
        of = [r["request_id"] for r in rows if (r["is_privileged"], r["change_kind"]) == (privileged, kind)]
        of.sort(key=lambda id: hashlib.sha256(b"2026Q4\n" + id.encode()).digest())
        assert [r["request_id"] for r in drawn if (r["is_privileged"], r["change_kind"]) == (privileged, kind)] == of[:stratum["sampled"]]
        assert stratum["sampled"] >= min(1, len(of)) == min(1, stratum["requests"])
    with open(out / "sample.csv", newline="") as file:
        assert [r["request_id"] for r in csv.DictReader(file)] == [r["request_id"] for r in drawn]
    assert verify(out)[0] == 0
    plain = out.parent / "plain"
    assert site.countersign("evidence", "export", "--from", "2020-01-01", "--to", "2100-01-01", "--out", plain).returncode == 0
    shutil.copy(out / "sample.csv", plain)
    code, said, _ = verify(plain)
    assert code == 1 and said.startswith("sample.csv lies beside a manifest that names no sample"), said
    assert site.countersign("evidence", "export", "--from", "2020-01-01", "--to", "2100-01-01", "--out", plain).returncode == 0
    assert verify(plain)[0] == 0 and not (plain / "sample.csv").exists(), "what an earlier export left there goes"
    lines = (out / "sample.jsonl").read_bytes().splitlines(keepends=True)
    other = next(json.dumps(r) for r in rows if r not in drawn).encode() + b"\n"
    (out / "sample.jsonl").write_bytes(b"".join([*lines[:-1], other]))
    assert verify(out)[1].startswith("sample.jsonl is not what was exported")
    manifest = json.loads((out / "manifest.json").read_text())  # and whoever mends the manifest, too
    manifest["files"][2]["sha256"] = hashlib.sha256((out / "sample.jsonl").read_bytes()).hexdigest()
    (out / "manifest.json").write_text(json.dumps(manifest))
    assert verify(out)[1].startswith("sample.jsonl is not what the seed of the manifest draws")
    for size, seed in (("0", "x"), ("1001", "x"), ("many", "x"), ("3", "")):
        refused = made(size, seed, out.parent / "refused")
        assert refused.returncode == 65 and "--se" in refused.stderr + "--se" * ("--sample" in refused.stderr), refused


def test_it_goes_on_after_a_kill(site):
    site.service.kill()
    site.start_service()
    before = size(site)
    site.ask_removal(person="reyes", role="fin-viewer")
    wait.until(lambda: size(site) > before, 20, what="it grows")
    wait.until(lambda: verify(folder(site))[0] == 0, 20, what="and verifies")


# --- spoiled files ----------------------------------------------------------------------------------------------------

def swap(path, old, new):
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


def reorder(path):
    data = path.read_bytes()
    lengths, at = [], 0
    while at < len(data):
        lengths.append(2 + int.from_bytes(data[at:at + 2], "big"))
        at += lengths[-1]
    first, second = data[:lengths[0]], data[lengths[0]:lengths[0] + lengths[1]]
    path.write_bytes(second + first + data[lengths[0] + lengths[1]:])


def rehash(log):
    """Everything anew over an edited entry, as somebody without the key can: tiles, root, checkpoint."""
    swap(log / "tile/entries/000", b'"kind":"', b'"kind":"x')
    data = bytearray((log / "tile/entries/000").read_bytes())
    data[0:2] = (int.from_bytes(data[0:2], "big") + 1).to_bytes(2, "big")
    (log / "tile/entries/000").write_bytes(bytes(data))
    lines = (log / "checkpoint").read_text().splitlines()
    entries = entries_of(log, int(lines[1]))
    (log / "tile/0/000").write_bytes(b"".join(hashlib.sha256(b"\0" + e).digest() for e in entries[:256]))
    for tile in (log / "tile/1").glob("000.p/*"):
        tile.write_bytes(merkle(entries[:256]) + tile.read_bytes()[32:])
    old = lines[2]
    swap(log / "checkpoint", old.encode(), base64.b64encode(merkle(entries)))


def insert(log):
    """One more entry, in the middle."""
    path = log / "tile/entries/000"
    data = path.read_bytes()
    length = 2 + int.from_bytes(data[:2], "big")
    path.write_bytes(data[:length] + data[:length] + data[length:])


def partial(log):
    """The bundle of the last entries."""
    count = int((log / "checkpoint").read_text().splitlines()[1])
    return log / f"tile/entries/{count // 256:03d}.p/{count % 256}"


SPOILED = {
    "an entry is edited": (lambda log: flip(log / "tile/entries/000", 40), "entry 1: its text and its hash in tile/0/000 do not fit"),
    "a hash is edited": (lambda log: flip(log / "tile/0/000", 32 * 99), "entry 100: its text and its hash"),
    "an upper hash is edited": (lambda log: flip(next((log / "tile/1").glob("000.p/*")), 3), "is not of the tiles below it"),
    "entries change places": (lambda log: reorder(log / "tile/entries/000"), "entry 1 in tile/entries/000 says another number"),
    "an entry is inserted": (insert, "entry 2 in tile/entries/000 says another number"),
    "a bundle is gone": (lambda log: (log / "tile/entries/000").unlink(), "entries 1 to 256"),
    "a tile is gone": (lambda log: (log / "tile/0/000").unlink(), "tile/0/000"),
    "the end is cut": (lambda log: os.truncate(partial(log), partial(log).stat().st_size - 9), "it was cut or added to"),
    "something is added": (lambda log: partial(log).write_bytes(partial(log).read_bytes() + b"\0\0"), "it was cut or added to"),
    "a tile is cut": (lambda log: os.truncate(log / "tile/0/000", 8191), "8191 bytes instead of 8192"),
    "all is hashed anew": (rehash, "changed or forged"),
    "the size is edited": (lambda log: swap(log / "checkpoint", ORIGIN.encode() + b"\n", ORIGIN.encode() + b"\n9"), "changed or forged"),
    "the origin is edited": (lambda log: swap(log / "checkpoint", ORIGIN.encode() + b"\n", b"other.example\n"), "changed or forged"),
    "the signature is gone": (lambda log: (log / "checkpoint").write_text((log / "checkpoint").read_text().split("\n\n")[0] + "\n\n"),
                              "nobody with the key"),
    "the checkpoint is gone": (lambda log: (log / "checkpoint").unlink(), "checkpoint"),
    "the checkpoint is none": (lambda log: (log / "checkpoint").write_text("hello"), "it is not a checkpoint"),
    "the key is edited": (lambda log: swap(log / "verifier", b"acme", b"acne"), "/verifier: its hash does not fit the key: a character was changed"),
}


@pytest.mark.parametrize("what", SPOILED)
def test_what_was_published_cannot_be_changed(copied, what):
    spoil, said = SPOILED[what]
    spoil(copied)
    code, told, _ = verify(copied)
    assert code == 1 and said in told, told


def test_a_log_of_another_key_is_not_ours(site, copied, tmp_path):
    """Whoever writes all of it anew under a key of their own is found out by whoever has ours."""
    ours = (folder(site) / "verifier").read_text().strip()
    swap(copied / "verifier", ORIGIN.encode(), b"other.example")
    code, told, _ = verify(copied, "--key", ours)
    assert code == 0, told  # the key given counts, not the one that lies there
    other = "x.example+00000000+AbCd"
    code, _, told = verify(copied, "--key", other)
    assert code == 65 and "not the key of a log" in told


# --- a spoiled database -----------------------------------------------------------------------------------------------

UNGUARDED = "set session_replication_role = replica; "
REHASH = """do $$ declare e record; h bytea := decode(repeat('00', 32), 'hex'); begin
    for e in select * from governance.evidence_entry order by seq loop
        update governance.evidence_entry set prev = h, hash = sha256(h || convert_to(e.body, 'UTF8')) where seq = e.seq;
        h := sha256(h || convert_to(e.body, 'UTF8'));
    end loop;
    update governance.evidence_head set hash = h; end $$;"""


def test_a_superuser_who_writes_the_chain_anew_is_found_out(site, tmp_path):
    """Every hash of the database fits again; what was published tells."""
    site.service.stop()
    site.services.pop()
    saved = site.database.psql("select body from governance.evidence_entry where seq = 77")
    site.database.psql(UNGUARDED + "update governance.evidence_entry set body = replace(body, '\"kind\":\"', '\"kind\":\"un'), "
                                   "kind = 'un' || kind where seq = 77; " + REHASH, user="postgres")
    export = tmp_path / "export.jsonl"
    export.write_text(site.countersign("evidence", "export").stdout)
    assert verify(export)[0] == 0, "the chain itself tells nothing"
    told = site.countersign("db", "verify", "--conninfo", site.database.dsn, check=False)
    assert told.returncode == 1 and "the chain was written anew" in told.stdout, told.stdout
    code, said, _ = verify(export, "--log", folder(site))
    assert code == 1 and said.startswith("line 77: its text is not what was published; the 76 entries before it verify"), said
    site.database.psql(UNGUARDED + "update governance.evidence_entry set body = $t$" + saved + "$t$, kind = substr(kind, 3) where seq = 77; " + REHASH,
                       user="postgres")
    cut = tmp_path / "cut.jsonl"
    cut.write_text("".join(export.read_text().splitlines(True)[:60]))
    code, said, _ = verify(cut, "--log", folder(site))
    assert code == 1 and "it ends with entry 60" in said and "the end was cut off" in said
    site.start_service()
    before = size(site)
    site.ask_removal(person="okafor", role="fin-viewer")
    wait.until(lambda: size(site) > before, 20, what="it goes on where it was")


def test_an_export_of_other_entries_fits_no_tile_that_was_changed_with_it(site, copied, tmp_path):
    """Tiles are not signed: whoever changes an entry and its hash there is told by the root."""
    export = [json.loads(line) for line in site.countersign("evidence", "export").stdout.splitlines()][:-1]
    prev = bytes(32)
    for entry in export:
        if entry["seq"] == 40:
            entry["body"], entry["kind"] = entry["body"].replace('"kind":"', '"kind":"un'), "un" + entry["kind"]
        digest = hashlib.sha256(prev + entry["body"].encode()).digest()
        entry["prev"], entry["hash"], prev = prev.hex(), digest.hex(), digest
    (tmp_path / "export").write_text("".join(json.dumps(e) + "\n" for e in export))
    with open(copied / "tile/0/000", "r+b") as tile:
        tile.seek(32 * 39)
        tile.write(hashlib.sha256(b"\0" + export[39]["body"].encode()).digest())
    code, said, _ = verify(tmp_path / "export", "--log", copied)
    assert code == 1 and "other entries than those that were signed" in said, said


def rehashed(entries):
    """A chain of its own of these lines; a line may be one of entries that were retained away, which has its hash."""
    prev = bytes(32)
    for entry in entries:
        entry["prev"] = prev.hex()
        if "body" in entry:
            entry["hash"] = hashlib.sha256(prev + entry["body"].encode()).hexdigest()
        prev = bytes.fromhex(entry["hash"])
    return "".join(json.dumps(e) + "\n" for e in entries)


def test_what_stands_beside_the_text_of_an_entry_is_held_to_it(site, tmp_path):
    """Kind and request of a line are its body's, in an export and in a file of what was retained away."""
    export = [json.loads(line) for line in site.countersign("evidence", "export").stdout.splitlines()][:50]
    path = tmp_path / "export"
    of_one = next(i for i, e in enumerate(export) if e["request"])
    other = next(e["request"] for e in export if e["request"] not in ("", None, export[of_one]["request"]))
    for at, member, value in ((4, "kind", "approval.given"), (of_one, "request", other), (of_one, "request", "")):
        lines = [dict(e) for e in export]
        lines[at][member] = value
        path.write_text(rehashed(lines))
        code, said, _ = verify(path)
        assert code == 1 and said.startswith(f"line {at + 1}: its {member} is not that of its body"), said
        manifest = {"format": "countersign-retained/1", "kind": "evidence", "file": "export", "rows": len(lines),
                    "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        (tmp_path / "manifest").write_text(json.dumps(manifest, separators=(",", ":")))
        code, said, _ = verify(tmp_path / "manifest")
        assert code == 1 and f"its {member} is not that of its body" in said, said


def test_no_entry_is_hidden_as_retained_away(site, tmp_path):
    """Whoever has an entry can make up what would be left of it: what counts is that another one says so of just these."""
    text = site.countersign("evidence", "export").stdout
    export, path = [json.loads(line) for line in text.splitlines()[:-1]], tmp_path / "export"
    hide = lambda entry, digest="00" * 32: {"export": "evidence-2020-01.jsonl", "first": entry["seq"], "hash": entry["hash"], "last": entry["seq"],  # noqa: E731
                                            "prev": entry["prev"], "sha256": digest, "tree": "00" + hashlib.sha256(b"\0" + entry["body"].encode()).hexdigest()}
    path.write_text(text)
    assert verify(path, "--log", folder(site))[0] in (0, 1)  # the log may be behind
    lines = [hide(e) if e["seq"] == 60 else e for e in export]
    path.write_text("".join(json.dumps(e) + "\n" for e in lines))
    for more in ((), ("--log", folder(site))):
        code, said, _ = verify(path, *more)
        assert code == 1 and said == ("entries 60 to 60 are left out as retained away into 'evidence-2020-01.jsonl', and no entry says that there is "
                                      "such a file"), said
    # and where one says so
    export = [json.loads(line) for line in text.splitlines()][:40]
    rehashed(export)
    digest = "ab" * 32
    first, second = hide(export[9], digest), hide(export[19], digest)
    runs = "\n".join(f'{r["first"]} {r["last"]} {r["prev"]} {r["hash"]} {r["tree"]}' for r in (first, second))
    detail = {"export": first["export"], "kind": "evidence", "rows": 2, "runs_sha256": hashlib.sha256(runs.encode()).hexdigest(), "sha256": digest}
    export.append({"seq": 41, "kind": "records.retained", "body": json.dumps({"detail": detail, "kind": "records.retained", "seq": 41})})
    path.write_text(rehashed([first if e["seq"] == 10 else second if e["seq"] == 20 else e for e in export]))
    code, said, _ = verify(path)
    assert code == 0 and "2 more were retained away" in said, said
    for wrong in ({"runs_sha256": "00" * 32}, {"sha256": "00" * 32}, {"kind": "flows"}, {"export": "other.jsonl"}):
        export[-1]["body"] = json.dumps({"detail": {**detail, **wrong}, "kind": "records.retained", "seq": 41})
        path.write_text(rehashed([first if e["seq"] == 10 else second if e["seq"] == 20 else e for e in export]))
        code, said, _ = verify(path)
        assert code == 1 and said.startswith("entries 10 to 10 are left out as retained away"), (wrong, said)


def test_who_reads_the_evidence_of_a_request_is_on_record(site):
    """By the API and as a file, as on the console: before it is shown; who may change nothing, too."""
    request = site.sql("select id from governance.access_request where beneficiary = 'person7'")
    seen = lambda: site.sql(f"select coalesce(string_agg(viewer || ' as ' || role, ', ' order by id), '') from governance.evidence_view where request_id = '{request}'")  # noqa: E731
    assert seen() == ""
    for _ in range(2):
        assert site.api("GET", f"/v1/access-requests/{request}/evidence")[1]["entries"]
    assert seen() == "token identity-platform as auditor"
    taken = lambda *more: site.countersign("evidence", "export", "--request", request, "--log", folder(site), *more)  # noqa: E731
    wait.until(lambda: size(site) == head(site), 20, what="all is published")
    done = taken()
    assert seen() == "token identity-platform as auditor, database user countersign_daemon as auditor" and "on record" not in done.stderr, done.stderr
    site.database.psql("create role reader login in role countersign_auditor", user="postgres")
    done = taken("--conninfo", site.database.dsn_as("reader"))
    assert "on record" not in done.stderr and json.loads(done.stdout)["request"] == request, done.stderr
    assert seen().endswith(", database user reader as auditor")


def cut(site, last):
    """The chain as a copy has it that lacks what came after."""
    site.database.psql(UNGUARDED + f"delete from governance.evidence_entry where seq > {last}; "
                       f"update governance.evidence_head set seq = {last}, "
                       f"hash = (select hash from governance.evidence_entry where seq = {last});", user="postgres")


def stopped(site):
    site.service.stop()
    site.services.pop()


def ready(site):
    return json.loads(world.http("GET", f"http://127.0.0.1:{site.ops_port}/readyz")[1])


def test_what_is_there_no_more_before_it_was_published_is_found(site):
    """Rows are gone and the head is not: nobody runs in circles, and nothing more is signed under that name."""
    site.edit_file("countersign.yaml", f"origin: {ORIGIN}", f"origin: {ORIGIN}/2")
    site.edit_file("countersign.yaml", "directory: log,", "directory: log2,")
    stopped(site)
    assert not site.findings()
    site.forged.append(".")
    whole = int(site.database.psql("select seq - 2 from governance.evidence_head"))
    site.database.psql(UNGUARDED + f"delete from governance.evidence_entry where seq > {whole}", user="postgres")
    site.start_service()  # whose own entries come behind the gap
    wait.until(lambda: re.match("forked: (EntriesMissing|ChainBroken)", ready(site)["evidence"]), 20, what="it is told")
    assert not (pathlib.Path(site.folder) / "log2" / "checkpoint").exists()
    stopped(site)  # ends at once
    cut(site, whole)
    site.edit_file("countersign.yaml", f"origin: {ORIGIN}/2", f"origin: {ORIGIN}/3")
    site.start_service()
    wait.until(lambda: ready(site)["evidence"].endswith("entries published"), 20, what="under another name it goes on")
    site.edit_file("countersign.yaml", f"origin: {ORIGIN}/3", f"origin: {ORIGIN}")
    site.edit_file("countersign.yaml", "directory: log2,", "directory: log,")
    stopped(site)


def test_entries_that_are_lost_stop_it_and_are_recorded(site):
    """A failover to a copy that lacks the last entries: nothing is signed that does not follow from what was, whatever became of the
    directory, and after no restart."""
    published = int(site.database.psql(f"select max(seq) from governance.evidence_checkpoint where origin = '{ORIGIN}'"))
    cut(site, published - 5)
    shutil.rmtree(folder(site))  # the database alone knows
    site.start_service()
    fork = wait.until(lambda: site.sql(f"select why || ' ' || published from governance.evidence_fork where origin = '{ORIGIN}'"), 20,
                      what="it is recorded")
    # a start writes entries of its own, so there may be as many again
    assert fork in (f"EntriesMissing {published}", f"RootDiffers {published}"), fork
    for _ in range(2):
        wait.until(lambda: ready(site)["evidence"].startswith("forked: "), 20, what="it is told")
        assert ready(site)["status"] == "degraded"
        assert "countersign_evidence_forked 1" in world.http("GET", f"http://127.0.0.1:{site.ops_port}/metrics")[1]
        assert not (folder(site) / "checkpoint").exists(), "nothing of it was shown"
        stopped(site)
        site.start_service()
    assert site.sql(f"select count(*) from governance.evidence_entry where kind = 'evidence.forked' and body like '%{ORIGIN}\"%'") == "1"
    told = site.countersign("db", "verify", "--conninfo", site.database.dsn, check=False)
    assert told.returncode == 1 and "evidence was changed" in told.stderr, told.stdout


def test_a_new_log_begins_after_a_fork_and_a_retention(site):
    """The runbook of deploy/evidence-fork.md as it stands there: entries come back from their files for as long as the new log takes them in."""
    stopped(site)
    kept = pathlib.Path(site.folder) / "retained"
    kept.mkdir()
    gone = "e.seq between 10 and 19 or e.seq between 30 and 31"
    (kept / "evidence-2020-01.jsonl").write_text(site.database.psql(
        "select jsonb_build_object('body', e.body, 'hash', encode(e.hash, 'hex'), 'kind', e.kind, 'prev', encode(e.prev, 'hex'), 'request', e.request_id, "
        f"'seq', e.seq)::text from governance.evidence_entry e where {gone} order by e.seq") + "\n")
    before = site.database.psql(f"select md5(string_agg(e::text, '' order by e.seq)) from governance.evidence_entry e where {gone}")
    site.database.psql(UNGUARDED + "insert into governance.retention (kind, month, export, sha256, rows) values ('evidence', '2020-01-01', "
                       "'evidence-2020-01.jsonl', sha256('x'), 12); "
                       "insert into governance.retention_run select r.first, r.last, k.id, sha256('x'), sha256('y'), decode(repeat('00', 33), 'hex') "
                       f"from (values (10, 19), (30, 31)) r(first, last), governance.retention k; delete from governance.evidence_entry e where {gone}",
                       user="postgres")
    runs = site.database.psql("select string_agg(r::text, ' ' order by r.first) from governance.retention_run r")
    site.edit_file("countersign.yaml", f"origin: {ORIGIN}", f"origin: {ORIGIN}/4")
    site.edit_file("countersign.yaml", "directory: log,", "directory: log4,")
    site.start_service()
    wait.until(lambda: "nothing was published under this origin yet, and its log needs all entries" in ready(site)["evidence"], 20, what="it is told")
    stopped(site)
    page = (world.ROOT / "deploy" / "evidence-fork.md").read_text()
    put_back, take_out = [part.split("```")[0] for part in page.split("```sh\n")[1:]]
    environment = {**os.environ, **site.database.cluster.env(site.database.name)}
    def as_superuser(block):  # noqa: E306
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=site.folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done
    as_superuser(put_back)
    assert before == site.database.psql(f"select md5(string_agg(e::text, '' order by e.seq)) from governance.evidence_entry e where {gone}")
    site.start_service()
    wait.until(lambda: ready(site)["evidence"].endswith("entries published"), 20, what="it begins")
    stopped(site)
    as_superuser(take_out)
    assert site.database.psql(f"select count(*) from governance.evidence_entry e where {gone}") == "0"
    assert site.database.psql("select string_agg(r::text, ' ' order by r.first) from governance.retention_run r") == runs
    site.start_service()
    log = pathlib.Path(site.folder) / "log4"
    grown = int((log / "checkpoint").read_text().splitlines()[1])
    site.ask_removal(person="silva", role="fin-viewer")
    wait.until(lambda: int((log / "checkpoint").read_text().splitlines()[1]) > grown, 20, what="and it goes on")
    assert verify(log)[0] == 0
