"""Roles of a user as entitlements, beside groups: at scimmy, which others wrote, and at a strict server that forgets things. A role that
nobody has shown to exist proves nothing, whoever does not hold it."""
import contextlib

import pytest

from scim_peer import Scimmy, Strict
from test_scim import read, say

ROLES = {"attribute": "roles"}
CANARY = ("canary", "watcher")


def roles(*names):
    return [{"value": name} for name in names]


@pytest.fixture(scope="module")
def scimmy():
    with contextlib.closing(Scimmy()) as made:
        made.ids = {"canary": made.user("canary", roles=roles("watcher")), "ada": made.user("ada", roles=roles("admin", "payer")),
                    "ben": made.user("ben"), "gus": made.user("gus", active=False, roles=roles("admin"))}
        yield made


def strict(people, **more):
    return contextlib.closing(Strict([{"id": f"0f8fad5b-d9cb-469f-a165-70867728{n:04x}", "userName": name, "roles": roles(*has)}
                                      for n, (name, has) in enumerate(people.items())], [], **{"ways": "R", **more}))


CROWD = {"canary": ["watcher"], "ada": ["admin"], "ben": [], "cyd": ["Auditor"]}


def test_present_and_absent(scimmy):
    ada, ben, gus, nobody = read(scimmy, ("ada", "admin"), ("ben", "admin"), ("gus", "admin"), ("nobody", "admin"), canary=CANARY, **ROLES)
    assert say(ada) == ("present", "Ok") and ada["via"] == "direct" and ada["id"] == scimmy.ids["ada"] and ada["raw"]
    assert say(ben) == ("absent", "Ok") and ben["complete"] and ben["canary"]
    assert say(gus) == ("present", "Ok") and gus["account"] == "disabled"
    assert say(nobody) == ("absent", "AccountMissing")
    assert {a["entitlement_id"] for a in (ada, ben, gus, nobody)} == {"admin"}


def test_the_last_one_who_held_it(scimmy):
    """Nobody shows that it exists any more, as if it were misspelt; whoever saw it before, or says that it exists, tells them apart."""
    scimmy.patch("Users", scimmy.ids["ada"], op="remove", path='roles[value eq "payer"]')
    assert say(*read(scimmy, ("ada", "payer"), canary=CANARY, **ROLES)) == ("unknown", "EntitlementNotFound")
    assert say(*read(scimmy, ("ada", "payer"), canary=CANARY, entitlement_pin="payer", **ROLES)) == ("absent", "Ok")
    assert say(*read(scimmy, ("ada", "payer"), canary=CANARY, known="viewer, payer", **ROLES)) == ("absent", "Ok")
    assert say(*read(scimmy, ("ada", "pajer"), canary=CANARY, known="viewer, payer", **ROLES)) == ("unknown", "EntitlementNotFound")


def test_what_else_he_holds(scimmy):
    scimmy.patch("Users", scimmy.ids["ben"], op="add", path="roles", value=roles("clerk", "driver"))
    ben, = read(scimmy, ("ben", "admin"), canary=CANARY, others="true", **ROLES)
    assert say(ben) == ("absent", "Ok") and ben["others"] == "clerk\ndriver", ben


@pytest.mark.parametrize("canary", [("canary", "never-was"), ("ben", "watcher"), ("nobody", "watcher")])
def test_the_canary_does_not_hold_it(scimmy, canary):
    answer, = read(scimmy, ("ben", "admin"), canary=canary, **ROLES)
    assert answer["outcome"] == "unknown" and answer["reason"] in ("CanaryMissing", "MembersNotReadable"), answer


def test_a_catalogue_says_which_exist():
    with strict(CROWD, roles=("watcher", "admin", "retired")) as server:
        ben, misspelt = read(server, ("ben", "retired"), ("ben", "retierd"), canary=CANARY, **ROLES)
    assert say(ben) == ("absent", "Ok") and say(misspelt) == ("unknown", "EntitlementNotFound")


def test_another_case_is_nobodys_no():
    with strict(CROWD) as server:
        assert say(*read(server, ("cyd", "auditor"), canary=CANARY, known="auditor", **ROLES)) == ("unknown", "NameInAnotherCase")


@pytest.mark.parametrize("hidden, reason", [("all", "MembersNotReadable"), ("ada", "SourceContradicts")])
def test_roles_that_are_not_shown(hidden, reason):
    """Of everybody: not even the canary's. Of one alone: the filter still finds him, so the two sides contradict each other."""
    with strict(CROWD) as server:
        def bend(call, body):
            if call.kind == "Users" and call.id and (hidden == "all" or body["id"].endswith("0001")):
                body.pop("roles", None)
        server.bend = bend
        if hidden == "all":
            server.ways = ""
        answer, = read(server, ("ada", "admin"), canary=CANARY, **ROLES)
    assert answer["outcome"] == "unknown" and answer["reason"] == reason, answer


def test_a_filter_that_is_ignored_shows_nothing():
    """It finds everybody: neither the way nor the proof that a role exists may rest on it."""
    with strict(CROWD) as server:
        matches = server.matches
        server.matches = lambda call, one: True if "roles" in call.filter else matches(call, one)
        ada, ben, misspelt = read(server, ("ada", "admin"), ("ben", "admin"), ("ben", "amdin"), canary=CANARY, **ROLES)
    assert say(ada) == ("present", "Ok") and say(ben) == ("absent", "Ok") and say(misspelt) == ("unknown", "EntitlementNotFound")


@pytest.mark.parametrize("more, told", [({"attribute": "licences"}, "write groups, roles or entitlements"),
                                        ({"known": "admin"}, "groups are looked for")])
def test_settings_that_make_no_sense(scimmy, more, told):
    answers = read(scimmy, ("ada", "admin"), canary=CANARY, **more)
    assert answers == [] and answers.code == 78 and told in answers.stderr, answers.stderr
