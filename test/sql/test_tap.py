"""pgTAP: each file of tap/ against a fresh copy of the migrated database, one transaction a statement."""
import pathlib
import re

import pytest

TAP = sorted((pathlib.Path(__file__).parent / "tap").glob("*.sql"))


@pytest.mark.parametrize("file", TAP, ids=lambda path: path.stem)
def test_tap(db, file):
    db.psql("grant usage on schema public to public")
    said = db.psql(file=file)
    lines = [line for line in said.split("\n") if re.match(r"(not )?ok \d|#", line)]
    planned = re.search(r"^1\.\.(\d+)$", said, re.M)
    failed = [line for line in lines if not line.startswith("ok ")]
    assert planned and not failed, "\n".join(failed) or said
    assert int(planned[1]) == sum(line.startswith("ok ") for line in lines)
    # whatever it was about: what was written is canonical (the forged entries of a test have another hash)
    assert db.psql("""select distinct kind from governance.evidence_entry
                       where hash = sha256(prev || convert_to(body, 'UTF8')) and body <> governance.canonical_json(body::jsonb)""") == ""
