"""The REST reader and its shipped profiles against servers of the vendors' documented shapes. Unknown is never absent."""
import contextlib
import email.utils
import pathlib
import time

import pytest

from conftest import ask
from rest_peer import VENDORS, Twist


def read(peer, *pairs, canary=("canary", "watch"), secret=None, timeout_ms=20000, close_after_ms=0, **more):
    def named(pair):
        return peer.account(pair[0]), peer.entitlement(pair[1])
    return ask("rest", {**peer.connection(), **more}, [named(p) for p in pairs], named(canary), secret or peer.secret, timeout_ms,
               close_after_ms)


def say(answer):
    return answer["outcome"], answer["reason"]


@pytest.fixture(params=sorted(VENDORS))
def peer(request):
    with contextlib.closing(VENDORS[request.param]()) as made:
        yield made


@pytest.fixture
def vendor():
    with contextlib.ExitStack() as stack:
        yield lambda name: stack.enter_context(contextlib.closing(VENDORS[name]()))


def test_present_and_absent(peer):
    hostile = ["../x", "a/b", "a?b", "a#b", "%61da", 'a"b', "a&b", "ada' or '1", "ž"]
    ada, ben, gus, nobody, misspelt, *others = read(peer, ("ada", "finance"), ("ben", "finance"), ("gus", "finance"), ("nobody", "finance"),
                                                    ("ada", "financ"), *[(name, "finance") for name in hostile])
    assert say(ada) == ("present", "Ok") and ada["account"] == "active" and ada["raw"] and ada["id"] not in ("", "ada")
    assert say(ben) == ("absent", "Ok") and ben["complete"] and ben["canary"] and ben["account"] == "active"
    assert say(gus) == ("present", "Ok") and gus["account"] == ("active" if peer.profile == "github" else "disabled")
    assert say(nobody) == ("absent", "AccountMissing") and nobody["account"] == "missing" and nobody["canary"]
    assert say(misspelt) == ("unknown", "EntitlementNotFound") and misspelt["canary"]
    for name, answer in zip(hostile, others):  # they are asked for as they are, and lead nowhere else
        refused = any(sign in name for sign in peer.unaskable)
        other_letters = peer.listed and not name.isascii()
        assert say(answer) == (("unknown", "KeyUnsafe") if refused else ("unknown", "NameNotComparable") if other_letters else
                               ("absent", "AccountMissing")), name


@pytest.mark.parametrize("name", ["okta", "aws-identity-center", "graph"])
def test_reads_that_want_the_same_share_calls(vendor, name):
    """By addresses and by bodies; each with a canary behind it."""
    peer = vendor(name)
    read(peer, ("ben", "finance"))
    alone = len(peer.calls)
    peer.calls.clear()
    answers = read(peer, *[("ben", "finance")] * 30)
    assert {say(a) for a in answers} == {("absent", "Ok")} and all(a["canary"] for a in answers)
    assert len(peer.calls) < 15 * alone, (len(peer.calls), alone)


def test_quotes_in_a_name_are_escaped_as_documented(vendor):
    isc = vendor("sailpoint-isc")
    for name in ('o"brien', "back\\slash", 'x\\" or nativeIdentity sw "'):
        isc.people[name] = True
        isc.ids.append(name)
        isc.members["finance"].append(name)
        held, other = read(isc, (name, "finance"), (name, "watch"))
        assert say(held) == ("present", "Ok") and say(other) == ("absent", "Ok"), name


def test_canary_is_gone_and_rights_are_lost(peer):
    """Whatever the way: 0 of many removals confirmed."""
    peer.members["watch"] = []
    answers = read(peer, *[("ben", "finance")] * 10)
    assert {say(a) for a in answers} == {("unknown", "CanaryMissing")} and not any(a["canary"] for a in answers)
    answers = read(peer, *[("ben", "finance")] * 10, secret="another")
    assert {say(a) for a in answers} == {("unknown", "AuthFailed")}


def test_no_call_is_overlooked(vendor):
    """Each of a read's calls fails in turn, each in another way: nothing is proven, and nobody becomes absent by it."""
    ways = [(403, b"{}", "RightsLost"), (500, b"", "SourceDown"), (302, b"", "Redirected"), (200, b"<html>sign in", "BadReply"),
            (404, b"", "NotVisible"), (200, b'"x"', "BadReply")]
    okta = vendor("okta")
    okta.members["watch"].append("ben")
    assert say(*read(okta, ("ben", "finance"))) == ("absent", "Ok")
    for broken in range(len(okta.calls)):
        okta.calls.clear()
        status, body, reason = ways[broken % len(ways)]

        def twist(_):
            if len(okta.calls) == broken + 1:
                raise Twist(status, body)
        okta.twist = twist
        answer, = read(okta, ("ben", "finance"))
        assert say(answer) == ("unknown", reason), (broken, answer)


def test_told_to_wait(vendor):
    """Seconds, a date, the time of a limit's end: nothing more is asked, by this read or another."""
    forms = {"okta": {"x_rate_limit_reset": str(int(time.time()) + 60)}, "jira-groups": {"Retry_After": "60"},
             "graph": {"Retry_After": email.utils.formatdate(time.time() + 60, usegmt=True)},
             "github": {"x_ratelimit_reset": str(int(time.time()) + 60), "x_ratelimit_remaining": "0"}}
    for name, headers in forms.items():  # another form each
        peer = vendor(name)

        def twist(call):
            if "token" not in call.raw_path:
                raise Twist(403 if name == "github" else 429, **headers)
        peer.twist = twist
        answers = read(peer, *[("ben", "finance")] * 30)
        assert {say(a) for a in answers} == {("unknown", "RateLimited")}
        assert len([c for c in peer.calls if "token" not in c.raw_path]) <= 4, "one for each connection at the most"


def test_okta(vendor):
    """A user's groups come in pages, also where nobody used to expect it; a short name is somebody else's login."""
    okta = vendor("okta")
    okta.account = lambda name: name
    ada, there = read(okta, ("ada", "finance"), ("00uada", "finance"), canary=("00ucanary", "watch"))
    assert say(ada) == ("unknown", "WrongReply") and say(there) == ("present", "Ok")
    assert max(int(c.params.get("after", 0)) for c in okta.calls) >= 4


def test_graph(vendor):
    graph = vendor("graph")
    graph.hidden.add("finance")
    assert say(*read(graph, ("ada", "finance"))) == ("unknown", "MembersNotVisible"), "left out of the answer, as if she were in none"
    graph.hidden.clear()
    assert say(*read(graph, ("ada", "finance"))) == ("present", "Ok")
    graph.tokens.clear()
    graph.calls.clear()
    answers = read(graph, *[("ben", "finance")] * 20)
    assert {say(a) for a in answers} == {("absent", "Ok")} and len(graph.tokens) == 1, "one token for all"

    def twist(call):
        if "users" in call.raw_path:
            raise Twist(404, {"error": {"code": "UnknownError"}})
    graph.twist = twist
    assert say(*read(graph, ("ben", "finance"))) == ("unknown", "NotVisible"), "not every 404 says that nobody is there"


def test_graph_tokens_end(vendor):
    """A token that is taken back before its time fails reads, not proofs; the next read has a new one."""
    graph = vendor("graph")

    def twist(call):
        if len(graph.calls) == 3:
            graph.tokens.clear()
    graph.twist = twist
    first, second = (read(graph, ("ben", "finance"))[0] for _ in range(2))
    assert say(first) == ("unknown", "AuthFailed") and say(second) == ("absent", "Ok")

    def broken(call):
        if "token" in call.raw_path:
            raise Twist(*reply)
    graph.twist = broken
    for reply, reason in (((400, {"error": "invalid_client"}), "AuthFailed"), ((500,), "SourceDown"), ((200, b"{}"), "BadReply"),
                          ((200, {"access_token": "a\r\nX: y", "expires_in": 9}), "BadReply")):
        assert say(*read(graph, ("ben", "finance"))) == ("unknown", reason), reply
    reply = (201, {"access_token": "t0ps3cret", "expires_in": 9})
    answers = read(graph, ("ben", "finance"))
    assert say(*answers) == ("unknown", "QueryRefused") and "status 201" in answers.stderr and "t0ps3cret" not in answers.stderr


def test_github(vendor):
    github = vendor("github")
    github.pending.add("ada")
    ada, other = read(github, ("ada", "finance"), ("CANARY", "Finance"))
    assert say(ada) == ("unknown", "Pending"), "invited is not granted"
    assert say(other) == ("present", "Ok") and other["id"] == "100", "the id that a rename does not change"


def test_aws_identity_center(vendor):
    aws = vendor("aws-identity-center")
    assert say(*read(aws, ("ben", "finance"), instance="d-other")) == ("unknown", "QueryRefused"), "not there is the store, not the user"
    assert say(*read(aws, ("ben", "finance"), access_key_id="AKIDOTHER")) == ("unknown", "AuthFailed")
    for kind, reason in (("AccessDeniedException", "RightsLost"), ("ThrottlingException", "RateLimited")):
        def twist(call):
            raise aws.fault(kind)
        aws.twist = twist
        assert say(*read(aws, ("ben", "finance"))) == ("unknown", reason)


def test_jira_groups(vendor):
    jira = vendor("jira-groups")
    jira.members["finance"] = ["canary", "ben", "ada", "gus"]
    gus, nobody = read(jira, ("gus", "finance"), ("gus", "watch"))
    assert say(gus) == ("present", "Ok") and gus["account"] == "disabled", "on the second page, and deactivated"
    assert say(nobody) == ("absent", "Ok")


def test_renamed_replaced_and_gone(peer):
    """A name is pinned to the id it was read with first: nobody is gone whose id somebody has, or is looked for by none."""
    if peer.profile == "jira-groups":
        pytest.skip("an account id is no name that changes")
    pin = read(peer, ("ada", "finance"))[0]["id"]
    peer.rename("ada", "zoe")
    assert say(*read(peer, ("ada", "finance"))) == ("absent", "AccountMissing"), "what the name alone says"
    answer, = read(peer, ("ada", "finance"), pin=pin)
    assert say(answer) == ("present", "Ok") and answer["id"] == pin
    peer.members["finance"].remove("zoe")
    assert say(*read(peer, ("ada", "finance"), pin=pin)) == ("absent", "Ok")
    peer.replace("ada", "other")
    answer, = read(peer, ("ada", "finance"), pin=pin)
    assert say(answer) == ("absent", "AccountReplaced") and answer["id"] not in ("", pin)
    peer.delete("ada")
    peer.delete("zoe")
    answer, = read(peer, ("ada", "finance"), pin=pin)
    assert say(answer) == ("absent", "AccountMissing") and answer["canary"] and answer["account"] == "missing"


@pytest.mark.parametrize("name", ["github", "aws-identity-center"])
def test_a_renamed_group_is_found_by_its_id(vendor, name):
    """Elsewhere a group is asked for by its id already."""
    peer = vendor(name)
    ada, = read(peer, ("ada", "finance"))
    pin = ada["entitlement_id"]
    peer.rename_group("finance", "money")
    assert say(*read(peer, ("ada", "finance"))) == ("unknown", "EntitlementNotFound"), "what the name alone says"
    ada, ben = read(peer, ("ada", "finance"), ("ben", "finance"), entitlement_pin=pin)
    assert say(ada) == ("present", "Ok") and say(ben) == ("absent", "Ok") and ada["entitlement_id"] == ben["entitlement_id"] == pin
    peer.members["finance"] = list(peer.people)
    peer.founded["finance"] = "made anew"
    ben, = read(peer, ("ben", "finance"), entitlement_pin=pin)
    assert say(ben) == ("present", "Ok") and ben["entitlement_id"] not in ("", pin), "another of that name: the verdict holds it to the id"
    del peer.members["finance"], peer.members["money"]
    assert say(*read(peer, ("ada", "finance"), entitlement_pin=pin)) == ("unknown", "EntitlementNotFound"), "gone proves nothing"


@pytest.mark.parametrize("name, path, gone", [
    ("okta", "/api/v1/users/00u", {"errorCode": "E0000007"}), ("github", "/user/", {}),
    ("graph", "/v1.0/users/", {"error": {"code": "Request_ResourceNotFound"}})])
def test_gone_needs_the_canary_by_its_id(vendor, name, path, gone):
    """Where nobody is found by an id, not the canary either, nobody is gone."""
    peer = vendor(name)
    pin = read(peer, ("ada", "finance"))[0]["id"]
    peer.delete("ada")

    def twist(call):
        if call.raw_path.startswith(path) and "%40" not in call.raw_path and call.method == "GET" and "groups" not in call.raw_path:
            raise Twist(404, gone)
    peer.twist = twist
    answer, = read(peer, ("ada", "finance"), pin=pin)
    assert say(answer) == ("unknown", "AccountNotTraced") and answer["canary"], answer


@pytest.mark.parametrize("name, held", [
    ("okta", ["00gextra0", "00gextra1", "00gextra2", "00gextra3", "00gextra4", "00gfinance", "00gsecret"]),
    ("graph", ["finance", "secret"]), ("jira-groups", ["finance", "secret"]), ("midpoint", ["finance", "secret"]),
    ("sailpoint-isc", ["extra0", "extra1", "extra2", "finance", "secret"]), ("github", None)])
def test_what_else_an_account_holds(vendor, name, held):
    """Asked for beside the answer, whole or not at all; what goes wrong there changes no answer."""
    peer = vendor(name)
    peer.people["cyd"] = True
    peer.ids.append("cyd")
    for who, group in (("ada", "finance"), ("cyd", "finance"), ("nobody", "finance")):
        answer, = read(peer, (who, group), others="true")
        if held is None or who == "nobody":
            assert "others" not in answer
        elif who == "ada":
            expected = held if name == "okta" else [peer.entitlement(g) for g in held]
            assert answer["others"].split("\n") == expected and say(answer) == ("present", "Ok")
        else:
            assert "finance" not in answer["others"] and say(answer) == ("absent", "Ok")
    assert "others" not in read(peer, ("ada", "finance"))[0], "not asked for"
    if not held:
        return
    peer.members.update({f"more{n}": ["ada"] for n in range(70)})
    answer, = read(peer, ("ada", "finance"), others="true")
    assert say(answer) == ("present", "Ok") and "others" not in answer, "more than are compared"


def test_sailpoint(vendor):
    """A copy: as old as the last aggregation that succeeded; what it planned is not what it read."""
    isc = vendor("sailpoint-isc")
    ada, = read(isc, ("ada", "finance"))
    assert say(ada) == ("present", "Ok") and ada["as_of_ms"] == 1795687200000, "when it was begun, not when it was over"
    assert max(int(c.params.get("offset", 0)) for c in isc.calls) > 0, "a page after the first"
    isc.planned.add("ada")
    assert say(*read(isc, ("ada", "finance"))) == ("unknown", "NotAggregated")
    isc.planned.clear()
    isc.tasks = isc.tasks[:2]
    assert say(*read(isc, ("ben", "finance"))) == ("unknown", "NotAggregated"), "one failed, one is still under way"
    isc.tasks = [{"completionStatus": "SUCCESS", "launched": None}]
    assert say(*read(isc, ("ben", "finance"))) == ("unknown", "BadAsOf")
    isc.tasks = [{"completionStatus": "SUCCESS", "launched": "2026-11-26T10:00:00.000Z"}]

    def twist(call):
        if call.raw_path.endswith("entitlements"):
            raise Twist(200, [{"id": "x"}], Content_Type="application/json", **headers)
    isc.twist = twist
    for headers, reason in (({}, "BadReply"), ({"X_Total_Count": "x"}, "BadReply"), ({"X_Total_Count": "0"}, "PartialResult"),
                            ({"X_Total_Count": "5"}, "PageLoop")):
        assert say(*read(isc, ("ben", "finance"))) == ("unknown", reason), headers
    assert say(*read(isc, ("ben", "finance"), instance="src2")) == ("unknown", "QueryRefused")


def test_midpoint(vendor):
    """One role, none and several are written in three ways; through another role counts; to approve it is not to hold it."""
    midpoint = vendor("midpoint")
    midpoint.nested.add("finance")
    ada, = read(midpoint, ("ada", "finance"))
    assert say(ada) == ("present", "Ok") and ada["via"] == "nested"
    midpoint.nested.clear()
    midpoint.approvers.add(("ben", "finance"))
    assert say(*read(midpoint, ("ben", "finance"))) == ("absent", "Ok")
    midpoint.approvers.add(("ben", "secret"))
    assert say(*read(midpoint, ("ben", "finance"))) == ("absent", "Ok")
    assert say(*read(midpoint, ("gus", "finance"))) == ("present", "Ok"), "one alone"
    assert say(*read(midpoint, ("ADA", "finance"))) == ("unknown", "NameInAnotherCase")

    def twist(call):
        if call.raw_path.startswith("/users/") and call.method == "GET":
            raise Twist(status, body, Content_Type="application/json")
    midpoint.twist = twist
    for status, body, reason in ((200, {}, "WrongReply"), (200, {"user": {}}, "WrongReply"), (240, {"user": {}}, "QueryRefused"),
                                 (200, {"user": {"oid": midpoint.number("canary")}}, "WrongReply"),
                                 (200, {"user": {"oid": midpoint.number("ben"), "roleMembershipRef": "x"}}, "BadReply"),
                                 (200, {"user": {"oid": midpoint.number("ben"), "roleMembershipRef": {"oid": "x"}}}, "AttributeHidden")):
        assert say(*read(midpoint, ("ben", "finance"))) == ("unknown", reason), body


OURS = """# a small system of our own
url: http://127.0.0.1:1
steps:
  - proves: entitlement
    get: /roles
    items: /roles
    match: { at: /name, equals: "{entitlement}" }
    id: /id
  - proves: account
    get: /people
    query: { name: "{account}" }
    items: ""
    match: { at: /name, equals: "{account}" }
    id: /id
  - proves: membership
    get: /people/{account.id}/roles
    items: /roles
    match: { at: "", equals: "{entitlement.id}" }
    as_of: /as_of
"""


def test_a_profile_of_ones_own(vendor, tmp_path):
    ours, file = vendor("github"), tmp_path / "ours.yaml"
    people = {"canary": [1], "ada": [1, 2], "twin": []}

    def answer(call):
        if call.raw_path == "/roles":
            return {"roles": [{"id": 1, "name": "watch"}, {"id": 2, "name": "finance"}]}
        if call.raw_path == "/people":
            name = call.params["name"]
            return [{"id": f"{name}{n}", "name": name} for n in range(2 if name == "twin" else name in people)]
        return {"roles": people[call.parts[1][:-1]], "as_of": as_of}
    ours.answer, as_of = answer, "2026-11-26T10:00:00Z"
    file.write_text(OURS)
    ours.connection = lambda: {"profile_file": file, "url": ours.url, "insecure": "true"}
    ada, canary, twin, nobody = read(ours, ("ada", "finance"), ("canary", "finance"), ("twin", "finance"), ("nobody", "finance"))
    assert say(ada) == ("present", "Ok") and say(canary) == ("absent", "Ok") and say(nobody) == ("absent", "AccountMissing")
    assert ada["as_of_ms"] == 1795687200000 and say(twin) == ("unknown", "AccountAmbiguous")
    as_of = "soon"
    assert say(*read(ours, ("canary", "finance"))) == ("unknown", "BadAsOf")
    file.write_text(OURS.replace("get: /roles", "got: /roles"))
    refused = read(ours, ("ada", "finance"))
    assert refused.code == 78 and "ours.yaml:5:5: [P002]" in refused.stderr


def test_keys_of_service_accounts(vendor):
    """The example for keys: gone is what the key's own record says, and of this account; else nothing is proven."""
    ours = vendor("github")
    keys = {"k-watch": ("s1", "active", "ops"), "k-live": ("s2", "expiring", "ada"), "k-gone": ("s2", "revoked", "ada"),
            "k-asked": ("s2", "requested", "ada"), "k-odd": ("s2", "rotating", "ada"), "k-orphan": ("s2", "revoked", "none")}
    accounts = {"s1": ("canary", "active"), "s2": ("ci", "active")}

    def answer(call):
        kind, which = call.parts
        if kind == "keys" and which in keys:
            account, state, owner = keys[which]
            return {"id": which, "account": account, "state": state, "owner": owner}
        for number, (name, state) in accounts.items() if kind == "service-accounts" else ():
            if which in (number, name):
                return {"id": number, "name": name, "state": state}
        raise Twist(404, {})
    ours.answer = answer
    example = pathlib.Path(__file__).parents[2] / "schemas" / "example" / "api-keys.yaml"
    ours.connection = lambda: {"profile_file": example, "url": ours.url, "insecure": "true"}

    def told(*pairs, **more):
        return [say(a) for a in read(ours, *pairs, canary=("canary", "k-watch"), **more)]
    assert told(("ci", "k-live"), ("ci", "k-gone"), ("ci", "k-misspelt"), ("ci", "k-watch"), ("ci", "k-asked"), ("ci", "k-odd"),
                ("ci", "k-orphan")) == [("present", "Ok"), ("absent", "Ok"), ("unknown", "EntitlementNotFound"), ("unknown", "WrongReply"),
                                        ("unknown", "Pending"), ("unknown", "BadReply"), ("unknown", "MembersNotVisible")]
    assert told(("ci", "k-live"), pin="s2") == [("present", "Ok")]
    accounts["s2"] = ("ci-renamed", "active")
    assert told(("ci", "k-live"), pin="s2") == [("present", "Ok")]
    del accounts["s2"]
    assert told(("ci", "k-live"), pin="s2") == [("absent", "AccountMissing")]
    assert told(("ci", "k-live")) == [("absent", "AccountMissing")], "the way by ids was tried on the canary, and finds it"
    ours.twist = lambda call: (_ for _ in ()).throw(Twist(404, {})) if call.parts[1] == "s1" else None
    assert told(("ci", "k-live")) == [("unknown", "AccountNotTraced")], "and does not find it: what is written is not believed"


@pytest.mark.parametrize("settings, why", [
    ({}, "name a profile"), ({"profile": "octa"}, "use one of aws-identity-center"), ({"profile": "okta"}, "needs 'url'"),
    ({"profile": "github", "org": "a/b"}, "letters, digits"), ({"profile": "graph", "tenant": "x"}, "needs 'client_id'"),
    ({"profile": "okta", "url": "http://okta.example.com"}, "in the clear"),
])
def test_settings(settings, why):
    answers = ask("rest", settings, [("a", "b")], ("c", "d"), "secret")
    assert answers.code == 78 and why in answers.stderr


def test_who_leaves_hides_nobody(vendor):
    """Pages slide when somebody leaves, and who joins keeps the total as it was: the one that slid is not absent."""
    jira = vendor("jira-groups")

    def twist(call):
        if "member" in call.raw_path and call.params["groupId"].endswith("finance") and call.params["startAt"] == "2":
            jira.members["finance"] = ["ben", "ada", "gus"]
    jira.members["finance"], jira.twist = ["canary", "ben", "ada"], twist
    ada, = read(jira, ("ada", "finance"))
    assert say(ada) == ("present", "Ok")


def test_hanging_closed_and_endless(vendor):
    jira = vendor("jira-groups")

    def endless(call):
        if "member" in call.raw_path and call.params["groupId"].endswith("finance"):
            start = int(call.params["startAt"])
            raise Twist(200, {"startAt": start, "total": 10**9, "isLast": False, "values": [{"accountId": f"x{start}"}]},
                        Content_Type="application/json")
    jira.twist = endless
    answer, = read(jira, ("ben", "finance"), timeout_ms=20000)
    assert say(answer) == ("unknown", "TooManyPages")
    jira.twist = lambda call: time.sleep(2)
    assert say(*read(jira, ("ben", "finance"), timeout_ms=200)) == ("unknown", "Timeout")
    answers = read(jira, *[("ben", "finance")] * 3, close_after_ms=100)
    assert len(answers) == 3 and {a["outcome"] for a in answers} == {"unknown"}
