"""The published log of evidence, verified by Go's code from the page for auditors alone."""
import hashlib
import os
import pathlib
import shutil
import subprocess

import pytest

from e2e.test_evidence_log import ORIGIN, evidence, flip, genpkey, rehash, swap
from lib import wait, world

PAGE = (world.ROOT / "deploy" / "verify-evidence.md").read_text()
pytestmark = pytest.mark.skipif(not shutil.which("go"), reason="Go is not installed: deploy/setup --with golang")


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """Built once, by the command of the page."""
    folder = tmp_path_factory.mktemp("verify")
    (folder / "verify.go").write_text(PAGE.split("```go\n")[1].split("```")[0])
    command = PAGE.split("```console\n$ ")[1].split("\n")[0].replace("go run verify.go log verifier", "go build -o verify verify.go")
    subprocess.run(["bash", "-euc", command], cwd=folder, check=True, env={**os.environ, "GOCACHE": str(folder / "cache"), "GOFLAGS": ""})
    return folder / "verify"


@pytest.fixture(scope="module")
def log():
    """A log of more than two tiles, nobody writes on."""
    site = world.World()
    site.start_database()
    site.start_directory()
    site.start_jira()
    site.configure()
    genpkey(f"{site.folder}/evidence.pem")
    with open(site.config, "a") as file:
        file.write(evidence(site))
    site.start_service()
    for number in range(150):
        body = {"kind": "removal", "beneficiary": f"person{number}", "source": "sap-fin", "entitlement": "fin-viewer", "requester": "hr-system"}
        assert site.api("POST", "/v1/access-requests", body, f"go-{number}")[0] == 201
    path = pathlib.Path(site.folder) / "log"
    wait.until(lambda: (path / "checkpoint").exists() and int((path / "checkpoint").read_text().splitlines()[1]) > 520, 60, what="three tiles")
    site.service.stop()
    yield path
    site.close()


def run(program, log):
    done = subprocess.run([program, log, log / "verifier"], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_what_was_published_verifies(program, log):
    code, said = run(program, log)
    size = (log / "checkpoint").read_text().splitlines()[1]
    assert code == 0 and said == f"{size} entries verify, signed by {ORIGIN}\n", said


def forge(log):
    """An entry and the hash in its tile; the root is signed."""
    swap(log / "tile/entries/000", b'"kind":"r', b'"kind":"x')
    bundle = (log / "tile/entries/000").read_bytes()
    with open(log / "tile/0/000", "r+b") as tile:
        at = index = 0
        while b'"kind":"x' not in bundle[at + 2:at + 2 + int.from_bytes(bundle[at:at + 2], "big")]:
            at += 2 + int.from_bytes(bundle[at:at + 2], "big")
            index += 1
        tile.seek(32 * index)
        tile.write(hashlib.sha256(b"\0" + bundle[at + 2:at + 2 + int.from_bytes(bundle[at:at + 2], "big")]).digest())


SPOILED = {
    "an entry is edited": (lambda log: swap(log / "tile/entries/000", b'"kind":"r', b'"kind":"x'), "is not the one that was published"),
    "a hash is edited": (lambda log: flip(log / "tile/0/001", 64), "entry 259 is not the one"),
    "an entry and its hash are edited": (forge, "the checkpoint that is signed is of other entries"),
    "a tile is gone": (lambda log: (log / "tile/0/001").unlink(), "no such file"),
    "the checkpoint is edited": (lambda log: swap(log / "checkpoint", b"/acme\n", b"/acme\n1"), "invalid signature"),
    "all is hashed anew": (rehash, "invalid signature"),
    "it is another key's": (lambda log: swap(log / "verifier", b"acme+", b"acnf+"), "invalid verifier hash"),
}


@pytest.mark.parametrize("what", SPOILED)
def test_what_was_changed_is_found_out(program, log, tmp_path, what):
    spoil, told = SPOILED[what]
    shutil.copytree(log, tmp_path / "log")
    spoil(tmp_path / "log")
    code, said = run(program, tmp_path / "log")
    assert code != 0 and told in said, said
