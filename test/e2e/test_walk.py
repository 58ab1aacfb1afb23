"""The walk of schemas/README.md: a person who has never seen it maps a new request type, from scaffold to apply. Each command is run as it
stands there, and says what stands there; "…" is whatever comes."""
import os
import pathlib
import re
import subprocess

import pytest

from lib import wait, world

README = world.ROOT / "schemas" / "README.md"
HEAD = "### A new request type, step by step\n"


def steps():
    """[(command, expected output)]"""
    text = README.read_text(encoding="utf-8").partition(HEAD)[2].partition("\n### ")[0]
    block = "".join(re.findall(r"(?ms)^```console\n(.*?)^```$", text))
    return [(step.partition("\n")[0], step.partition("\n")[2]) for step in re.split(r"(?m)^\$ ", block)[1:]]


def fits(expected, said):
    lines = "".join(r"(?:.*\n)*" if line == "…" else re.escape(line).replace("…", r".*") + r"\n" for line in expected.splitlines())
    return re.fullmatch(lines, said)


@pytest.fixture(scope="module")
def site():
    with world.World() as made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def test_the_walk(site):
    bin = pathlib.Path(site.folder, "bin")
    bin.mkdir()
    (bin / "countersign").symlink_to(os.path.abspath(site.program))
    env = {**os.environ, "PATH": f"{bin}:{os.environ['PATH']}", "COUNTERSIGN_CONFIG": site.config}
    before = site.ask("40", "reyes", "fin-viewer", "SAP FIN", "nobody governs it yet")
    assert before == "OPS-1"
    walked = steps()
    assert len(walked) >= 9
    for command, expected in walked:
        done = subprocess.run(["bash", "-c", command], cwd=site.folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        assert fits(expected, done.stdout), f"$ {command}\n{done.stdout}\ninstead of\n{expected}"
    key = site.ask("40", "okafor", "fin-viewer", "SAP FIN", "governed now")
    request = wait.until(lambda: site.request(key), 20, what="it is governed")
    assert (request["rule"], request["mode"], request["kind"]) == ("grant-application-access", "observe", "grant")
