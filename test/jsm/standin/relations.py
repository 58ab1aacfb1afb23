"""Links between tickets: kinds of them, and one link however often it is sent. Whoever may not link, or names a ticket that he
does not see, is told that nothing is found, as where an administrator has switched linking off."""
from .errors import Refusal, no_issue
from .routes import Reply, route

TYPES = (("10000", "Blocks", "is blocked by", "blocks"), ("10001", "Cloners", "is cloned by", "clones"),
         ("10002", "Duplicate", "is duplicated by", "duplicates"), ("10003", "Relates", "relates to", "relates to"))


def _type(site, row, api="3"):
    return {"id": row[0], "name": row[1], "inward": row[2], "outward": row[3],
            "self": f"{site.base}/rest/api/{api}/issueLinkType/{row[0]}"}


def _not_found(what):
    return Refusal(404, {"errorMessages": [what], "errors": {}})


def _may_link(site):
    if not site.config["issue_linking"]:
        raise _not_found("Issue linking is currently disabled.")


@route("GET", "/rest/api/3/issueLinkType")
def list_types(site, call):
    _may_link(site)
    return Reply(200, {"issueLinkTypes": [_type(site, row) for row in TYPES]})


def _end(site, call, body, name):
    end = body.get(name)
    found = site.find(str(end.get("id") or end.get("key") or "")) if isinstance(end, dict) else None
    if found is None or not site.shows(found, call.account):
        raise no_issue()
    return found


@route("POST", "/rest/api/3/issueLink")
def link(site, call):
    _may_link(site)
    body = call.json()
    kind = body.get("type") if isinstance(body.get("type"), dict) else {}
    row = next((row for row in TYPES if kind.get("name") == row[1] or kind.get("id") == row[0]), None)
    if row is None:
        raise _not_found(f"No issue link type with name '{kind.get('name')}' found.")
    inward, outward = _end(site, call, body, "inwardIssue"), _end(site, call, body, "outwardIssue")
    if not call.account.edits:
        raise _not_found("No Link Issue Permission for issue")
    made = (row[0], inward.id, outward.id)
    if made not in site.relations:
        site.relations[made] = site.next_id("issue link")
        site.touched(inward)
        site.touched(outward)
    return Reply(201)


def shown(site, ticket, zone, api):
    """The member issuelinks of a ticket: the other end, and which one it is."""
    rows = {row[0]: row for row in TYPES}
    links = []
    for (kind, inward, outward), number in site.relations.items():
        if ticket.id not in (inward, outward):
            continue
        other, end = (outward, "outwardIssue") if ticket.id == inward else (inward, "inwardIssue")
        known = site.find(other)
        links.append({"id": number, "type": _type(site, rows[kind], api),
                      "self": f"{site.base}/rest/api/{api}/issueLink/{number}",
                      end: {"id": other, "key": known.key, "self": f"{site.base}/rest/api/{api}/issue/{other}",
                            "fields": {"summary": known.values.get("summary")}}})
    return links
