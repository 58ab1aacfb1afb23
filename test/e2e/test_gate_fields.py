"""countersign gate: the two fields and the screen for viewing, beside screens that others made, what Jira does not do, and by which mapping all
this is judged."""
import json
import re

import pytest

from e2e.test_gate import ORDINARY_STATUSES, Gated

VIEW = "IAM: Screen Scheme: view (Countersign)"
FIELD = "com.atlassian.jira.plugin.system.customfieldtypes:"


@pytest.fixture(scope="module")
def site():
    made = Gated(poll="500ms")
    with made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


@pytest.fixture
def clean(site):
    """Nothing of ours at the site, and what a test has made is gone again."""
    site.fresh()
    yield site
    site.no_faults()
    site.as_admin("PUT", "/screenscheme/10002", {"screens": {"view": None}})
    site.fresh()
    for screen in screens_of(site):
        if screen["name"] in (VIEW, "Looked at", "Access check (Countersign)"):
            site.as_admin("DELETE", f"/screens/{screen['id']}")


def screens_of(site):
    return site.as_admin("GET", "/screens")["values"]


def tabs(site, screen):
    """Which fields are on which tab."""
    return [(t["name"], [f["id"] for f in site.as_admin("GET", f"/screens/{screen}/tabs/{t['id']}/fields")])
            for t in site.as_admin("GET", f"/screens/{screen}/tabs")]


def everything(site):
    """Screens, their tabs and fields, and who serves: what has to be there again to the byte."""
    return json.dumps([[s, tabs(site, s["id"])] for s in screens_of(site)] + site.as_admin("GET", "/screenscheme")["values"])


def viewing(site):
    (scheme,) = site.as_admin("GET", "/screenscheme?id=10002")["values"]
    return scheme["screens"].get("view")


def own_view(site, first=(), second=()):
    """A screen of the customer's for viewing, with two tabs."""
    screen = str(site.as_admin("POST", "/screens", {"name": "Looked at"})["id"])
    one = site.as_admin("GET", f"/screens/{screen}/tabs")[0]["id"]
    two = site.as_admin("POST", f"/screens/{screen}/tabs", {"name": "More"})["id"]
    for tab, fields in ((one, ["summary", *first]), (two, ["labels", *second])):
        for field in fields:
            site.as_admin("POST", f"/screens/{screen}/tabs/{tab}/fields", {"fieldId": field})
    site.as_admin("PUT", "/screenscheme/10002", {"screens": {"view": screen}})
    return screen


def field(site, name, kind):
    return site.as_admin("POST", "/field", {"name": name, "type": FIELD + kind})["id"]


def in_trash(site, *fields):
    for one in fields:
        site.as_admin("POST", f"/field/{one}/trash")


@pytest.mark.parametrize("where", ["first", "second", "none"])
def test_a_screen_of_others_is_copied_and_never_touched(clean, where):
    """One of the two stands on it already, on either tab: ours is a copy of it, and it gets nothing."""
    site = clean
    check = [field(site, "Access check", "select")] if where != "none" else []
    theirs = own_view(site, **({where: check} if check else {}))
    before, screen = everything(site), tabs(site, theirs)
    code, out, err = site.gate("install", "--yes")
    assert code == 0, (out, err)
    assert tabs(site, theirs) == screen and str(viewing(site)) != theirs
    copy = tabs(site, viewing(site))
    assert [name for name, _ in copy] == ["Field Tab", "More"]
    shown = [f for _, fields in copy for f in fields]
    assert len(shown) == len(set(shown)) == 4 and set(f for _, fields in screen for f in fields) < set(shown)
    assert site.gate("plan")[0] == 0, "nothing is left to do"
    code, out, err = site.gate("uninstall")
    assert code == 0 and everything(site) == before and site.left() == [], (out, err)
    in_trash(site, *check)


def test_what_stands_on_any_tab_needs_nothing(clean):
    site = clean
    both = [field(site, "Access check", "select"), field(site, "Access check reason", "textfield")]
    theirs = own_view(site, [both[0]], [both[1]])
    before = everything(site)
    assert site.gate("install", "--yes")[0] == 0
    assert str(viewing(site)) == theirs
    assert site.gate("uninstall")[0] == 0
    assert everything(site) == before and site.left() == []
    in_trash(site, *both)


@pytest.mark.parametrize("own", [False, True], ids=["default", "own"])
def test_a_mended_copy_still_goes_back(clean, own):
    """Somebody takes a field off our copy: it is put there again, and what was there before it is not forgotten."""
    site = clean
    if own:
        own_view(site)
    before = everything(site)
    code, _, err = site.gate("install", "--yes")
    assert code == 0, err
    (check,) = re.findall(r"access_check: (customfield_\d+)", err)
    copy = viewing(site)
    for rounds in range(2):
        tab = site.as_admin("GET", f"/screens/{copy}/tabs")[0]["id"]
        site.as_admin("DELETE", f"/screens/{copy}/tabs/{tab}/fields/{check}")
        code, out, _ = site.gate("plan")
        assert code == 2 and f"~ screen {VIEW}: shows them" in out, out
        assert site.gate("install", "--yes")[0] == 0 and viewing(site) == copy
        assert check in [f for _, fields in tabs(site, copy) for f in fields]
    code, out, err = site.gate("uninstall")
    assert code == 0 and everything(site) == before and site.left() == [], (out, err)


# In the order in which things are taken out, so that one installation meets them all.
NOT_TAKEN_OUT = [
    ("GET", "/screenscheme", 503, (69, 75)), ("PUT", "/screenscheme/", 503, (69, 75)), ("PUT", "/screenscheme/", 403, (1, 77)),
    ("DELETE", "/screens/", 503, (69, 75)), ("GET", "/field/customfield_\\d+/screens", 503, (69, 75)), ("POST", "/trash", 503, (69, 75))]


def test_what_is_not_taken_out_is_said_and_goes_later(clean):
    """Whatever Jira answers, it is not called taken out; the next run takes out what is left."""
    site = clean
    before = everything(site)
    assert site.gate("install", "--yes")[0] == 0
    for method, path, status, codes in NOT_TAKEN_OUT:
        site.control("faults", {"method": method, "path": path, "actor": "admin", "effect": {"kind": "reply", "status": status, "body": {}}})
        got, out, err = site.gate("uninstall")
        assert got in codes and "it is not taken out" in err and "gate uninstall goes on from here" in err, (path, got, out, err)
        assert "removing" in site.left(), path
        if "screens" in path and method != "GET" or "screenscheme" in path:
            assert "the field Access check:" not in err, "fields are not taken off a screen that is left"
        site.no_faults()
    got, out, err = site.gate("uninstall")
    assert got == 0 and site.left() == [] and everything(site) == before, (out, err)


def test_what_is_not_read_is_not_known(clean):
    """One read that fails is no other gate: nothing is installed without what it would have told, and nothing counts as drift."""
    site = clean
    assert site.gate("install", "--yes")[0] == 0
    for path in ("/field/search", "/screens\\?", "/screenscheme", "/issuetypescreenscheme", "/field/resolution/screens"):
        site.control("faults", {"method": "GET", "path": path, "actor": "admin", "effect": {"kind": "reply", "status": 503, "body": {}}})
        _, proof = site.prove()
        assert proof["known"] is False, (path, proof)
        code, out, err = site.gate("install", "--yes")
        assert code == 75 and "--no-fields goes on without them" in err, (path, code, out, err)
        code, out, err = site.gate("plan", "--no-fields")
        assert code in (0, 2) and "could not be read" not in out + err, (path, code, out, err)
        site.no_faults()
    assert site.prove()[1]["known"] is True, "and known again"
    assert site.gate("uninstall")[0] == 0


def test_jira_judges_before_anything_is_made(clean):
    """A workflow that Jira does not check leaves the group, the fields and the screens as they were."""
    site = clean
    before, own = everything(site), site.config
    with open(own) as file:
        site.config = site.write("others.yaml", file.read().replace("group: countersign", "group: provers"))
    try:
        site.fault("reply", path="/workflows/update/validation", count=100, status=500, body={})
        code, out, err = site.gate("install", "--yes")
        assert code == 75 and "nothing was installed" in err, (out, err)
        assert everything(site) == before and "provers" not in site.control("state")["groups"] and site.left() == []
    finally:
        site.config = own


def test_a_later_refusal_names_what_was_made(clean):
    site = clean
    site.control("faults", {"method": "POST", "path": "/workflows/update/validation", "after": 2, "effect": {
        "kind": "reply", "status": 500, "body": {}}})
    code, out, err = site.gate("install", "--yes")
    assert code == 75 and "no workflow was changed" in err, (out, err)
    assert "the fields and screens; countersign gate uninstall takes" in err and "nothing was installed" not in err, err
    site.no_faults()
    assert site.gate("uninstall")[0] == 0 and site.left() == []


def test_a_verifying_status_that_the_mapping_calls_otherwise_is_known_by_its_id(site):
    site.fresh()
    site.edit_file("mapping.yaml", ORDINARY_STATUSES, ORDINARY_STATUSES.replace(" }", ", Proving: cancelled }"))
    code, _, err = site.gate("plan")
    assert code == 2 and "judged by mapping number" in err and "mapping.yaml is not: countersign mapping plan" in err, err
    site.restart_service()
    code, _, err = site.gate("install", "--yes")
    assert code == 0 and "the live one, which" in err and "mapping.yaml is\n" in err, err
    (ours,) = [s for s in site.as_admin("GET", "/statuses/search?searchString=Verifying")["values"]]
    site.as_admin("PUT", "/statuses", {"statuses": [{"id": ours["id"], "name": "Proving", "statusCategory": "IN_PROGRESS"}]})
    renamed = site.workflow()
    code, _, err = site.gate("install", "--yes")
    assert code == 1 and "the status Proving of workflow" in err and "give it back the name Verifying access" in err, err
    assert site.workflow() == renamed
    site.as_admin("PUT", "/statuses", {"statuses": [{"id": ours["id"], "name": "Verifying access", "statusCategory": "IN_PROGRESS"}]})
    site.edit_file("mapping.yaml", ", Proving: cancelled }", " }")
    site.restart_service()
    assert site.gate("uninstall")[0] == 0


def test_a_plan_says_whom_it_holds_though_nothing_is_enforced(site):
    site.fresh()
    site.edit_file("mapping.yaml", 'request_type: "31"\n', 'request_type: "31"\n    mode: observe\n')
    site.restart_service()
    try:
        code, out, _ = site.gate("plan")
        assert code == 2 and "  ! rule remove-app-access says observe; where this workflow carries request type 31 it holds agents all the same\n" in out, out
        assert json.loads(site.gate("plan", "--json")[1])["projects"][0]["not_enforced"] == ["remove-app-access"]
    finally:
        site.edit_file("mapping.yaml", 'request_type: "31"\n    mode: observe\n', 'request_type: "31"\n')
        site.restart_service()
