"""Groups and who is in them, and the audit log that remembers who changed it."""
import uuid

from . import clock
from .errors import platform
from .routes import Reply, many, number, page_of, route
from .screens import administrator

GROUP = "/rest/api/3/group"


# -- the audit log

def audit(site, actor, summary, category, about, *others, changed=()):
    """about, others: (kind, id, name). changed: (what, from, to)."""
    site.audit.append({
        "id": 10001 + len(site.audit), "summary": summary, "remoteAddress": "203.0.113.7", "authorKey": actor.id,
        "created": clock.jira(clock.now_ms()), "at": clock.now_ms(), "category": category,
        "eventSource": "", "objectItem": _item(*about), "associatedItems": [_item(*one) for one in others],
        "changedValues": [{"fieldName": n, "changedFrom": a, "changedTo": b} for n, a, b in changed]})


def _item(kind, number, name):
    return {"id": number, "name": name, "typeName": kind, "parentId": "10000", "parentName": "Jira Internal Directory"}


@route("GET", "/rest/api/3/auditing/record")
def audit_records(site, call):
    """Newest first. filter: every word matches something of the record; from and to: moments, either may be missing."""
    if not call.account.administers:
        raise platform(403, "You do not have permission to access the audit log.")
    offset, limit = number(call.query.get("offset", 0), "offset"), min(number(call.query.get("limit", 1000), "limit"), 1000)
    begin, end = (_moment(call.query.get(name), name) for name in ("from", "to"))
    words = call.query.get("filter", "").lower().split()
    found = [r for r in reversed(site.audit) if (begin is None or r["at"] >= begin) and (end is None or r["at"] <= end)
             and all(word in _words(r) for word in words)]
    return Reply(200, {"offset": offset, "limit": limit, "total": len(found), "records": [
        {k: v for k, v in r.items() if k != "at"} for r in found[offset:offset + limit]]})


def _words(record):
    items = [record["objectItem"]] + record["associatedItems"]
    return " ".join([record["summary"], record["category"], *(f"{i['name']} {i['id']} {i['typeName']}" for i in items)]).lower()


def _moment(text, name):
    if text is None:
        return None
    found = clock.parse(text)
    if found is None:
        raise platform(400, f"The value '{text}' is not valid for '{name}'.")
    return found


# -- groups

def find(site, query):
    """(name, id) of the group that a call names."""
    name, group_id = query.get("groupname"), query.get("groupId")
    if not name and not group_id:
        raise platform(400, "Either 'groupname' or 'groupId' must be specified.")
    if name and group_id:
        raise platform(400, "Only one of 'groupname' and 'groupId' may be specified.")
    for known, number_of in site.groups.items():
        if known == name or number_of == group_id:
            return known, number_of
    raise platform(404, "The group does not exist.")


def members(site, name):
    return [a for a in site.accounts.values() if name in a.groups]


def _shown(site, name):
    return {"name": name, "groupId": site.groups[name], "expand": "users",
            "self": f"{site.base}{GROUP}?groupId={site.groups[name]}",
            "users": {"size": len(members(site, name)), "items": [], "max-results": 50, "start-index": 0, "end-index": 0}}


@route("GET", GROUP + "/member")
def group_members(site, call):
    """Who has left is left out, unless asked for."""
    if not call.account.holds("USER_PICKER"):
        raise platform(403, "You do not have permission to see groups.")
    name, _ = find(site, call.query)
    inactive = call.query.get("includeInactiveUsers") == "true"
    return page_of(site, call, [site.shown_user(a.id) for a in members(site, name) if a.active or inactive], most=50)


@route("GET", GROUP + "/bulk")
def list_groups(site, call):
    if not call.account.holds("USER_PICKER"):
        raise platform(403, "Browse users and groups permission is required to view groups.")
    ids, names = many(call, "groupId"), many(call, "groupName")
    return page_of(site, call, [{"name": n, "groupId": i} for n, i in site.groups.items()
                                if (not ids or i in ids) and (not names or n in names)])


@route("POST", GROUP)
def create_group(site, call):
    administrator(call, "You do not have permission to create groups.")
    name = call.json().get("name")
    if not isinstance(name, str) or not name.strip():
        raise platform(400, "The group name is required.")
    if name in site.groups:
        raise platform(400, f"A group or user with this name already exists: '{name}'.")
    site.groups[name] = str(uuid.uuid4())
    audit(site, call.account, "Group created", "group management", ("GROUP", site.groups[name], name))
    return Reply(201, _shown(site, name))


@route("DELETE", GROUP)
def delete_group(site, call):
    """Rules that name it stay, and let nobody through any more."""
    administrator(call, "You do not have permission to delete groups.")
    name, number_of = find(site, call.query)
    for account in members(site, name):
        account.groups = tuple(g for g in account.groups if g != name)
    del site.groups[name]
    audit(site, call.account, "Group deleted", "group management", ("GROUP", number_of, name))
    return Reply(200)


def change(site, actor, account, name, joins):
    """Somebody is put into a group or taken out, and the log says so."""
    if joins:
        account.groups = (*account.groups, name)
    else:
        account.groups = tuple(g for g in account.groups if g != name)
    audit(site, actor, "User added to group" if joins else "User removed from group", "group management",
          ("GROUP", site.groups.get(name, name), name), ("USER", account.id, account.display))


@route("POST", GROUP + "/user")
def add_member(site, call):
    administrator(call, "You do not have permission to manage group members.")
    name, _ = find(site, call.query)
    account = _user(site, call.json().get("accountId"))
    if name in account.groups:
        raise platform(400, f"Cannot add user. User is already a member of '{name}'.")
    change(site, call.account, account, name, True)
    return Reply(201, _shown(site, name))


@route("DELETE", GROUP + "/user")
def remove_member(site, call):
    administrator(call, "You do not have permission to manage group members.")
    name, _ = find(site, call.query)
    account = _user(site, call.query.get("accountId"))
    if name not in account.groups:
        raise platform(400, f"Cannot remove user. User is not a member of '{name}'.")
    change(site, call.account, account, name, False)
    return Reply(200)


def _user(site, account_id):
    if not account_id:
        raise platform(400, "The accountId is required.")
    if account_id not in site.accounts_by_id:
        raise platform(404, "The user does not exist.")
    return site.accounts_by_id[account_id]
