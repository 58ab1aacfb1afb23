"""Comments of the platform API. On a service project a comment is public unless it says otherwise, every time."""
import copy

from . import adf, render
from .errors import bad_payload, platform
from .routes import Reply, page, route

INTERNAL = "sd.public.comment"


def may_be_silent(call):
    """`notifyUsers=false` on an edit of a ticket is for those who administer the project. Comments ask for nothing."""
    account = call.account
    if call.query.get("notifyUsers") == "false" and not (account.administers or getattr(account, "project_admin", False)):
        raise platform(403, "To discard the user notification either admin or project admin permissions are required.")


def _read(call):
    """(body, public, properties) of a comment that is sent."""
    sent = call.json()
    if set(sent) - {"body", "properties", "visibility", "jsdPublic", "author", "id", "public"}:
        raise bad_payload()
    body = sent.get("body")
    if body is None or body == "":
        raise platform(400, fields={"comment": "Comment body can not be empty!"})
    if not adf.is_document(body):
        raise platform(400, fields={"comment": "Comment body is not valid!"})
    if len(adf.text(body)) > 32767:
        raise platform(400, fields={"comment": "The entered text is too long. It exceeds the allowed limit of 32,767"
                                               " characters."})
    properties = {}
    for entry in sent.get("properties") or []:
        if not isinstance(entry, dict) or set(entry) - {"key", "value"} or not isinstance(entry.get("key"), str):
            raise bad_payload()
        properties[entry["key"]] = entry.get("value")
    # jsdPublic is what Jira answers; what it listens to is the property. Without it an internal comment that is
    # edited becomes public: the worst that was seen on live sites, and therefore what happens here.
    value = properties.get(INTERNAL)
    public = not (isinstance(value, dict) and value.get("internal") is True)
    return copy.deepcopy(body), public, properties


def _comment(ticket, call):
    found = next((c for c in ticket.comments if c["id"] == call.parts["comment"]), None)
    if found is None:
        raise platform(404, f"Can not find a comment for the id: {call.parts['comment']}.")
    return found


@route("GET", "/rest/api/3/issue/{issue}/comment")
def list_comments(site, call):
    ticket = call.issue(site)
    start, size = page(call, limit=100, most=5000)
    listed = ticket.comments if call.query.get("orderBy", "created") != "-created" else ticket.comments[::-1]
    expand = call.query.get("expand", "")
    return Reply(200, {"startAt": start, "maxResults": size, "total": len(listed),
                       "comments": [render.comment(site, ticket, c, call.account, expand=expand)
                                    for c in listed[start:start + size]]})


@route("POST", "/rest/api/3/issue/{issue}/comment")
def add_comment(site, call):
    ticket = call.editable_issue(site)
    made = site.add_comment(ticket, call.account, *_read(call))
    return Reply(201, render.comment(site, ticket, made, call.account, expand=call.query.get("expand", "")))


@route("GET", "/rest/api/3/issue/{issue}/comment/{comment}")
def read_comment(site, call):
    ticket = call.issue(site)
    return Reply(200, render.comment(site, ticket, _comment(ticket, call), call.account,
                                     expand=call.query.get("expand", "")))


@route("PUT", "/rest/api/3/issue/{issue}/comment/{comment}")
def edit_comment(site, call):
    ticket = call.editable_issue(site)
    found = _comment(ticket, call)
    if found["author"] != call.account.id and not call.account.administers:
        raise platform(400, "You do not have the permission to edit this comment.")
    site.edit_comment(ticket, found, call.account, *_read(call))
    return Reply(200, render.comment(site, ticket, found, call.account, expand=call.query.get("expand", "")))


@route("DELETE", "/rest/api/3/issue/{issue}/comment/{comment}")
def delete_comment(site, call):
    ticket = call.editable_issue(site)
    found = _comment(ticket, call)
    if found["author"] != call.account.id and not call.account.administers:
        raise platform(400, "You do not have the permission to delete this comment.")
    site.delete_comment(ticket, found, call.account)
    return Reply(204)


@route("GET", "/rest/api/3/comment/{comment}/properties/{key}")
def read_comment_property(site, call):
    for ticket in site.issues.values():
        for entry in ticket.comments:
            if entry["id"] == call.parts["comment"] and call.parts["key"] in entry["properties"]:
                return Reply(200, {"key": call.parts["key"], "value": entry["properties"][call.parts["key"]]})
    raise platform(404, "The property does not exist.")
