"""What people do, asked for by a test or from a page: through the same handlers as the API where conditions must hold,
and past them where the point is that Jira lets administrators past."""
import json

from . import adf, attached, bulk, fields, seed
from .errors import Refusal, platform
from .routes import Call, match


def invoke(site, account, method, path, body=None, channel="api"):
    """An API call without wire, faults and limits: (status, body). channel: as in workflow_rules.py."""
    found, parts = match(method, path)
    if found is None:
        raise platform(404, f"Not found: {method} {path}")
    data = b"" if body is None else json.dumps(body).encode()
    reply = found.handler(site, Call(method, path, {}, {"content-type": "application/json"}, data, account, parts,
                                     channel))
    return reply.status, reply.body


def act(site, spec):
    """One deed of one actor; the answer is what he would have got."""
    actor = site.accounts.get(spec.get("actor", "agent"))
    deed = DEEDS.get(spec.get("do"))
    if actor is None or deed is None:
        raise Refusal(400, {"error": f"unknown actor or deed; deeds: {', '.join(DEEDS)}; "
                                     f"actors: {', '.join(site.accounts)}"})
    try:
        return deed(site, actor, spec)
    except KeyError as error:
        raise Refusal(400, {"error": f"'{spec['do']}' needs {error}"}) from None


def _ticket(site, spec, name="issue"):
    found = site.find(str(spec[name]))
    if found is None:
        raise Refusal(404, {"error": f"no ticket {spec[name]}"})
    return found


def _answer(site, ticket, status=204, body=None):
    shown = {"id": ticket.id, "key": ticket.key, "status": ticket.status_name,
             "category": ticket.category} if ticket else None
    return {"status": status, "issue": shown, "body": body}


def _chosen(site, ticket, spec):
    """The transition that is named by id or, among those that leave the status, by name."""
    flow = site.flows.of_ticket(ticket)
    chosen = flow.by_id.get(str(spec["id"])) if "id" in spec else flow.named(ticket.status, spec["name"])
    if chosen is None:
        raise platform(400, f"There is no transition {spec.get('name', spec.get('id'))!r} from {ticket.status_name!r}.")
    return chosen


def _channel(actor, spec):
    """People click; a rule of automation may act as anybody (`"via": "automation"`)."""
    return spec.get("via", "automation" if actor.name == "automation" else "ui")


def _transition(site, actor, spec):
    ticket = _ticket(site, spec)
    chosen = _chosen(site, ticket, spec)
    given = dict(spec.get("fields") or {})
    if "resolution" in site.screens.fields(chosen.screen):  # the dialog has a default
        given.setdefault("resolution", {"name": "Done"})
    status, body = invoke(site, actor, "POST", f"/rest/api/3/issue/{ticket.id}/transitions",
                          {"transition": {"id": chosen.id}, "fields": given}, _channel(actor, spec))
    return _answer(site, ticket, status, body)


def _bulk_transition(site, actor, spec):
    """As "Bulk change": conditions hold, one operation, webhooks in the secondary flow."""
    operation, done = site.call_count + 1, []
    for ticket in [_ticket(site, {"issue": one}) for one in spec["issues"]]:
        bulk.press(site, actor, ticket, _chosen(site, ticket, spec).id, operation, _channel(actor, spec))
        done.append(_answer(site, ticket))
    return done


def _portal(site, actor, spec):
    """A customer presses what the portal shows him."""
    ticket = _ticket(site, spec)
    return _answer(site, ticket, *invoke(site, actor, "POST", f"/rest/servicedeskapi/request/{ticket.id}/transition",
                                         {"id": _chosen(site, ticket, spec).id}, "ui"))


def _edit(site, actor, spec):
    ticket = _ticket(site, spec)
    return _answer(site, ticket, *invoke(site, actor, "PUT", f"/rest/api/3/issue/{ticket.id}",
                                         {"fields": spec["fields"]}))


def _force_fields(site, actor, spec):
    """Any field, on a screen or not: bulk edit, imports, automation's advanced fields. Also the resolution."""
    ticket = _ticket(site, spec)
    values, wrong = fields.parse_all(site, spec["fields"], set(site.fields))
    if wrong:
        raise platform(400, fields=wrong)
    site.edit(ticket, actor, values, via="force")
    return _answer(site, ticket)


def _force_status(site, actor, spec):
    """A status without a transition: workflow migration, an import, a script of an administrator."""
    ticket = _ticket(site, spec)
    values = {}
    if "resolution" in spec:
        values["resolution"] = next(k for k, v in seed.RESOLUTIONS.items() if v == spec["resolution"])
    site.edit(ticket, actor, values, _status(site, ticket, spec["status"]), via="force")
    return _answer(site, ticket)


def _status(site, ticket, name, flow=None):
    found = site.flows.find_status(name, flow or site.flows.of_ticket(ticket))
    if found is None:
        raise Refusal(400, {"error": f"no status {name!r}; known: {', '.join(s.name for s in site.flows.statuses.values())}"})
    return found.id


def _move(site, actor, spec):
    """To another project or another issue type (or both): `to` is the status it is mapped to."""
    ticket = _ticket(site, spec)
    project, issue_type = site.projects[spec.get("project", ticket.project)], str(spec.get("issuetype", ticket.type))
    if issue_type not in project.types:
        raise Refusal(400, {"error": f"issue types of {project.key}: {', '.join(project.types)}"})
    to = _status(site, ticket, spec["to"], site.flows.of(project.key, issue_type)) if "to" in spec else None
    site.move(ticket, actor, project, to, issue_type)
    return _answer(site, ticket)


def _comment(site, actor, spec):
    ticket, public = _ticket(site, spec), spec.get("public", True)
    made = site.add_comment(ticket, actor, adf.of_text(spec["text"]), public,
                            {} if public else {"sd.public.comment": {"internal": True}})
    return _answer(site, ticket, 201, {"id": made["id"]})


def _comment_of(ticket, spec):
    return next(c for c in ticket.comments if c["id"] == str(spec["comment"]))


def _edit_comment(site, actor, spec):
    """Whoever may edit all comments: another text, or public where it was internal."""
    ticket = _ticket(site, spec)
    found = _comment_of(ticket, spec)
    public = spec.get("public", found["public"])
    site.edit_comment(ticket, found, actor, adf.of_text(spec["text"]) if "text" in spec else found["body"], public,
                      {"sd.public.comment": {"internal": not public}})
    return _answer(site, ticket)


def _delete_comment(site, actor, spec):
    ticket = _ticket(site, spec)
    site.delete_comment(ticket, _comment_of(ticket, spec), actor)
    return _answer(site, ticket)


def _decide(decision):
    def deed(site, actor, spec):
        ticket = _ticket(site, spec)
        pending = [a["id"] for a in ticket.approvals if a["decision"] == "pending"]
        chosen = spec.get("approval") or (pending[-1] if pending else "0")
        return _answer(site, ticket, *invoke(site, actor, "POST",
                                             f"/rest/servicedeskapi/request/{ticket.id}/approval/{chosen}",
                                             {"decision": decision}))
    return deed


def _create(site, actor, spec):
    given = {"project": {"key": spec.get("project", "IAM")}, "issuetype": {"id": spec.get("issuetype", "10039")}} | spec["fields"]
    status, body = invoke(site, actor, "POST", "/rest/api/3/issue",
                          {"fields": given, "properties": spec.get("properties", [])})
    return _answer(site, site.find(body["id"]), status, body)


def _request(site, actor, spec):
    """Through the portal: serviceDeskId, requestTypeId and requestFieldValues as in the request API."""
    type_id = spec.get("requestTypeId", "30")
    if type_id not in site.request_types:
        raise Refusal(400, {"error": f"no request type {type_id}"})
    desk = site.projects[site.request_types[type_id].project].desk
    sent = {"serviceDeskId": desk, "requestTypeId": type_id, "requestFieldValues": spec["fields"]}
    status, body = invoke(site, actor, "POST", "/rest/servicedeskapi/request",
                          sent | {k: spec[k] for k in ("raiseOnBehalfOf", "requestParticipants", "form") if k in spec})
    return _answer(site, site.find(body["issueId"]), status, body)


def _answer_form(site, actor, spec):
    """{"answers": {"1": {"text": "x"}}, "status": "s"}: the form is opened, changed and submitted, or left open ("o"). With
    "again": another copy of the same form is submitted; with "foreign": a form of another template with the same questions."""
    ticket = _ticket(site, spec)
    more = None
    if spec.get("again") or spec.get("foreign"):
        old = ticket.forms[-1]
        other = {"id": old["template"] if spec.get("again") else spec["foreign"], "design": old["design"]}
        more = attached.attach(site, ticket, other, {})
    attached.change(site, ticket, actor, spec.get("answers", {}), spec.get("status", "s"), more)
    return _answer(site, ticket)


def _clone(site, actor, spec):
    return _answer(site, site.clone(_ticket(site, spec), actor, spec.get("properties", False)), 201)


def _delete(site, actor, spec):
    ticket = _ticket(site, spec)
    site.delete(ticket, actor)
    return _answer(site, None)


def _property(site, actor, spec):
    ticket = _ticket(site, spec)
    return _answer(site, ticket, *invoke(site, actor, "PUT",
                                         f"/rest/api/3/issue/{ticket.id}/properties/{spec['key']}", spec["value"]))


def _assign(site, actor, spec):
    ticket = _ticket(site, spec)
    site.edit(ticket, actor, {"assignee": site.accounts[spec["to"]].id if spec["to"] else None})
    return _answer(site, ticket)


def _touch(site, actor, spec):
    """`updated` moves and nothing else, as SLA timers do. `at`: the same millisecond for all."""
    chosen = [_ticket(site, {"issue": i}) for i in spec["issues"]] if "issues" in spec else \
        [t for t in site.issues.values() if t.project == spec["project"]]
    for ticket in chosen:
        site.touched(ticket, spec.get("at"))
    return {"status": 204, "touched": len(chosen)}


def _secure(site, actor, spec):
    """A security level is set, or taken away again: accounts that are not cleared see the ticket no more."""
    for ticket in (_ticket(site, {"issue": i}) for i in spec["issues"]):
        ticket.secured = spec.get("on", True)
    return {"status": 204}


def _archive(site, actor, spec):
    """Into the archive, or out of it: shown by its id, found by no search, and nobody can edit it there."""
    ticket = _ticket(site, spec)
    site.archive(ticket, actor, spec.get("on", True))
    return _answer(site, ticket)


DEEDS = {
    "transition": _transition, "bulk_transition": _bulk_transition, "portal": _portal, "edit": _edit, "comment": _comment,
    "approve": _decide("approve"), "decline": _decide("decline"), "create": _create, "request": _request,
    "clone": _clone, "delete": _delete, "move": _move, "force_status": _force_status, "force_fields": _force_fields,
    "property": _property, "assign": _assign, "touch": _touch, "secure": _secure,
    "archive": _archive, "answer_form": _answer_form, "edit_comment": _edit_comment, "delete_comment": _delete_comment,
}
