"""Several people looked for at one time, at a SCIM server that takes "or": one call finds them, and nobody is believed to be gone by it."""
import time

import pytest

from scim_peer import error
from test_scim import PAIRS, TRUTH, read, say, strict  # noqa: F401 (a fixture)


def sought(server):
    """The filters by which people were looked for, the canary left out."""
    return [c.filter for c in server.calls if c.kind == "Users" and c.filter and "userName eq" in c.filter and "canary" not in c.filter.lower()]


MANY = [f"n{n:02}" for n in range(40)]


def test_several_people_are_found_by_one_filter(strict):
    """Where the server has proven "or": who is found by it is asked about, who is not is looked for alone before he counts as nobody."""
    server = strict(*MANY, ways="AO")
    server.bend = lambda call, body: time.sleep(0.05)  # whoever comes meanwhile is gathered: on a busy machine they come slowly
    pairs = [*((name, "finance") for name in MANY), *PAIRS]
    answers = read(server, *pairs, at_once="43")
    assert [say(a) for a in answers] == [("absent", "Ok")] * 40 + TRUTH and all(a["canary"] for a in answers)
    assert {a["id"] for a in answers[:40]} == {p["id"] for p in server.people if p["userName"] in MANY}
    together, alone = ([f for f in sought(server) if (" or " in f) is several] for several in (True, False))
    assert 1 <= len(together) <= 6 and set(alone) == {'userName eq "nobody"'}, (together, alone)


@pytest.mark.parametrize("cut", ["a page", "the first", "everybody", "a name", "refused", "another", "twice"])
def test_what_one_filter_for_several_does_not_tell(strict, cut):
    """It leaves some out, shows too much, or fails, after it was proven: each is asked for alone, with the same answers as ever."""
    server = strict(*MANY[:8], ways="AO")

    def bend(call, body):
        if " or " not in (call.filter or "") or "canary" in call.filter.lower():
            return
        found = body["Resources"]
        if cut == "a page":  # and the total says so
            body["Resources"] = found[:3]
        elif cut == "the first":  # and the total does not
            body["Resources"], body["totalResults"] = found[:1], 1
        elif cut == "everybody":
            body["Resources"] = [{"id": p["id"], "userName": p["userName"], "active": True} for p in server.people]
            body["totalResults"] = len(server.people)
        elif cut == "a name":
            body["Resources"] = [{k: v for k, v in one.items() if k != "userName"} for one in found]
        elif cut == "refused":
            raise error(400, "tooMany")
        elif cut == "another":
            body["Resources"], body["totalResults"] = [{"id": "u-x", "userName": "somebody", "active": True}], 1
        else:
            body["Resources"], body["totalResults"] = [*found, {**found[0], "id": "u-x"}], len(found) + 1
    server.bend = bend
    pairs = [*((name, "finance") for name in MANY[:8]), *PAIRS]
    answers = read(server, *pairs, at_once="11")
    assert [say(a) for a in answers] == [("absent", "Ok")] * 8 + TRUTH, [say(a) for a in answers]
    assert any(" or " in f for f in sought(server))


def test_a_filter_whose_second_half_is_not_read_names_nobody_else(strict):
    server = strict(*MANY[:8], ways="AO")
    server.twist = lambda call: setattr(call, "filter", call.filter.split(" or ")[0]) if call.filter else None
    answers = read(server, *((name, "finance") for name in MANY[:8]), at_once="8")
    assert [say(a) for a in answers] == [("absent", "Ok")] * 8
    assert len(sought(server)) >= 8
