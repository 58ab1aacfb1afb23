"""The demo plays its story, and every line of it is checked: by the demo itself, and here that none is left out."""
import re

import pytest

from lib import proc, world

STORY = ["READABLE: its canary is seen", "one still has what was closed as removed", "governed, and the agent knows what to do", "NOT CLOSED: the access is still there",
         "VERIFIED: the ticket resolved by itself", "the request is closed on that proof",
         "EXPLAINED read by read", "NOT CLOSED: the membership is not there",
         "VERIFIED: the ticket resolved by itself", "found and REOPENED, with the reason",
         "VERIFIED and closed once the role was really gone", "closed UNDER AN EXCEPTION, which proves nothing",
         "LAPSED: owed again, and the ticket is reopened", "VERIFIED: this time it is really gone", "the ticket was found by its marker and bound",
         "exactly one ticket exists", "ESCALATED before its deadline", "its priority is High", "people of another project have a ticket that names it", "VERIFIED within its goal", "refused, the one before goes on", "put right: what is live is good", "the plan leads with what flips", "applied, by its plan alone",
         "rolled back", "evidence chain verified", "published: the whole log verifies offline", "TAMPERED: evidence verify names the place",
         "put back: it verifies again", "the board shows it", "its evidence on one page"]


@pytest.mark.parametrize("flavour", ["cloud", "datacenter"])
def test_the_story_is_played_without_a_miss(flavour):
    done = proc.run([world.ROOT / "deploy" / "demo", "--once", "--no-setup", "--flavour", flavour], timeout=180)
    assert f"Jira stand-in ({flavour})" in done.stdout
    assert ", 0 missed" in done.stdout and "✗" not in done.stdout, done.stdout
    told = [line.split("✓ ", 1)[1] for line in done.stdout.splitlines() if re.match(r" \d\d:\d\d:\d\d .*✓ ", line)]
    assert len(told) == len(STORY) and all(line.startswith(part) for line, part in zip(told, STORY)), told
