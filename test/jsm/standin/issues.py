"""/rest/api/3/issue: create, read, edit, delete, transitions, history, properties, remote links."""
import json

from . import fields, render, seed, talk, workflow_rules
from .errors import Refusal, bad_payload, platform
from .routes import Reply, number, page, route

PROPERTY_BYTES, KEY_CHARS = 32768, 255


# -- create, read, edit, delete

@route("POST", "/rest/api/3/issue")
def create_issue(site, call):
    body = call.json()
    if set(body) - {"fields", "update", "properties", "historyMetadata", "transition"}:
        raise bad_payload()
    if not isinstance(body.get("fields", {}), dict):
        raise bad_payload()
    given = dict(body.get("fields", {}))
    project = _project(site, given.pop("project", None))
    kind = _issue_type(project, given.pop("issuetype", None))
    if not call.account.edits:
        raise platform(403, "You do not have permission to create issues in this project.")
    values, wrong = _read_fields(site, {}, body | {"fields": given}, site.screens.on(project, "create"))
    if "summary" not in values:
        wrong.setdefault("summary", "You must specify a summary of the issue.")
    chosen = values.get(seed.REQUEST_TYPE)
    if chosen and site.request_types[chosen].project != project.key:
        wrong[seed.REQUEST_TYPE] = f"Request type '{chosen}' is not valid"
    for field_id in project.required:
        if field_id != "summary" and not values.get(field_id):
            wrong.setdefault(field_id, f"{site.fields[field_id].name} is required.")
    for field_id, text in workflow_rules.objections_to_new(site, site.flows.of(project.key, kind), call.account, values):
        wrong.setdefault(field_id or "issuetype", text)
    if wrong:
        raise platform(400, fields=wrong)
    made = site.create(call.account, project, kind, values, _properties(body))
    return Reply(201, {"id": made.id, "key": made.key, "self": f"{site.base}/rest/api/3/issue/{made.id}"})


def _project(site, given):
    given = given if isinstance(given, dict) else {}
    for project in site.projects.values():
        if str(given.get("id")) == project.id or given.get("key") == project.key:
            return project
    if given:
        raise platform(400, fields={"project": "valid project is required"})
    raise platform(400, fields={"project": "Specify a valid project ID or key"})


def _issue_type(project, given):
    given = given if isinstance(given, dict) else {}
    for type_id in project.types:
        if str(given.get("id")) == type_id or given.get("name") == seed.ISSUE_TYPES[type_id]:
            return type_id
    raise platform(400, fields={"issuetype": "Specify a valid issue type"})


def _list(text):
    return [part.strip() for part in text.split(",") if part.strip()] if text is not None else None


@route("GET", "/rest/api/3/issue/{issue}")
def read_issue(site, call):
    return Reply(200, render.issue(site, call.issue(site), call.account, _list(call.query.get("fields")),
                                   call.query.get("expand", ""), _list(call.query.get("properties")) or ()))


@route("PUT", "/rest/api/3/issue/{issue}")
def edit_issue(site, call):
    ticket, body = call.editable_issue(site), call.json()
    if set(body) - {"fields", "update", "properties", "historyMetadata", "transition"}:
        raise bad_payload()
    screen = site.screens.on(site.projects[ticket.project], "edit")
    talk.may_be_silent(call)
    values, properties = _changes(site, ticket, body, screen), _properties(body)
    if not values and not properties:
        raise platform(400, "No fields or properties to update")
    for key, value in properties.items():  # as if each were written by itself: an event of its own
        site.set_property(ticket, call.account, key, value)
    site.edit(ticket, call.account, values)
    if call.query.get("returnIssue") == "true":
        return Reply(200, render.issue(site, ticket, call.account))
    return Reply(204)


def _read_fields(site, current, body, screen):
    """What `fields` and `update` ask for, against the values that are there: (accepted, {field: refusal})."""
    given, update = body.get("fields") or {}, body.get("update") or {}
    if not isinstance(given, dict) or not isinstance(update, dict):
        raise bad_payload()
    values, wrong = fields.parse_all(site, given, screen, update)
    for field_id, steps in update.items():
        if field_id in wrong:
            continue
        if field_id in given:
            wrong[field_id] = f"Field '{field_id}' cannot appear in both 'fields' and 'update'"
            continue
        try:
            values[field_id] = fields.operate(site.fields[field_id], current.get(field_id), steps, site)
        except fields.Bad as error:
            wrong[field_id] = str(error)
    return values, wrong


def _changes(site, ticket, body, screen):
    values, wrong = _read_fields(site, ticket.values, body, screen)
    if wrong:
        raise platform(400, fields=wrong)
    return values


def _properties(body):
    """The entity properties that come with a ticket, as {key: value}."""
    found = {}
    for entry in body.get("properties") or []:
        if not isinstance(entry, dict) or set(entry) != {"key", "value"}:
            raise bad_payload()
        _check_property(entry["key"], entry["value"])
        found[entry["key"]] = entry["value"]
    return found


@route("DELETE", "/rest/api/3/issue/{issue}")
def delete_issue(site, call):
    delete(site, call.account, call.issue(site))
    return Reply(204)


def delete(site, account, ticket):
    if not (account.holds("DELETE_ISSUES") and workflow_rules.status_allows(site, ticket, account, "delete")):
        raise platform(403, "You do not have permission to delete issues in this project.")
    site.delete(ticket, account)


@route("PUT", "/rest/api/3/issue/{issue}/assignee")
def assign(site, call):
    ticket, body = call.editable_issue(site), call.json()
    values, wrong = fields.parse_all(site, {"assignee": body}, ("assignee",))
    if wrong:
        raise platform(400, fields=wrong)
    site.edit(ticket, call.account, values)
    return Reply(204)


@route("GET", "/rest/api/3/issue/{issue}/editmeta")
def edit_meta(site, call):
    """What this person could edit: nothing, for whoever may edit nothing."""
    ticket = call.issue(site)
    screen = site.screens.on(site.projects[ticket.project], "edit") if call.account.edits else ()
    return Reply(200, {"fields": {f: field_meta(site, f, f == "summary") for f in screen}})


# -- transitions

@route("GET", "/rest/api/3/issue/{issue}/transitions")
def list_transitions(site, call):
    ticket = call.issue(site)
    every = call.query.get("includeUnavailableTransitions") == "true"
    shown = []
    for transition in site.flows.of_ticket(ticket).leaving(ticket.status):
        allowed = permits(site, ticket, transition, call.account, call.channel)
        if not allowed and not every:
            continue
        if call.query.get("transitionId", transition.id) != transition.id:
            continue
        shown.append(_transition(site, ticket, transition, allowed, call.query.get("expand", "")))
    return Reply(200, {"expand": "transitions", "transitions": shown})


def _transition(site, ticket, transition, allowed, expand):
    shown = {
        "id": transition.id, "name": transition.name, "to": render.status(site, transition.target(ticket.status)),
        "hasScreen": bool(transition.screen), "isGlobal": transition.is_global, "isInitial": False,
        "isAvailable": allowed, "isConditional": transition.is_conditional, "isLooped": transition.stays(ticket.status)}
    if "transitions.fields" in expand:
        screen = site.screens.fields(transition.screen)
        shown["fields"] = {f: field_meta(site, f, f in required_on(screen)) for f in screen}
    return shown


def required_on(screen):
    """A resolution that is on the screen of a transition must be chosen."""
    return [f for f in screen if f == "resolution"]


def field_meta(site, field_id, required):
    field = site.fields[field_id]
    meta = {"required": required, "schema": field.describe(), "name": field.name, "key": field_id,
            "operations": ["set"], "hasDefaultValue": False}
    one = getattr(field, "one", type(field))  # of a field with several values: how one of them is shown
    if isinstance(field, fields.Select):
        meta["allowedValues"] = [one.show(field, field.option_id(o), site, "3") for o in field.options]
    if isinstance(field, fields.Choice):
        meta["allowedValues"] = [one.show(field, choice, site, "3") for choice in field.values]
    return meta


@route("POST", "/rest/api/3/issue/{issue}/transitions")
def do_transition(site, call):
    ticket, body = call.issue(site), call.json()
    if set(body) - {"transition", "fields", "update", "historyMetadata", "properties"}:
        raise bad_payload()
    chosen = body.get("transition")
    transition_id = str(chosen.get("id")) if isinstance(chosen, dict) else ""
    if not transition_id.isdigit():
        raise platform(400, "'transition' identifier must be an integer")
    transition = pressable(site, ticket, call.account, transition_id, call.channel)
    screen = site.screens.fields(transition.screen)
    values, properties = _changes(site, ticket, body, screen), _properties(body)
    missing = [f for f in required_on(screen) if not values.get(f)]
    if missing:
        raise platform(400, fields={f: f"{site.fields[f].name} is required." for f in missing})
    validated(site, ticket, transition, call.account, values, call.channel)
    ticket.properties.update(properties)
    site.transition(ticket, call.account, transition, values)
    return Reply(204)


def permits(site, ticket, transition, account, channel="api"):
    return (account.holds("TRANSITION_ISSUES") and workflow_rules.status_allows(site, ticket, account, "transition")
            and workflow_rules.permits(transition, workflow_rules.Asking(site, ticket, account, channel)))


def offered(site, ticket, account, channel="api"):
    """What somebody may press now."""
    return [t for t in site.flows.of_ticket(ticket).leaving(ticket.status) if permits(site, ticket, t, account, channel)]


def validated(site, ticket, transition, account, values, channel="api"):
    """Raises what its validators object: at the field where it can be filled in, else as a message."""
    found = workflow_rules.objections(transition, workflow_rules.Asking(site, ticket, account, channel, values))
    screen = site.screens.fields(transition.screen)
    if found:
        raise platform(400, *(text for f, text in found if f not in screen), fields={f: t for f, t in found if f in screen})


def pressable(site, ticket, account, transition_id, channel="api"):
    """The transition, when it leaves this status and its conditions let this account through."""
    for transition in offered(site, ticket, account, channel):
        if transition.id == transition_id:
            return transition
    known = site.flows.of_ticket(ticket).by_id.get(transition_id)
    name = f"'{known.name}'" if known else f"id '{transition_id}'"
    raise platform(400, "It seems that you have tried to perform an illegal workflow operation."
                        f" Transition {name} is not valid for this issue.")


# -- history

@route("GET", "/rest/api/3/issue/{issue}/changelog")
def read_changelog(site, call):
    """Oldest first, in pages: the other way round than inside an issue."""
    ticket = call.issue(site)
    start, size = page(call, limit=100)
    entries, here = ticket.history[start:start + size], f"{site.base}/rest/api/3/issue/{ticket.id}/changelog"
    last = start + size >= len(ticket.history)
    body = {"self": f"{here}?startAt={start}&maxResults={size}", "maxResults": size, "startAt": start,
            "total": len(ticket.history), "isLast": last,
            "values": [render.history(site, entry, call.account) for entry in entries]}
    if not last:
        body["nextPage"] = f"{here}?startAt={start + size}&maxResults={size}"
    return Reply(200, body)


@route("POST", "/rest/api/3/changelog/bulkfetch", reads=True)
def bulk_changelog(site, call):
    """`created` is epoch milliseconds here, as in Atlassian's example and unlike their schema. A page is so many changes, oldest
    first and by issue; the changes of one issue may go on with the next page."""
    body = call.json()
    wanted, only = body.get("issueIdsOrKeys"), set(body.get("fieldIds") or ())
    if set(body) - {"issueIdsOrKeys", "fieldIds", "maxResults", "nextPageToken"} or not isinstance(wanted, list):
        raise bad_payload()
    if not wanted or len(wanted) > 1000 or len(only) > 10 or len(only) < len(body.get("fieldIds") or ()):
        raise platform(400, "Between 1 and 1000 issues and at most 10 different fields can be requested.")
    found = {t.id: t for t in (site.find(str(i)) for i in wanted) if t and site.shows(t, call.account)}
    changes = sorted((e["created"], int(t.id), int(e["id"]), e) for t in found.values() for e in t.history
                     if not only or any(i.get("fieldId") in only for i in e["items"]))
    start = number(body.get("nextPageToken") or 0, "nextPageToken")
    size = number(body.get("maxResults") or 1000, "maxResults", 1)
    if size > 10000:
        raise platform(400, "maxResults must be between 1 and 10000.")
    logs = {}
    for _, issue, _, entry in changes[start:start + size]:
        logs.setdefault(str(issue), []).append(render.history(site, entry, call.account, raw_time=True))
    answer = {"issueChangeLogs": [{"issueId": issue, "changeHistories": log} for issue, log in logs.items()]}
    if start + size < len(changes):
        answer["nextPageToken"] = str(start + size)
    return Reply(200, answer)


@route("POST", "/rest/api/3/issue/bulkfetch", reads=True)
def bulk_issues(site, call):
    body = call.json()
    wanted = body.get("issueIdsOrKeys")
    if set(body) - {"issueIdsOrKeys", "fields", "fieldsByKeys", "expand", "properties"} or not isinstance(wanted, list):
        raise bad_payload()
    if not wanted or len(wanted) > 100:
        raise platform(400, "Between 1 and 100 issues can be requested.")
    found = []
    for one in wanted:
        ticket = site.find(str(one))
        if ticket and site.shows(ticket, call.account) and ticket not in found:
            found.append(ticket)
    expand = body.get("expand") or []
    expand = ",".join(expand) if isinstance(expand, list) else str(expand)
    found.sort(key=lambda ticket: int(ticket.id))
    return Reply(200, {"issues": [render.issue(site, ticket, call.account, body.get("fields"), expand,
                                               body.get("properties") or (), log=40) for ticket in found],
                       "issueErrors": []})  # for errors that pass only: what is not there is left out


# -- entity properties

def _check_property(key, value):
    if not isinstance(key, str) or not 0 < len(key) <= KEY_CHARS:
        raise platform(400, "The property key must be between 1 and 255 characters long.")
    if len(json.dumps(value)) > PROPERTY_BYTES:
        raise platform(400, f"The property value cannot be longer than {PROPERTY_BYTES} characters.")


@route("GET", "/rest/api/3/issue/{issue}/properties")
def list_properties(site, call):
    ticket = call.issue(site)
    here = f"{site.base}/rest/api/3/issue/{ticket.id}/properties"
    return Reply(200, {"keys": [{"self": f"{here}/{key}", "key": key} for key in ticket.properties]})


@route("GET", "/rest/api/3/issue/{issue}/properties/{key}")
def read_property(site, call):
    ticket, key = call.issue(site), call.parts["key"]
    if key not in ticket.properties:
        raise platform(404, f"The property with key {key} does not exist for issue {ticket.key}.")
    return Reply(200, {"key": key, "value": ticket.properties[key]})


@route("PUT", "/rest/api/3/issue/{issue}/properties/{key}")
def write_property(site, call):
    """Anyone who may edit the ticket may write any of them: none is proof of anything."""
    ticket, key, value = call.editable_issue(site), call.parts["key"], call.json(kind=None)
    _check_property(key, value)
    fresh = site.set_property(ticket, call.account, key, value)
    return Reply(201 if fresh else 200, {})


@route("DELETE", "/rest/api/3/issue/{issue}/properties/{key}")
def delete_property(site, call):
    ticket, key = call.editable_issue(site), call.parts["key"]
    if key not in ticket.properties:
        raise platform(404, f"The property with key {key} does not exist for issue {ticket.key}.")
    site.delete_property(ticket, call.account, key)
    return Reply(204)


# -- remote links

@route("GET", "/rest/api/3/issue/{issue}/remotelink")
def list_links(site, call):
    ticket, wanted = call.issue(site), call.query.get("globalId")
    if wanted is None:
        return Reply(200, [_link(site, ticket, link) for link in ticket.links])
    found = next((link for link in ticket.links if link["body"].get("globalId") == wanted), None)
    if found is None:
        raise platform(404, f"A remote issue link with the given globalId '{wanted}' does not exist.")
    return Reply(200, _link(site, ticket, found))


def _link(site, ticket, link):
    return _link_id(site, ticket, link) | link["body"]


def _link_id(site, ticket, link):
    here = f"{site.base}/rest/api/3/issue/{ticket.id}/remotelink"
    return {"id": int(link["id"]), "self": f"{here}/{link['id']}"}


@route("POST", "/rest/api/3/issue/{issue}/remotelink")
def write_link(site, call):
    """One link for one globalId, however often it is sent."""
    ticket, body = call.editable_issue(site), call.json()
    target = body.get("object")
    if not isinstance(target, dict) or not target.get("title") or not target.get("url"):
        raise platform(400, fields={"title": "'title' is required.", "url": "'url' is required."})
    known = body.get("globalId")
    found = next((link for link in ticket.links if known and link["body"].get("globalId") == known), None)
    if found:
        found["body"] = body
        link = found
    else:
        link = {"id": site.next_id("link"), "body": body}
        ticket.links.append(link)
    site.touched(ticket)
    return Reply(200 if found else 201, _link_id(site, ticket, link))


@route("DELETE", "/rest/api/3/issue/{issue}/remotelink")
def delete_link(site, call):
    ticket, wanted = call.editable_issue(site), call.query.get("globalId")
    kept = [link for link in ticket.links if link["body"].get("globalId") != wanted]
    if len(kept) == len(ticket.links):
        raise Refusal(404, {"errorMessages": ["The issue or remote link does not exist."], "errors": {}})
    ticket.links = kept
    return Reply(204)
