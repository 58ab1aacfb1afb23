"""Checkpoints outside the database: the file, the journal, a ticket's property, a time stamping authority; verified offline, late when
nothing comes there, a key that is replaced by another, and a database and a directory that went back together."""
import json
import pathlib
import re
import shutil
import subprocess

import pytest

from lib import tsa, wait, world

ORIGIN = "evidence.example.com/anchored"
ADMIN = {"Authorization": "Basic YWRtaW5AZXhhbXBsZS5jb206YWRtaW4tdG9rZW4="}


def genpkey(site, name):
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", f"{site.folder}/{name}"], check=True)


@pytest.fixture(scope="module")
def authority():
    made = tsa.Authority()
    yield made
    made.close()


@pytest.fixture(scope="module")
def site(authority):
    made = world.World()
    made.start_database()
    made.start_directory()
    made.start_jira()
    made.configure()
    genpkey(made, "first.pem")
    genpkey(made, "second.pem")
    made.audit = made.act("create", actor="admin", fields={"project": {"key": "OPS"}, "issuetype": {"name": "Service Request"},
                                                           "summary": "Where the evidence is anchored"})["key"]
    with open(made.config, "a") as file:
        file.write(f"""evidence:
  directory: log
  origin: {ORIGIN}
  key: "file:{made.folder}/first.pem"
  every: 300ms
  anchor_file: anchors
  issue: {{ site: acme, key: {made.audit}, every: 500ms }}
  timestamp: {{ url: "{authority.url}", ca: "{authority.ca}", directory: stamps, every: 500ms }}
""")
    made.start_service()
    made.register_webhook()
    yield made
    made.close()


def at(site, name):
    return pathlib.Path(site.folder) / name


def size(site):
    return int((at(site, "log") / "checkpoint").read_text().splitlines()[1]) if (at(site, "log") / "checkpoint").exists() else 0


def prop(site):
    status, text = world.http("GET", f"{site.jira_url}/rest/api/3/issue/{site.audit}/properties/countersign.evidence", headers=ADMIN)
    return json.loads(text)["value"] if status == 200 else {"entries": 0}


def stamps(site):
    return sorted(int(p.stem) for p in at(site, "stamps").glob("*.tsr"))


def grow(site, number):
    body = {"kind": "removal", "beneficiary": f"person{number}", "source": "sap-fin", "entitlement": "fin-viewer", "requester": "hr-system"}
    assert site.api("POST", "/v1/access-requests", body, f"anchor-{number}")[0] == 201
    return int(site.sql("select seq from governance.evidence_head"))


def everywhere(site, least):
    wait.until(lambda: size(site) >= least and prop(site)["entries"] >= least and (stamps(site) or [0])[-1] >= least, 30,
               what="the checkpoint is left everywhere")


def metrics(site):
    return world.http("GET", f"http://127.0.0.1:{site.ops_port}/metrics")[1]


def ready(site):
    return json.loads(world.http("GET", f"http://127.0.0.1:{site.ops_port}/readyz")[1])


def verify(site, *arguments, log=None):
    done = site.countersign("evidence", "verify", log or at(site, "log"), *arguments, check=False)
    return done.returncode, done.stdout.strip()


def all_anchors(site, authority):
    (at(site, "property.json")).write_text(json.dumps({"key": "countersign.evidence", "value": prop(site)}))
    return ["--anchors", at(site, "anchors"), "--anchors", at(site, "stamps"), "--anchors", at(site, "property.json"), "--tsa", authority.ca]


def test_each_checkpoint_is_left_at_four_places(site, authority):
    everywhere(site, grow(site, 1))
    everywhere(site, grow(site, 2))
    assert '"checkpoint"' in site.service.stderr or "checkpoint" in site.service.told()  # the journal's line
    note = prop(site)["checkpoint"]
    assert note in at(site, "anchors").read_text() and note.startswith(ORIGIN)
    assert authority.asked[0][0] == "application/timestamp-query"
    last = stamps(site)[-1]
    done = subprocess.run(["openssl", "ts", "-verify", "-data", at(site, f"stamps/{last}.note"), "-in", at(site, f"stamps/{last}.tsr"),
                           "-CAfile", authority.ca], capture_output=True, text=True)
    assert "Verification: OK" in done.stdout + done.stderr
    page = (world.ROOT / "deploy" / "verify-evidence.md").read_text()
    block = next(part.split("```")[0] for part in page.split("```sh\n")[1:] if "openssl ts" in part.split("```")[0])
    block = block.replace("timestamps", "stamps").replace("tsa-ca.pem", authority.ca)
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=site.folder, capture_output=True, text=True)
    assert done.returncode == 0 and "Time stamp: " in done.stdout, done
    code, said = verify(site, *all_anchors(site, authority))
    assert code == 0 and re.search(r"\n[1-9]\d* checkpoints that were left elsewhere are of these entries; the last was stamped at 20", said), said
    code, said = verify(site, "--json", *all_anchors(site, authority))
    assert code == 0 and json.loads(said)["anchors"] > 3 and len(json.loads(said)["signed_with"]) == 8
    text = metrics(site)
    for anchor in ("file", "journal", "issue", "timestamp"):
        assert f'countersign_evidence_anchor_late{{anchor="{anchor}"}} 0' in text
        assert re.search(rf'countersign_evidence_anchor_entries{{anchor="{anchor}"}} [1-9]', text), text
    assert ready(site)["evidence"].endswith("entries published")


def test_a_ticket_that_anchors_makes_no_work(site):
    assert site.sql(f"select count(*) from governance.ticket where issue_key = '{site.audit}' and request_id is not null") == "0"
    assert site.sql("select count(*) from governance.flow where site = 'acme' and kind like '%anchor%'") == "0"


def test_what_was_anchored_cannot_be_taken_back(site, authority, tmp_path):
    """Each damage is named with its place."""
    least = grow(site, 3)
    everywhere(site, least)
    old = tmp_path / "old"
    shutil.copytree(at(site, "log"), old)
    everywhere(site, grow(site, 4))
    for anchor in (["--anchors", at(site, "anchors")], ["--anchors", at(site, "stamps"), "--tsa", authority.ca]):
        code, said = verify(site, *anchor, log=old)
        assert code == 1 and re.search(r"has a checkpoint of \d+ entries, and the log ends with entry \d+: the end was cut off", said), said
    alone = site.countersign("evidence", "verify", at(site, "log"), "--anchors", at(site, "stamps"), check=False)
    assert alone.returncode == 64 and "name the authority's certificates" in alone.stderr
    text = at(site, "anchors").read_text()
    notes = text.split(ORIGIN + "\n")[1:]

    def spoiled(made):
        (tmp_path / "anchors").write_text(made)
        return verify(site, "--anchors", tmp_path / "anchors")

    code, said = spoiled(text.replace(notes[1].splitlines()[1], notes[0].splitlines()[1]))
    assert code == 1 and f"{tmp_path}/anchors, line 6: its signature is not of this text" in said, said
    code, said = spoiled("".join(ORIGIN + "\n" + n for n in (*notes[1:], notes[0])))
    assert code == 1 and "it goes back from" in said and "it was changed" in said
    nothing = site.countersign("evidence", "verify", at(site, "log"), "--anchors", tmp_path / "nothing", check=False)
    assert nothing.returncode == 65 and "there is no" in nothing.stderr and not nothing.stdout
    code, said = spoiled("other.example/log\n1\n" + notes[0].split("\n", 1)[1])
    assert code == 1 and f"holds no checkpoint of {ORIGIN}" in said, said
    assert spoiled(text + "other.example/log\n1\nAAAA\n\nwhatever\n")[0] == 0  # of another log: passed over
    # a stamp of something else
    first, last = stamps(site)[0], stamps(site)[-1]
    shutil.copytree(at(site, "stamps"), tmp_path / "stamps")
    shutil.copy(tmp_path / f"stamps/{first}.tsr", tmp_path / f"stamps/{last}.tsr")
    code, said = verify(site, "--anchors", tmp_path / "stamps", "--tsa", authority.ca)
    assert code == 1 and f"stamps/{last}.tsr: the time stamp is not of this text" in said, said
    # a log that somebody with the key signed anew, over another entry: what left us before tells
    forged = tmp_path / "forged"
    assert_forged(site, forged, least)
    code, said = verify(site, log=forged)
    assert code == 0, said
    code, said = verify(site, "--anchors", at(site, "anchors"), log=forged)
    assert code == 1 and re.search(r"anchors, line \d+: the checkpoint of \d+ entries that was left there is of other entries: one of 1 to \d+", said), said


def assert_forged(site, forged, count):
    """The whole log anew with the stolen key, its first entry another one."""
    import base64
    import hashlib
    from e2e.test_evidence_log import entries_of, merkle
    entries = entries_of(at(site, "log"), size(site))[:min(count, 255)]
    entries[0] = entries[0].replace(b'"kind":"', b'"kind":"x', 1)
    (forged / "tile/0/000.p").mkdir(parents=True)
    (forged / "tile/entries/000.p").mkdir(parents=True)
    (forged / f"tile/0/000.p/{len(entries)}").write_bytes(b"".join(hashlib.sha256(b"\0" + e).digest() for e in entries))
    (forged / f"tile/entries/000.p/{len(entries)}").write_bytes(b"".join(len(e).to_bytes(2, "big") + e for e in entries))
    shutil.copy(at(site, "log/verifier"), forged)
    text = f"{ORIGIN}\n{len(entries)}\n{base64.b64encode(merkle(entries)).decode()}\n"
    (forged / "text").write_text(text)
    subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", at(site, "first.pem"), "-rawin", "-in", forged / "text", "-out", forged / "sig"], check=True)
    key_id = bytes.fromhex((forged / "verifier").read_text().split("+")[1])
    signature = base64.b64encode(key_id + (forged / "sig").read_bytes()).decode()
    (forged / "checkpoint").write_text(f"{text}\n\u2014 {ORIGIN} {signature}\n")


def test_an_authority_that_does_not_answer_is_late_and_delays_nothing(site, authority):
    for answer, why in ((503, "the authority answers 503"), (b"hello", "it is no answer of a time stamping authority")):
        authority.answer = answer
        least = grow(site, 10 + (answer == 503))
        wait.until(lambda: site.sql(f"select said from governance.evidence_anchor where kind = 'timestamp' and origin = '{ORIGIN}'") == why, 20,
                   what=why)
        wait.until(lambda: prop(site)["entries"] >= least, 20, what="the others go on")
    stop = "set session_replication_role = replica; "
    site.database.psql(stop + f"update governance.evidence_checkpoint set at = at - interval '5 minutes' where origin = '{ORIGIN}'", user="postgres")
    wait.until(lambda: 'countersign_evidence_anchor_late{anchor="timestamp"} 1' in metrics(site), 20, what="it is late")
    told = ready(site)
    assert told["status"] == "degraded" and told["evidence"] == "anchor 'timestamp' is late: it is no answer of a time stamping authority", told
    assert 'countersign_evidence_anchor_late{anchor="issue"} 0' in metrics(site)
    authority.answer = None
    everywhere(site, size(site))
    wait.until(lambda: 'countersign_evidence_anchor_late{anchor="timestamp"} 0' in metrics(site), 20, what="it is well again")


def test_a_file_that_was_emptied_is_told_and_goes_on(site, authority, tmp_path):
    """Deleted (with what the directory shows, too), emptied or cut by one checkpoint: told once, as lost; what is new is appended all the same.
    A new place has lost nothing, nor a file to which others write."""
    anchors = at(site, "anchors")
    told_of = "the anchor file does not end with the last checkpoint"
    everywhere(site, grow(site, 60))
    everywhere(site, grow(site, 61))
    whole = anchors.read_text()
    cut = lambda: anchors.write_text(whole.rsplit(ORIGIN + "\n", 1)[0])  # noqa: E731
    both = lambda: (at(site, "log/checkpoint").unlink(), anchors.unlink())  # noqa: E731
    for number, damage in enumerate((cut, lambda: anchors.write_text(""), anchors.unlink, both), 62):
        with anchors.open("a") as file:
            file.write("a line of others\n" * 2000)
        everywhere(site, grow(site, number + 20))
        whole = anchors.read_text()
        assert told_of not in site.service.stderr and 'countersign_evidence_anchor_late{anchor="file"} 0' in metrics(site)
        damage()
        left = anchors.read_text() if anchors.exists() else ""
        wait.until(lambda: 'countersign_evidence_anchor_late{anchor="file"} 1' in metrics(site), 20, what="it is told")
        told = ready(site)
        assert told["status"] == "degraded" and told["evidence"].startswith("anchor 'file' lost what was left there: it ends at entry "), told
        least = grow(site, number)
        everywhere(site, least)
        assert f"{ORIGIN}\n{size(site)}\n" in anchors.read_text()
        assert site.service.stderr.count(told_of) == 1 and str(anchors) in site.service.stderr
        stopped(site)
        anchors.write_text(whole + anchors.read_text().removeprefix(left))
        site.start_service()
        everywhere(site, grow(site, number + 10))
        whole = anchors.read_text()
    restarted(site, "anchor_file: anchors", "anchor_file: elsewhere")
    everywhere(site, grow(site, 95))
    wait.until(lambda: at(site, "elsewhere").exists(), 20, what="the new place has its first")
    assert told_of not in site.service.stderr and 'countersign_evidence_anchor_late{anchor="file"} 0' in metrics(site)
    restarted(site, "anchor_file: elsewhere", "anchor_file: anchors")
    everywhere(site, grow(site, 96))


def keys(site):
    return [line.split("+")[1] for line in (at(site, "log") / "verifier").read_text().split()]


def stopped(site):
    site.service.stop()
    site.services.pop()
    (at(site, f"ready-{len(site.services)}")).unlink()


def restarted(site, old, new):
    site.edit_file("countersign.yaml", old, new)
    stopped(site)
    site.start_service()


def test_a_key_is_replaced_by_another(site, authority, tmp_path):
    """Both sign for a while; who has the old one alone is told what happened."""
    first = tmp_path / "first"
    shutil.copy(at(site, "log/verifier"), first)
    old = keys(site)[0]
    # without overlap it does not sign: nobody could follow
    restarted(site, "first.pem", "second.pem")
    wait.until(lambda: "has signed it, and not yours" in ready(site)["evidence"], 20, what="it is told")
    assert "previous_key" in ready(site)["evidence"]
    restarted(site, f'second.pem"', f'second.pem"\n  previous_key: "file:{site.folder}/first.pem"')
    everywhere(site, grow(site, 20))
    new = keys(site)[0]
    assert keys(site) == [new, old] and new != old
    code, said = verify(site, "--key", first)
    assert code == 0 and said.endswith(f"signed by {ORIGIN} with key {old}"), said
    code, said = verify(site, "--key", at(site, "log/verifier"))
    assert code == 0 and said.endswith(f"signed by {ORIGIN} with key {new}"), said
    restarted(site, f'\n  previous_key: "file:{site.folder}/first.pem"', "")
    everywhere(site, grow(site, 21))
    assert keys(site) == [new, old], "old checkpoints are still the old key's"
    code, said = verify(site, "--key", first)
    assert code == 1 and f"key {new} of '{ORIGIN}' has signed it, and not yours, {old}: the key was replaced" in said, said
    code, said = verify(site, "--key", at(site, "log/verifier"), *all_anchors(site, authority))
    assert code == 0 and f"with key {new}\n" in said and "left elsewhere" in said, said
    genpkey(site, "third.pem")
    wrong = f"{ORIGIN}+00000000+" + first.read_text().strip().split("+", 2)[2]
    refused = site.countersign("evidence", "verify", at(site, "log"), "--key", wrong, check=False)
    assert refused.returncode == 65 and "a character was changed" in refused.stderr
    stranger = tmp_path / "stranger"
    shutil.copytree(at(site, "log"), stranger)
    (stranger / "verifier").write_text((at(site, "log/verifier").read_text().splitlines()[0]) + "\n")
    code, said = verify(site, "--key", first, log=stranger)
    assert code == 1 and "yours is a wrong key" in said, said


def test_a_database_and_a_directory_that_went_back_together_are_found_out(site):
    """Both are restored from yesterday's copy: what was anchored outside them knows better, and nothing is signed any more."""
    everywhere(site, grow(site, 30))
    stopped(site)
    assert not site.findings()
    site.forged.append(".")
    last = int(site.database.psql("select max(seq) from governance.evidence_checkpoint"))
    back = last - 7
    site.database.psql("set session_replication_role = replica; "
                       f"delete from governance.evidence_checkpoint where seq > {back}; delete from governance.evidence_entry where seq > {back}; "
                       f"update governance.evidence_head set seq = {back}, hash = (select hash from governance.evidence_entry where seq = {back});",
                       user="postgres")
    shutil.rmtree(at(site, "log"))
    site.start_service()
    fork = wait.until(lambda: site.sql("select why || ' ' || published from governance.evidence_fork"), 20, what="it is recorded")
    assert fork in (f"EntriesMissing {last}", f"RootDiffers {last}"), fork
    assert "countersign_evidence_forked 1" in metrics(site)
    assert not (at(site, "log") / "checkpoint").exists()
