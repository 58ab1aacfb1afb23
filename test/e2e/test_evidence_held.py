"""What `evidence verify` is given to verify with: each key, anchor and log that somebody names is looked at, or refused by name."""
import json
import pathlib
import re
import shutil

import pytest

from e2e.test_evidence_log import ORIGIN, copied, flip, folder, head, rehashed, site, size, verify  # noqa: F401 (fixtures)
from lib import wait


def end_of(text):
    return json.loads(text.splitlines()[-1])


def test_an_export_brings_what_it_is_held_to(site, copied, tmp_path):
    """With the key alone: the checkpoint in its last line is signed, and of the entries before it."""
    wait.until(lambda: size(site) == head(site), 20, what="all is published")
    text, path, ours = site.countersign("evidence", "export").stdout, tmp_path / "export", copied / "verifier"
    path.write_text(text)
    assert "nobody vouches for them" in verify(path)[1]
    code, said, _ = verify(path, "--key", ours)
    assert code == 0 and f"those that {ORIGIN} signed with key " in said, said
    assert json.loads(verify(path, "--key", ours, "--json")[1])["signed"] == int(end_of(text)["checkpoint"].split("\n")[1])
    assert "behind them" not in said, said
    lines = text.splitlines(True)
    # the checkpoint of an earlier export vouches for no more than it did
    earlier = (pathlib.Path(site.folder) / "anchors").read_text().split(ORIGIN + "\n")[1]
    signed, entries = int(earlier.split("\n")[0]), len(lines) - 1
    path.write_text("".join(lines[:-1]) + json.dumps({**end_of(text), "checkpoint": ORIGIN + "\n" + earlier}, separators=(",", ":")) + "\n")
    code, said, _ = verify(path, "--key", ours)
    assert code == 0 and f"nobody vouches for the {entries - signed} behind them" in said and signed < entries, said
    forged = [json.loads(line) for line in lines[:-1]]
    forged[39]["body"] = forged[39]["body"].replace('"at":"20', '"at":"19')
    end = {**end_of(text)}
    written = rehashed(forged)
    end["hash"] = forged[-1]["hash"]
    assert end_of(text)["end"] == len(forged)
    note = end["checkpoint"]
    for spoiled, why in ((written + json.dumps(end, separators=(",", ":")) + "\n", "its checkpoint is of other entries: one of 1 to "),
                         (written + json.dumps({**end, "checkpoint": ""}, separators=(",", ":")) + "\n", "nothing in it is signed that a key could be held to"),
                         (written, "nothing in it is signed that a key could be held to"),
                         (text.replace(json.dumps(note, ensure_ascii=False)[1:-1], json.dumps(note, ensure_ascii=False)[1:-1].replace("\\n", "\\n9", 1)),
                          "the checkpoint in its last line: its signature is not of this text"),
                         (text[:-len(lines[-1]) - 40], f"line {len(lines) - 1}: it breaks off")):
        path.write_text(spoiled)
        code, said, _ = verify(path, "--key", ours)
        assert code == 1 and said.startswith(why), (why, said)


def test_what_is_named_to_verify_with_is_looked_at(site, copied, tmp_path):
    """Nobody believes that something was verified with a key, or with anchors, that nobody opened."""
    ours, anchors = folder(site) / "verifier", pathlib.Path(site.folder) / "anchors"
    export, out, pack = tmp_path / "export", tmp_path / "population", tmp_path / "pack.json"
    wait.until(lambda: size(site) == head(site), 20, what="all is published")
    pack.write_text(site.countersign("evidence", "export", "--request", site.sql("select id from governance.access_request where beneficiary = 'person4'"),
                                     "--log", folder(site)).stdout)
    site.countersign("evidence", "export", "--from", "2020-01-01", "--to", "2100-01-01", "--out", out)
    wait.until(lambda: size(site) == head(site), 20, what="all is published")
    export.write_text(site.countersign("evidence", "export").stdout)
    wrong = "x.example+00000000+AbCd"
    for what in (export, out, pack):
        assert verify(what, "--key", ours, "--anchors", anchors)[0] == 64, "anchors of what log?"
        code, said, _ = verify(what, "--key", ours, "--log", folder(site), "--anchors", anchors)
        assert code == 0 and re.search(r"[1-9]\d* checkpoints that were left elsewhere are of the entries of the log", said), said
        code, said, why = verify(what, "--key", ours, "--log", folder(site), "--anchors", tmp_path / "none")
        assert code == 65 and "there is no " in why and not said, (said, why)
        code, said, _ = verify(what, "--key", ours, "--log", copied, "--anchors", anchors)
        assert code == 1 and "the log is an old copy" in said, said
        assert verify(what, "--key", wrong, "--log", folder(site))[0] == 65
    assert verify(export, "--key", wrong)[0] == verify(pack, "--key", wrong)[0] == 65
    code, _, why = verify(out, "--key", ours)
    assert code == 64 and "name that, too, with --log DIRECTORY" in why, why
    assert verify(copied, "--key", ours, "--log", folder(site))[0] == verify(copied, "--key", ours, "--tsa", ours)[0] == 64


def test_a_pack_that_was_printed_anew_or_torn(site, tmp_path):
    request, pack, ours = site.sql("select id from governance.access_request where beneficiary = 'person5'"), tmp_path / "pack.json", folder(site) / "verifier"
    text = site.countersign("evidence", "export", "--request", request, "--log", folder(site)).stdout
    pack.write_text(json.dumps(json.loads(text), indent=2))  # as `jq .` shows it
    assert verify(pack, "--key", ours)[0] == 0
    pack.write_text(text[:2000])
    code, said, _ = verify(pack, "--key", ours)
    assert code == 1 and said.startswith("the pack was cut off or changed: it is not JSON at byte 20"), said


def notes_of(site):
    left = (pathlib.Path(site.folder) / "anchors").read_text()
    return {int(m[1]): m[0] for m in re.finditer(rf"^{re.escape(ORIGIN)}\n(\d+)\n.*\n\n(?:— .*\n)+", left, re.M)}


def test_a_partial_tile_may_be_gone(site, tmp_path):
    """Under an older checkpoint, from the whole tiles that came since: c2sp.org/tlog-tiles lets the beginnings of whole tiles go."""
    older = lambda: [n for n in notes_of(site) if n % 256 and n // 256 < size(site) // 256]  # noqa: E731
    for number in range(0 if older() else 90):
        body = {"kind": "removal", "beneficiary": f"other{number}", "source": "sap-fin", "entitlement": "fin-viewer", "requester": "hr-system"}
        assert site.api("POST", "/v1/access-requests", body, f"more-{number}")[0] == 201
    count, log = max(wait.until(older, 40, what="a tile is whole that was partial")), tmp_path / "log"
    shutil.copytree(folder(site), log)
    (log / "checkpoint").write_text(notes_of(site)[count])
    for level in ("0", "entries"):
        shutil.rmtree(log / f"tile/{level}/{count // 256:03d}.p", ignore_errors=True)
    code, said, _ = verify(log, "--key", log / "verifier")
    assert code == 0 and said.startswith(f"{count} entries verify"), said
    flip(log / f"tile/0/{count // 256:03d}", 32 * (count % 256 - 1))
    code, said, _ = verify(log, "--key", log / "verifier")
    assert code == 1 and said.startswith(f"entry {count}: its text and its hash"), said


@pytest.mark.parametrize("first, why", [("yesterday evening", "yesterday evening"), ("2101-01-01", "the period ends before it begins")])
def test_what_cannot_be_exported_leaves_the_folder_alone(site, tmp_path, first, why):
    export = lambda since, folder: site.countersign("evidence", "export", "--from", since, "--to", "2100-01-01", "--out", tmp_path / folder, check=False)  # noqa: E731
    content = lambda: {file.name: file.read_bytes() for file in (tmp_path / "earlier").iterdir()}  # noqa: E731
    assert export("2020-01-01", "earlier").returncode == 0
    before = content()
    for folder in ("earlier", "new"):
        refused = export(first, folder)
        assert refused.returncode == 65 and why in refused.stderr, refused  # not 1: no count differs
    assert not (tmp_path / "new").exists() and content() == before and "manifest.json" in before
