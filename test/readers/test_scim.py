"""The SCIM reader against scimmy, which others wrote, and against a server that misbehaves as told. Unknown is never absent."""
import contextlib
import threading
import time
import unicodedata

import pytest

from conftest import ask
from scim_peer import LIST, TOKEN, Scimmy, Strict, Twist, error

CANARY = ("canary", "watch")
HOSTILE = ['a"b', "a\\b", 'x" or userName pr or userName eq "x', "a&filter=id pr", "a#b", "a%22b", "a/../b", "a?b", "a+b", "a b",
           " ", "*", "a'b", "a\tb", "a\nb", "]", "(", ".search", "null", "true", "0", "{}", "\u2028", "žofie", "😀"]


def read(peer, *pairs, canary=CANARY, secret=TOKEN, timeout_ms=20000, close_after_ms=0, **more):
    return ask("scim", {"url": peer.url, "insecure": "true", **more}, pairs, canary, secret, timeout_ms, close_after_ms)


def say(answer):
    return answer["outcome"], answer["reason"]


# -- scimmy

@pytest.fixture(scope="module")
def scimmy():
    with contextlib.closing(Scimmy()) as made:
        made.ids = {name: made.user(name, externalId=f"x-{name}") for name in ("canary", "ada", "ben", "Cyd@Example.com")}
        made.ids["gus"] = made.user("gus", active=False)
        made.groups = {"watch": made.group("watch", made.ids["canary"]),
                       "finance": made.group("finance", made.ids["canary"], made.ids["ada"], made.ids["gus"])}
        yield made


@pytest.fixture
def mood(scimmy):
    yield scimmy.mood
    scimmy.mood(refuse=0, hidden=[], emptyMembers=True)


def test_present_and_absent(scimmy):
    ada, ben, gus, nobody = read(scimmy, ("ada", "finance"), ("ben", "finance"), ("gus", "finance"), ("nobody", "finance"))
    assert say(ada) == ("present", "Ok") and ada["account"] == "active" and ada["via"] == "direct" and ada["raw"]
    assert ada["id"] == scimmy.ids["ada"], "the id that a rename does not change"
    assert say(ben) == ("absent", "Ok") and ben["complete"] and ben["canary"] and ben["account"] == "active"
    assert say(gus) == ("present", "Ok") and gus["account"] == "disabled"
    assert say(nobody) == ("absent", "AccountMissing") and nobody["account"] == "missing" and nobody["canary"]


def test_names_in_another_case(scimmy):
    """scimmy tells cases apart in filters, though its schema says they are one name: nobody of that name is not proven so."""
    loud, quiet, nobody = read(scimmy, ("ADA", "finance"), ("cyd@example.com", "finance"), ("NOBODY", "finance"))
    assert say(loud) == ("present", "Ok") and loud["id"] == scimmy.ids["ada"]
    assert say(quiet) == ("absent", "Ok") and quiet["id"] == scimmy.ids["Cyd@Example.com"]
    assert say(nobody) == ("absent", "AccountMissing")


def test_people_by_an_id_of_theirs(scimmy):
    ada, loud = read(scimmy, ("x-ada", "finance"), ("X-ADA", "finance"), canary=("x-canary", "watch"), account="externalId")
    assert say(ada) == ("present", "Ok") and say(loud) == ("absent", "AccountMissing"), "externalId is case-exact"
    by_id, = read(scimmy, ("ben", scimmy.groups["finance"]), canary=("canary", scimmy.groups["watch"]), entitlement="id")
    assert say(by_id) == ("absent", "Ok")


@pytest.mark.parametrize("canary", [("canary", "watch-old"), ("nobody", "watch"), ("ben", "watch")])
def test_canary_is_gone(scimmy, canary):
    answer, = read(scimmy, ("ben", "finance"), canary=canary)
    assert answer["outcome"] == "unknown" and answer["reason"] in ("CanaryMissing", "MembersNotReadable"), answer


def test_a_group_that_is_gone_renamed_or_misspelt(scimmy):
    gone, = read(scimmy, ("ada", "never-was"))
    assert say(gone) == ("unknown", "EntitlementNotFound") and gone["canary"]
    payers = scimmy.group("payers", scimmy.ids["canary"], scimmy.ids["ada"])
    scimmy.patch("Groups", payers, op="replace", path="displayName", value="payees")
    assert say(*read(scimmy, ("ada", "payers"))) == ("unknown", "EntitlementNotFound"), "what the name alone says"
    ada, ben, nobody = read(scimmy, ("ada", "payers"), ("ben", "payers"), ("nobody", "payers"), entitlement_pin=payers)
    assert say(ada) == ("present", "Ok") and say(ben) == ("absent", "Ok") and say(nobody) == ("absent", "AccountMissing")
    assert {a["entitlement_id"] for a in (ada, ben, nobody)} == {payers}, "a renamed group is the same one"
    anew = scimmy.group("payers", scimmy.ids["canary"])
    ada, = read(scimmy, ("ada", "payers"), entitlement_pin=payers)
    assert say(ada) == ("absent", "Ok") and ada["entitlement_id"] == anew != payers, "made anew: the verdict holds the read to the id"
    for group in (payers, anew):
        scimmy.send("DELETE", f"/scim/v2/Groups/{group}")
    assert say(*read(scimmy, ("ada", "payers"), entitlement_pin=payers)) == ("unknown", "EntitlementNotFound"), "gone proves nothing"


def test_the_last_member_leaves(scimmy, mood):
    """With the list left out scimmy fails on the filter; the user's own side answers."""
    zoe = scimmy.user("zoe")
    alone = scimmy.group("alone", zoe)
    assert say(*read(scimmy, ("zoe", "alone"))) == ("present", "Ok")
    scimmy.patch("Groups", alone, op="remove", path=f'members[value eq "{zoe}"]')
    for shown in (True, False):
        mood(emptyMembers=shown)
        assert say(*read(scimmy, ("zoe", "alone"))) == ("absent", "Ok"), shown


def test_account_disabled_deleted_and_made_again(scimmy):
    first = scimmy.user("dora")
    scimmy.patch("Groups", scimmy.groups["finance"], op="add", path="members", value=[{"value": first}])
    scimmy.patch("Users", first, op="replace", path="active", value=False)
    answer, = read(scimmy, ("dora", "finance"))
    assert say(answer) == ("present", "Ok") and answer["account"] == "disabled" and answer["id"] == first
    scimmy.send("DELETE", f"/scim/v2/Users/{first}")
    assert say(*read(scimmy, ("dora", "finance"))) == ("absent", "AccountMissing")
    second = scimmy.user("dora")
    answer, = read(scimmy, ("dora", "finance"))
    assert say(answer) == ("absent", "Ok") and answer["id"] == second != first, "told by its id: another account"


@pytest.mark.parametrize("status, reason", [(401, "AuthFailed"), (403, "RightsLost"), (429, "RateLimited"), (503, "SourceDown")])
def test_rights_lost(scimmy, mood, status, reason):
    mood(refuse=status)
    answers = read(scimmy, *[("ben", "finance")] * 20)
    assert {say(a) for a in answers} == {("unknown", reason)} and not any(a["canary"] for a in answers)


def test_the_wrong_token(scimmy):
    answer, = read(scimmy, ("ben", "finance"), secret="another")
    assert say(answer) == ("unknown", "AuthFailed")


@pytest.mark.parametrize("hidden", [["finance"], ["watch"], ["watch", "finance"]])
def test_members_hidden_from_the_reader(scimmy, mood, hidden):
    """With the canary's group hidden nothing is believed. A group that is hidden from both sides looks like one without
    members: what nobody shows nobody can read, so the credential's rights must be those of the canary's group."""
    mood(hidden=hidden)
    ada, ben = read(scimmy, ("ada", "finance"), ("ben", "finance"))
    if "watch" in hidden:
        assert say(ada) == say(ben) == ("unknown", "MembersNotVisible")
    else:  # the limit that `source test` tells of
        assert say(ada) == say(ben) == ("absent", "Ok") and ada["canary"]


def test_hostile_names_find_nobody_else(scimmy):
    """Each is a person and a group of exactly this name, and nobody else's. scimmy trips over some beyond ASCII."""
    for name in HOSTILE:
        scimmy.group(name, scimmy.user(name))
    pairs = [(a, b) for a, b in zip(HOSTILE, HOSTILE)] + list(zip(HOSTILE[::4], HOSTILE[1::4]))
    for (account, entitlement), answer in zip(pairs, read(scimmy, *pairs, timeout_ms=50000)):
        right = ("present" if account == entitlement else "absent", "Ok")
        assert say(answer) == right or ((account + entitlement).isascii() is False and answer["outcome"] == "unknown"), (
            account, entitlement, answer)


@pytest.mark.parametrize("name", ['ada" or id pr or userName eq "', "ada\\", 'ada") or (id pr', "ada&count=0", "ada#", "ad%61"])
def test_names_that_would_steer_the_filter(scimmy, name):
    account, entitlement = read(scimmy, (name, "finance"), ("ada", name))
    assert say(account) == ("absent", "AccountMissing") and say(entitlement)[0] == "unknown", (account, entitlement)


def test_names_nobody_can_compare(scimmy):
    scimmy.user("ánya")
    composed, apart, long, no_text = read(scimmy, ("ánya", "finance"), (unicodedata.normalize("NFD", "ánya"), "finance"),
                                          ("x" * 5000, "finance"), ("\udcff", "finance"))
    assert say(composed) == ("absent", "Ok")
    assert say(apart) == ("unknown", "NameNotComparable"), "the same letters, other bytes: not proven to be nobody"
    assert say(long) == ("unknown", "KeyTooLong") and say(no_text) == ("unknown", "KeyNotText")


def test_many_at_once_and_closed_while_reading(scimmy):
    answers = read(scimmy, *[("ada" if n % 2 else "ben", "finance") for n in range(20)])
    assert [a["outcome"] for a in answers] == ["present" if n % 2 else "absent" for n in range(20)]
    closed = read(scimmy, *[("ben", "finance")] * 20, close_after_ms=10)
    assert len(closed) == 20, "each is told"
    crowd = read(scimmy, *[("ada", "finance")] * 300, close_after_ms=100)
    assert len(crowd) == 300 and ("unknown", "Overloaded") in {say(a) for a in crowd}


# -- a server that misbehaves

def people(*more):
    return [{"id": f"u-{n:032x}", "userName": name} for n, name in enumerate(("canary", "ada", "ben", *more))]


def uid(n):
    return f"u-{n:032x}"


def groups():
    return [{"id": "g-watch", "displayName": "watch", "members": [{"value": uid(0)}]},
            {"id": "g-finance", "displayName": "finance", "members": [{"value": uid(0)}, {"value": uid(1)}]}]


@pytest.fixture
def strict():
    made = []

    def make(*more, **options):
        made.append(Strict(people(*more), groups(), **options))
        return made[-1]
    yield make
    for server in made:
        server.close()


TRUTH = [("present", "Ok"), ("absent", "Ok"), ("absent", "AccountMissing")]
PAIRS = [("ada", "finance"), ("ben", "finance"), ("nobody", "finance")]


@pytest.mark.parametrize("ways", ["A", "B", "C", "", "F"])
def test_each_way_is_proven(strict, ways):
    """A, B and C are filters; without any the user's list of groups is read (D)."""
    server = strict(ways=ways)
    assert [say(a) for a in read(server, *PAIRS)] == TRUTH
    asked = [c.filter for c in server.calls if c.filter and "members" in c.filter]
    assert not any("and members eq" in f for f in asked) or ways in "CF", "a better way was proven before"


@pytest.mark.parametrize("ways, hide", [("", ["groups"]), ("F", ["members"])])
def test_ways_of_last_resort(strict, ways, hide):
    """The user shows no groups: the group's members are read (E). Neither is shown: the users are filtered by group (F)."""
    server = strict(ways=ways)

    def bend(call, body):
        if call.id and call.kind in ("Users", "Groups"):
            for name in ("groups", "members") if ways else hide:
                body.pop(name, None)
    server.bend = bend
    assert [say(a) for a in read(server, *PAIRS)] == TRUTH


def others(server, *pairs, **more):
    return [a.get("others") for a in read(server, *pairs, others="true", **more)]


@pytest.mark.parametrize("ways, user_side", [("", True), ("A", True), ("A", False), ("B", False), ("C", False)])
def test_what_else_an_account_holds(strict, ways, user_side):
    """From the user's own list of groups where the server fills it, else by the filter on members that was proven."""
    server = strict(ways=ways)
    server.groups += [{"id": "g-more", "displayName": "more", "members": [{"value": uid(1)}, {"value": uid(2)}]}]

    def bend(call, body):
        if call.id and call.kind == "Users" and not user_side:
            body.pop("groups", None)
    server.bend = bend
    assert others(server, *PAIRS) == ["finance\nmore", "more", None], "of nobody nothing"
    assert others(server, ("g-finance-no", "g-more"), (uid(1), "g-more"), canary=(uid(0), "g-watch"), account="id",
                  entitlement="id")[1] == "g-finance\ng-more"
    server.groups += [{"id": f"g-{n}", "displayName": f"more {n}", "members": [{"value": uid(1)}]} for n in range(70)]
    answers = read(server, *PAIRS, others="true")
    assert [say(a) for a in answers] == TRUTH and [a.get("others") for a in answers] == [None, "more", None], "too many to compare"
    assert not any("others" in a for a in read(server, *PAIRS)), "not asked for"


@pytest.mark.parametrize("what", ["no names", "the canary's is empty", "his own is not in it", "refused", "another's"])
def test_lists_that_are_not_whole(strict, what):
    """A list that cannot be trusted is none, and the answer stays."""
    server = strict(ways="A")
    server.groups += [{"id": "g-more", "displayName": "more", "members": [{"value": uid(1)}, {"value": uid(2)}]}]

    def bend(call, body):
        if not call.id or call.kind != "Users" or call.params.get("attributes") != "id,groups":
            return
        if what == "no names":
            for group in body["groups"]:
                group.pop("display")
        elif what == "the canary's is empty" and call.id == uid(0):
            body["groups"] = []
        elif what == "his own is not in it":
            body["groups"] = [g for g in body["groups"] if g["value"] != "g-finance"]
        elif what == "refused":
            raise error(403)
        elif what == "another's":
            body["id"] = uid(9)
    server.bend = bend
    answers = read(server, *PAIRS, others="true")
    assert [say(a) for a in answers] == TRUTH
    assert [a.get("others") for a in answers][:2] == [None, "more" if what == "his own is not in it" else None]


ONE_SIDED = {  # what the group shows instead of its members, and what is then known of somebody who is not among them
    "left out": (lambda body: body.pop("members"), ("unknown", "MembersNotVisible")),
    "null": (lambda body: body.update(members=None), ("unknown", "MembersNotVisible")),
    "nobody": (lambda body: body.update(members=[]), ("absent", "Ok")),
    "a group with an id like his": (lambda body: body.update(members=[{"value": uid(2), "type": "group"}]), ("absent", "Ok")),
}


@pytest.mark.parametrize("what", ONE_SIDED)
def test_members_of_one_side(strict, what):
    """Only the group's own list can be read (E): members that are not shown are not members that are not there."""
    server = strict(ways="")
    change, known = ONE_SIDED[what]

    def bend(call, body):
        if call.id and call.kind == "Users":
            body.pop("groups", None)
        elif call.id == "g-finance":
            change(body)
    server.bend = bend
    ben, = read(server, ("ben", "finance"))
    assert say(ben) == known and ben["canary"]


def test_no_way_at_all(strict):
    server = strict(ways="")

    def bend(call, body):
        if call.id:
            body.pop("groups", None)
            body.pop("members", None)
    server.bend = bend
    assert {say(a) for a in read(server, *PAIRS)} == {("unknown", "MembersNotVisible")}


def test_a_filter_that_ignores_its_second_half(strict):
    """It finds the canary, and everybody else too: it proves nothing, and another way is taken."""
    server = strict()
    matches = server.matches
    server.matches = lambda call, one: matches(call, one) if " and " not in call.filter else one["id"] in call.filter
    assert [say(a) for a in read(server, *PAIRS)] == TRUTH


@pytest.mark.parametrize("what, found", [("everything", lambda all_: all_), ("the first", lambda all_: all_[:1])])
def test_a_filter_that_is_ignored(strict, what, found):
    server = strict()
    server.find_all = server.matches
    server.matches = lambda call, one: one in found(list(server.people_seen()) if call.kind == "Users" else server.groups)
    assert {say(a)[0] for a in read(server, *PAIRS)} == {"unknown"}


def test_the_canary_is_seen_and_the_member_is_not(strict):
    """Members of one group are hidden on its own side; the user's side tells, so the absence is not believed."""
    server = strict(ways="A")
    matches = server.matches
    server.matches = lambda call, one: matches(call, one) and not ("members" in call.filter and one["id"] == "g-finance")
    ada, ben, _ = read(server, *PAIRS)
    assert say(ada) == ("unknown", "SourceContradicts") and say(ben) == ("absent", "Ok")


def test_removed_and_still_in_through_another_group(strict):
    server = strict(ways="A")
    server.people[2]["groups"] = [{"value": "g-finance", "type": "indirect"}]
    ben = read(server, *PAIRS)[1]
    assert say(ben) == ("present", "Ok") and ben["via"] == "nested"


@pytest.mark.parametrize("how", ["refused", "nothing to see"])
@pytest.mark.parametrize("after", [25, 60, 101])
def test_rights_lost_in_the_middle(strict, how, after):
    """Of many removals under way none is believed without a call about the canary, answered after all that was asked about its own."""
    names = [f"n{n:02}" for n in range(40)]
    server = strict(*names)

    def twist(call):
        if len(server.calls) > after:
            raise error(403) if how == "refused" else error(404) if call.id else Twist(200, {"schemas": [LIST], "totalResults": 0})
    server.twist = twist
    answers = read(server, *[(name, "finance") for name in names])

    def about(which):
        return [n for n, call in enumerate(server.calls) if which in (call.filter or "") or call.id == which]
    believed = [a for a in answers if a["outcome"] != "unknown"]
    assert len(believed) < 40 and all(a["canary"] for a in believed), [say(a) for a in answers]
    for answer in believed:
        assert [n for n in about(uid(0)) if about(answer["id"])[-1] < n < after], answer


def test_reads_of_one_group_share_what_they_ask(strict):
    """Forty accounts of one group at a server that shows its members alone: each reads the whole list anew only where nobody else is about
    to, and all are held to a canary of their own run."""
    names = [f"n{n:02}" for n in range(40)]
    server = strict(*names, ways="", config=NO_FILTER)

    def bend(call, body):
        if call.path == "Groups/g-finance":
            time.sleep(0.1)  # so that the others are there before it is answered, however busy the machine
        if call.kind == "Users" and call.id:
            body.pop("groups", None)
    server.bend = bend
    answers = read(server, *[(name, "finance") for name in names], *PAIRS[:2])
    assert [say(a) for a in answers] == [("absent", "Ok")] * 40 + TRUTH[:2] and all(a["canary"] for a in answers)
    lists = [call for call in server.calls if call.path == "Groups/g-finance"]
    assert len(lists) < 21, len(lists)


def test_told_to_wait(strict):
    """Nobody knocks on: what was under way when the first was told is all that is still asked."""
    server = strict()

    def twist(call):
        if len(server.calls) > 60:
            raise error(429, headers={"Retry-After": "60"})
    server.twist = twist
    answers = read(server, *[("ben", "finance")] * 40)
    assert len(server.calls) < 60 + 10 and {say(a) for a in answers} <= {("absent", "Ok"), ("unknown", "RateLimited")}


def test_told_to_wait_by_two(strict):
    """Three calls are under way; the first is told to wait long, the second shortly, and when that has passed the third comes
    back: the long wait counts."""
    server = strict("cyd")
    together = threading.Barrier(3, timeout=15)

    def twist(call):
        for name, after, wait in (("ada", 0, "60"), ("ben", 0.4, "1"), ("cyd", 2, None)):
            if call.filter == f'userName eq "{name}"':
                together.wait()
                time.sleep(after)
                if wait:
                    raise error(429, headers={"Retry-After": wait})
    server.twist = twist
    answers = read(server, *[(name, "finance") for name in ("ada", "ben", "cyd")])
    assert [say(a) for a in answers] == [("unknown", "RateLimited")] * 3
    assert "userName eq" in server.calls[-1].filter, "nothing was asked after those"


def test_accounts_of_one_name_and_groups_of_one_name(strict):
    server = strict("Ada")
    server.groups.append({**groups()[0], "id": "g-other", "displayName": "twins"})
    server.groups.append({**groups()[0], "id": "g-more", "displayName": "Twins"})
    ada, twins = read(server, ("ada", "finance"), ("ben", "twins"))
    assert say(ada) == ("unknown", "AccountAmbiguous") and ada["account"] == "ambiguous"
    assert say(twins) == ("unknown", "EntitlementAmbiguous")


@pytest.mark.parametrize("active, state", [(False, "disabled"), ("False", "disabled"), ("true", "active"), (None, None), (0, None)])
def test_account_states(strict, active, state):
    """Who may be disabled holds nothing for sure; that he does not hold it is known all the same."""
    server = strict()
    for n in (1, 2):
        server.people[n]["active"] = active
        if active is None:
            del server.people[n]["active"]
    ada, ben, _ = read(server, *PAIRS)
    assert say(ada) == (("present", "Ok") if state else ("unknown", "AccountStateHidden")) and ada["account"] == (state or "unknown")
    assert say(ben) == ("absent", "Ok")


REPLIES = {
    "401": (lambda: error(401), "AuthFailed"),
    "403": (lambda: error(403), "RightsLost"),
    "404 of a wrong base": (lambda: error(404), "NotVisible"),
    "429": (lambda: error(429, headers={"Retry-After": "60"}), "RateLimited"),
    "500": (lambda: error(500), "SourceDown"),
    "503": (lambda: error(503, headers={"Retry-After": "1"}), "SourceDown"),
    "too many": (lambda: error(400, "tooMany"), "PartialResult"),
    "elsewhere": (lambda: Twist(302, b"", headers={"Location": "http://127.0.0.1:1/scim/v2/Users"}), "Redirected"),
    "a page to sign in": (lambda: Twist(200, b"<html>", "text/html"), "NotScim"),
    "JSON of no type": (lambda: Twist(200, {"schemas": [LIST], "totalResults": 0}, "text/plain"), "NotScim"),
    "half a reply": (lambda: Twist(200, b'{"schemas":["' + LIST.encode() + b'"],"totalResults":0,"Resour'), "BadReply"),
    "cut on the way": (lambda: Twist(200, b'{"schemas":', headers={"Content-Length": "4000", "Connection": "close"}), None),
    "no list": (lambda: Twist(200, {"totalResults": 0, "Resources": []}), "BadReply"),
    "no total": (lambda: Twist(200, {"schemas": [LIST], "Resources": []}), "BadReply"),
    "a negative total": (lambda: Twist(200, {"schemas": [LIST], "totalResults": -1}), "BadReply"),
    "a total in words": (lambda: Twist(200, {"schemas": [LIST], "totalResults": "0"}), "BadReply"),
    "two totals": (lambda: Twist(200, b'{"schemas":["' + LIST.encode() + b'"],"totalResults":0,"totalResults":1}'), "BadReply"),
    "a total without anybody": (lambda: Twist(200, {"schemas": [LIST], "totalResults": 3, "Resources": []}), "PartialResult"),
    "more than its total": (lambda: Twist(200, {"schemas": [LIST], "totalResults": 0, "Resources": [{"id": "a"}]}), "BadReply"),
    "a page and more to come": (lambda: Twist(200, {"schemas": [LIST], "totalResults": 0, "nextCursor": "x"}), "PartialResult"),
    "somebody without an id": (lambda: Twist(200, {"schemas": [LIST], "totalResults": 1, "Resources": [{"userName": "ben"}]}), "BadReply"),
    "somebody else": (lambda: Twist(200, {"schemas": [LIST], "totalResults": 1, "Resources": [
        {"id": "a", "userName": "z", "displayName": "z"}]}), "FilterIgnored"),
    "somebody without the name": (lambda: Twist(200, {"schemas": [LIST], "totalResults": 1, "Resources": [{"id": "a"}]}),
                                  "AttributeHidden"),
    "an error that says 200": (lambda: Twist(200, error(403).body), "RightsLost"),
    "an id that leads elsewhere": (lambda: Twist(200, {"schemas": [LIST], "totalResults": 1, "Resources": [{"id": ".."}]}), "BadReply"),
    "partial content": (lambda: Twist(206, {"schemas": [LIST], "totalResults": 0}), "PartialResult"),
    "nothing": (lambda: Twist(204, b""), "QueryRefused"),
    "deep nesting": (lambda: Twist(200, b'{"a":' * 500 + b"1" + b"}" * 500), "BadReply"),
    "five megabytes": (lambda: Twist(200, b'{"schemas":["' + LIST.encode() + b'"],"x":"' + b"y" * 5000000 + b'"}'), "ReplyTooLarge"),
}


HELD = {"429", "503"}  # after these nothing is asked for a while: they have a run of their own


def misbehave(whats):
    """The server is proven; then what answers about one of three goes wrong: the group, the user, the membership."""
    names = {what: n for n, what in enumerate(whats)}
    server = Strict(people(*(f"{part}{n}" for n in names.values() for part in ("user", "member"))), groups())
    for n in names.values():
        server.groups.append({**server.groups[1], "id": f"g-{n}", "displayName": f"group{n}"})
    ids = {p["userName"]: p["id"] for p in server.people}

    def twist(call):
        for what, n in names.items():
            if call.filter and any(f'"{part}"' in call.filter for part in (f"group{n}", f"user{n}", ids[f"member{n}"])):
                if "group" in call.filter or "user" in call.filter or "and" in call.filter:
                    raise REPLIES[what][0]()
    server.twist = twist
    pairs = [pair for n in names.values() for pair in (("ben", f"group{n}"), (f"user{n}", "finance"), (f"member{n}", "finance"))]
    try:
        answers = read(server, *pairs, timeout_ms=50000)
    finally:
        server.close()
    return {what: answers[3 * n:3 * n + 3] for what, n in names.items()}


@pytest.fixture(scope="module")
def misbehaved():
    return misbehave([what for what in REPLIES if what not in HELD])


@pytest.mark.parametrize("what", REPLIES)
def test_a_removal_is_not_believed(misbehaved, what):
    group, user, member = misbehaved[what] if what in misbehaved else misbehave([what])[what]
    for answer in (group, user):
        assert answer["outcome"] == "unknown" and REPLIES[what][1] in (answer["reason"], None), answer
    assert member["outcome"] == "unknown", "a way that says nothing of use is not made up for by another"


@pytest.mark.parametrize("status", [400, 501])
def test_a_filter_that_is_refused_for_one(strict, status):
    """The name is looked for in the whole list, the membership in the user's own."""
    server = strict("gil", "hal")

    def twist(call):
        if call.filter and any(part in call.filter for part in ('eq "gil"', uid(4))):
            raise error(status, "invalidFilter")
    server.twist = twist
    assert [say(a) for a in read(server, ("gil", "finance"), ("hal", "finance"))] == [("absent", "Ok")] * 2


def test_a_server_that_says_nothing_of_itself(strict):
    server = strict(config={"filter": {}, "pagination": None})
    config = server.config

    def twist(call):
        server.config = {"filter": {"supported": True}}
        if call.kind in ("ServiceProviderConfig", "ResourceTypes", "Schemas"):
            raise error(403 if call.kind == "Schemas" else 404)
    server.twist = twist
    assert [say(a) for a in read(server, *PAIRS)] == TRUTH and config


def test_endpoints_and_schemas_are_its_own(strict):
    """Its people are at /Accounts, their names tell cases apart, and it knows no `active`."""
    server = strict("ADA", caseless=False)
    for person in server.people:
        del person["active"]
    server.groups[1]["members"] = [{"value": uid(1)}]

    def twist(call):
        if call.kind == "ResourceTypes":
            raise Twist(200, {"schemas": [LIST], "totalResults": 2, "Resources": [
                {"id": "User", "endpoint": "Accounts", "schema": "urn:ietf:params:scim:schemas:core:2.0:User"},
                {"id": "Group", "endpoint": "https://elsewhere/Groups", "schema": "urn:ietf:params:scim:schemas:core:2.0:Group"}]})
        if call.kind == "Schemas":
            raise Twist(200, {"id": call.id, "attributes": [{"name": "userName", "caseExact": True}]})
        if call.kind == "Accounts":
            call.kind = "Users"
        elif call.kind == "Users":
            raise error(404)
    server.twist = twist
    ada, loud = read(server, ("ada", "finance"), ("ADA", "finance"))
    assert say(ada) == ("present", "Ok") and ada["account"] == "active" and say(loud) == ("absent", "Ok")


# -- pages

CROWD = [f"p{n:03d}" for n in range(55)]
NO_FILTER = {"filter": {"supported": False, "maxResults": 20}}
CURSORS = {"filter": {"supported": False}, "pagination": {"cursor": True, "index": False, "maxPageSize": 15}}


@pytest.mark.parametrize("options", [{"config": NO_FILTER}, {"config": CURSORS, "cursors": True},
                                     {"config": NO_FILTER, "page_max": 13}, {"config": NO_FILTER, "cursors": True}])
def test_pages_by_index_and_by_cursor(strict, options):
    server = strict(*CROWD, **options)
    last, = read(server, (CROWD[-1].upper(), "finance"))
    assert say(last) == ("absent", "Ok") and last["id"] == uid(57)
    assert [say(a) for a in read(server, *PAIRS)] == TRUTH


def pages(strict, bend, pair=("nobody", "finance"), **options):
    server = strict(*CROWD, **{"config": NO_FILTER, **options})
    server.bend = lambda call, body: bend(call, body) if call.kind == "Users" and not call.id else None
    return read(server, pair)[0]


def drop(names):
    return lambda call, body: body.update(Resources=[p for p in body["Resources"] if p.get("userName") not in names])


def set_total(of):
    return lambda call, body: body.update(totalResults=of(int(call.params.get("startIndex", "1")), body["totalResults"]))


PAGES = {
    "a page that is short of one": (drop(["p030"]), {}, {"PartialResult", "WrongPage", "PageLoop"}),
    "a total that shrinks": (set_total(lambda start, total: total if start == 1 else total - 5), {}, {"ChangedWhileReading"}),
    "page one for ever": (lambda call, body: body.update(startIndex=1), {}, {"WrongPage"}),
    "a page that tells no place": (lambda call, body: body.pop("startIndex"), {}, {"WrongPage"}),
    "an empty page too early": (lambda call, body: call.params.get("startIndex", "1") != "1" and body.update(Resources=[]), {},
                                {"PartialResult"}),
    "the same people again": (lambda call, body: body.update(Resources=[{"id": uid(0), "userName": "canary"}] + body["Resources"][1:]),
                              {}, {"PageLoop"}),
    "the same cursor again": (lambda call, body: body.update(nextCursor="15"), {"config": CURSORS, "cursors": True}, {"PageLoop"}),
    "a cursor lost": (lambda call, body: call.params.get("cursor") == "30" and body.pop("nextCursor"),
                      {"config": CURSORS, "cursors": True}, {"PartialResult"}),
    "without the canary": (lambda call, body: (drop(["canary"])(call, body), set_total(lambda start, total: total - 1)(call, body)), {},
                           {"CanaryMissing", "WrongPage", "PageLoop"}),
}


@pytest.mark.parametrize("what", PAGES)
def test_pages_that_cannot_be_trusted(strict, what):
    bend, options, reasons = PAGES[what]
    answer = pages(strict, bend, **options)
    assert answer["outcome"] == "unknown" and answer["reason"] in reasons, answer


@pytest.mark.parametrize("name, hidden, reason", [
    ("nobody", None, "AccountMissing"), ("nobody", "p030", "AttributeHidden"), ("p030", "p030", "AttributeHidden"),
    (unicodedata.normalize("NFD", "ánya"), None, "NameNotComparable")])
def test_a_walk_that_finds_nobody(strict, name, hidden, reason):
    """Somebody whose name is not shown may be him, and so may somebody whose name has the same letters in other bytes."""
    server = strict("ánya", *CROWD, config=NO_FILTER)

    def bend(call, body):
        for person in body["Resources"] if call.kind == "Users" and not call.id else []:
            if person["userName"] == hidden:
                del person["userName"]
    server.bend = bend
    assert say(*read(server, (name, "finance"))) == ("absent" if reason == "AccountMissing" else "unknown", reason)


def test_a_walk_that_misses_the_canary(strict):
    """The filters find the canary, the list does not show it: it is not the whole list, so who is not in it may be somewhere."""
    server = strict(*CROWD, caseless=False)

    def bend(call, body):
        if call.kind == "Users" and "startIndex" in call.params:
            body["totalResults"] -= 1
            drop(["canary"])(call, body)
    server.bend = bend
    assert say(*read(server, ("nobody", "finance"))) == ("unknown", "CanaryMissing")


# -- the network

def test_time_runs_out(strict):
    server = strict()

    def twist(call):
        if call.filter and "ben" in call.filter:
            time.sleep(1.5)
    server.twist = twist
    slow, = read(server, ("ben", "finance"), timeout_ms=400)
    assert say(slow) == ("unknown", "Timeout")
    fine, = read(server, ("ada", "finance"))
    assert say(fine) == ("present", "Ok")


def test_nobody_is_there():
    class Gone:
        url = "http://127.0.0.1:1/scim/v2"
    answer, = read(Gone, ("ben", "finance"))
    assert say(answer) == ("unknown", "SourceDown")


def test_a_cache_vouches_for_no_more_than_its_age(strict):
    server = strict()
    def twist(call):
        if call.filter and "ben" in call.filter:
            body = server.find(call)
            raise Twist(200, body, headers={"Age": "600"})
    server.twist = twist
    fresh, old = read(server, ("ada", "finance"), ("ben", "finance"))
    assert say(old) == ("absent", "Ok") and 580000 < fresh["as_of_ms"] - old["as_of_ms"] < 620000


@pytest.mark.parametrize("url, more", [
    ("http://scim.example.com/scim/v2", {}), ("http://127.0.0.1:1/", {"insecure": "false"}),
    ("http://localhost@example.com/", {}), ("https://", {}), ("https://a/", {"account": "userName eq"}),
])
def test_settings_that_open_nothing(url, more):
    class At:
        pass
    At.url = url
    done = read(At, ("ben", "finance"), **more)
    assert not done and done.code == 78 and done.stderr


@pytest.mark.parametrize("host", ["169.254.169.254", "127.1.2.3"])
def test_addresses_where_no_source_is(host):
    class Inside:
        url = f"https://{host}/scim/v2"
    answer, = read(Inside, ("ben", "finance"), timeout_ms=2000)
    assert say(answer) == ("unknown", "AddressRefused")
