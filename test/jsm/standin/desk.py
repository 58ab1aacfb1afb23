"""/rest/servicedeskapi: requests as the portal sees them, approvals, SLA."""
import urllib.parse

from . import adf, attached, clock, fields, forms, issues, kinds, render, seed, workflow_rules
from .errors import Refusal, desk as refuse
from .routes import Reply, number, route

BASE = "/rest/servicedeskapi"


def _page(site, call, values):
    start = number(call.query.get("start", 0), "start")
    limit = min(number(call.query.get("limit", 50), "limit"), site.config["desk_page"])
    chosen = values[start:start + limit]
    last = start + limit >= len(values)
    here = f"{site.base}{call.path}"
    links = {"self": here, "base": f"{site.base}{BASE}", "context": ""}
    if not last:
        links["next"] = f"{here}?start={start + limit}&limit={limit}"
    return Reply(200, {"_expands": [], "size": len(chosen), "start": start, "limit": limit, "isLastPage": last,
                       "_links": links, "values": chosen})


def _request(site, call):
    """A ticket with a request type, when the caller takes part in it or is an agent."""
    found = site.find(call.parts["issue"])
    if found is None or found.values.get(seed.REQUEST_TYPE) is None or not _takes_part(found, call.account):
        raise refuse(404, "The request was not found", "sd.request.not.found")
    return found


def _takes_part(ticket, account):
    asked = {a for approval in ticket.approvals for a in approval["approvers"]}
    return (account.desk == "agent" or ticket.values.get("reporter") == account.id or account.id in asked
            or account.id in ticket.properties.get("request.participants", ()))


def _agent(call):
    if call.account.desk != "agent":
        raise Refusal(403)


# -- creating and reading

@route("POST", BASE + "/request", access="desk")
def create_request(site, call):
    body = call.json()
    if set(body) - {"serviceDeskId", "requestTypeId", "requestFieldValues", "raiseOnBehalfOf", "requestParticipants",
                    "isAdfRequest", "form", "channel"}:
        raise refuse(400, "Your request could not be created. Please check the fields have been correctly filled in.",
                     "sd.error.bad.request")
    project = next((p for p in site.projects.values() if p.desk == body.get("serviceDeskId")), None)
    chosen = site.request_types.get(body.get("requestTypeId") if isinstance(body.get("requestTypeId"), str) else None)
    if project is None:
        raise refuse(404, "The service desk was not found", "sd.servicedesk.not.found")
    if chosen is None or chosen.project != project.key:
        raise refuse(400, "The request type is not valid for this service desk", "sd.requesttype.not.found")
    reporter = _behalf(site, call, body)
    values = _form_values(site, chosen, body)
    answers = attached.answers_of(site, chosen.attached, body.get("form"))
    found = workflow_rules.objections_to_new(site, site.flows.of(project.key, chosen.issue_type), call.account, values)
    if found:
        raise refuse(400, " ".join(text for _, text in found), "sd.request.create.error.field")
    if call.account.desk == "agent":
        participants = forms.known_customers(site, body.get("requestParticipants") or [])
    else:
        participants = []
    made = site.create(call.account, project, chosen.issue_type,
                       values | {seed.REQUEST_TYPE: chosen.id, "reporter": reporter.id},
                       {"request.participants": participants} if participants else {})
    if chosen.attached:
        attached.attach(site, made, chosen.attached, answers)
    return Reply(201, request_body(site, made, call.account))


def _behalf(site, call, body):
    wanted = body.get("raiseOnBehalfOf")
    if wanted is None:
        return call.account
    if call.account.desk != "agent":
        raise refuse(403, "You do not have permission to raise requests on behalf of others",
                     "sd.request.create.error.behalf.permission")
    if wanted not in site.accounts_by_id:
        raise refuse(400, "The customer was not found", "sd.request.create.error.behalf.unknown")
    return site.accounts_by_id[wanted]


def _form_values(site, chosen, body):
    given = body.get("requestFieldValues") or {}
    if not isinstance(given, dict):
        raise refuse(400, "requestFieldValues must be an object", "sd.error.bad.request")
    given = dict(given)
    plain = not body.get("isAdfRequest")
    for field_id, text in list(given.items()):
        if isinstance(site.fields.get(field_id), fields.RichText) and not site.dc:
            if plain != isinstance(text, str):
                raise refuse(400, f"{field_id}: text is wanted without isAdfRequest, a document with it",
                             "sd.request.create.error.field")
            given[field_id] = (adf.of_text(text) if text else None) if plain else text
    values, wrong = fields.parse_all(site, given, chosen.form)
    wrong |= {f: f"{site.fields[f].name} is required" for f in chosen.required if not values.get(f) and f not in wrong}
    if wrong:
        raise refuse(400, "Your request could not be created. Please check the fields have been correctly filled in. "
                     + " ".join(f"{f}: {text}" for f, text in wrong.items()), "sd.request.create.error.field")
    return values


def request_body(site, ticket, reader):
    zone, type_id = reader.zone, ticket.values[seed.REQUEST_TYPE]
    shown = []
    for field_id in site.request_types[type_id].form:
        value = ticket.values.get(field_id)
        if value is None:
            continue
        field = site.fields[field_id]
        one = {"fieldId": field_id, "label": field.name, "value": field.show(value, site, "2")}
        if isinstance(field, fields.RichText):
            one["renderedValue"] = {"html": adf.to_html(value)}
        shown.append(one)
    return {
        "_expands": ["participant", "status", "sla", "requestType", "serviceDesk", "attachment", "action", "comment"],
        "issueId": ticket.id, "issueKey": ticket.key, "summary": ticket.values["summary"], "requestTypeId": type_id,
        "serviceDeskId": site.projects[ticket.project].desk, "createdDate": clock.four_ways(ticket.created, zone),
        "reporter": render.desk_user(site, ticket.values["reporter"]), "requestFieldValues": shown,
        "currentStatus": render.current_status(site, ticket, zone), "_links": render.request_links(site, ticket)}


@route("GET", BASE + "/request/{issue}", access="desk")
def read_request(site, call):
    ticket = _request(site, call)
    shown = request_body(site, ticket, call.account)
    if "sla" in call.query.get("expand", "") and call.account.desk == "agent":
        shown["sla"] = {"_expands": [], "size": 1, "start": 0, "limit": 50, "isLastPage": True,
                        "values": [render.sla(site, ticket, call.account.zone)]}
    return Reply(200, shown)


@route("GET", BASE + "/request/{issue}/status", access="desk")
def read_status(site, call):
    return _page(site, call, [render.current_status(site, _request(site, call), call.account.zone)])


@route("GET", BASE + "/request/{issue}/participant", access="desk")
def participants(site, call):
    ticket = _request(site, call)
    return _page(site, call, [render.desk_user(site, a) for a in ticket.properties.get("request.participants", ())])


@route("POST", BASE + "/request/{issue}/participant", access="desk")
def add_participants(site, call):
    """Whoever is there already stays there once."""
    ticket, body = _request(site, call), call.json()
    wanted = body.get("accountIds", [])
    if set(body) - {"accountIds", "usernames"} or not isinstance(wanted, list):
        raise refuse(400, "The request is not valid", "sd.error.bad.request")
    _agent(call)
    unknown = [a for a in wanted if a not in site.accounts_by_id]
    if unknown:
        raise refuse(400, f"The user {unknown[0]} was not found", "sd.request.participant.error.unknown")
    there = ticket.properties.get("request.participants", ())
    ticket.properties["request.participants"] = [*there, *(a for a in dict.fromkeys(wanted) if a not in there)]
    site.touched(ticket)
    return participants(site, call)


# -- approvals

def _shown_approval(site, approval, reader):
    shown = {"id": approval["id"], "name": "Waiting for approval", "finalDecision": approval["decision"],
             "canAnswerApproval": _may_answer(approval, reader),
             "approvers": [{"approver": render.desk_user(site, account), "approverDecision": decision}
                           for account, decision in approval["approvers"].items()],
             "createdDate": clock.four_ways(approval["created"], reader.zone),
             "_links": {"self": f"{site.base}{BASE}/request/{approval['issue']}/approval/{approval['id']}"}}
    if approval["completed"]:
        shown["completedDate"] = clock.four_ways(approval["completed"], reader.zone)
    return shown


def _may_answer(approval, account):
    return approval["decision"] == "pending" and approval["approvers"].get(account.id) == "pending"


def _approvals(ticket):
    return [approval | {"issue": ticket.id} for approval in ticket.approvals]


@route("GET", BASE + "/request/{issue}/approval", access="desk")
def list_approvals(site, call):
    return _page(site, call, [_shown_approval(site, a, call.account) for a in _approvals(_request(site, call))])


def _approval(site, call):
    ticket = _request(site, call)
    found = next((a for a in ticket.approvals if a["id"] == call.parts["approval"]), None)
    if found is None:
        raise refuse(404, "The approval was not found", "sd.approval.not.found")
    return ticket, found


@route("GET", BASE + "/request/{issue}/approval/{approval}", access="desk")
def read_approval(site, call):
    ticket, found = _approval(site, call)
    return Reply(200, _shown_approval(site, found | {"issue": ticket.id}, call.account))


@route("POST", BASE + "/request/{issue}/approval/{approval}", access="desk")
def answer_approval(site, call):
    ticket, found = _approval(site, call)
    decision = {"approve": "approved", "decline": "declined"}.get(call.json().get("decision"))
    if decision is None:
        raise refuse(400, "The decision must be approve or decline", "sd.approval.decision.invalid")
    if call.account.id not in found["approvers"]:
        raise refuse(403, "You are not an approver of this request", "sd.approval.not.approver")
    if found["decision"] != "pending":
        raise refuse(409, "The approval has been answered already", "sd.approval.completed")
    site.decide(ticket, found, call.account, decision)
    return Reply(200, _shown_approval(site, found | {"issue": ticket.id}, call.account))


# -- SLA, comments, transitions

@route("GET", BASE + "/request/{issue}/sla", access="desk")
def list_sla(site, call):
    ticket = _request(site, call)
    _agent(call)
    return _page(site, call, [render.sla(site, ticket, call.account.zone)])


@route("GET", BASE + "/request/{issue}/sla/{metric}", access="desk")
def read_sla(site, call):
    ticket = _request(site, call)
    _agent(call)
    if call.parts["metric"] != "1":
        raise refuse(404, "The SLA metric was not found", "sd.sla.not.found")
    return Reply(200, render.sla(site, ticket, call.account.zone))


def _shown_comment(site, ticket, comment, reader):
    return {"_expands": ["attachment", "renderedBody"], "id": comment["id"], "body": adf.text(comment["body"]),
            "public": comment["public"], "author": render.desk_user(site, comment["author"]),
            "created": clock.four_ways(comment["created"], reader.zone),
            "_links": {"self": f"{site.base}{BASE}/request/{ticket.id}/comment/{comment['id']}"}}


@route("GET", BASE + "/request/{issue}/comment", access="desk")
def list_comments(site, call):
    """Customers do not see internal ones."""
    ticket, agent = _request(site, call), call.account.desk == "agent"
    public = call.query.get("public", "true") == "true"
    internal = call.query.get("internal", "true") == "true" and agent
    return _page(site, call, [_shown_comment(site, ticket, c, call.account) for c in ticket.comments
                              if (public if c["public"] else internal)])


@route("POST", BASE + "/request/{issue}/comment", access="desk")
def add_comment(site, call):
    ticket, body = _request(site, call), call.json()
    text, public = body.get("body"), body.get("public", True)
    if not isinstance(text, str) or not text or not isinstance(public, bool):
        raise refuse(400, "The comment body must not be empty", "sd.comment.body.empty")
    if not public:
        _agent(call)
    made = site.add_comment(ticket, call.account, adf.of_text(text), public,
                            {} if public else {"sd.public.comment": {"internal": True}})
    return Reply(201, _shown_comment(site, ticket, made, call.account))


def offered(site, ticket, account):
    """Customers press what is shown to them in the portal, if its conditions let them."""
    if account.desk == "agent":
        return issues.offered(site, ticket, account)
    asking = workflow_rules.Asking(site, ticket, account)
    return [t for t in site.flows.of_ticket(ticket).leaving(ticket.status) if t.portal and workflow_rules.permits(t, asking)]


@route("GET", BASE + "/request/{issue}/transition", access="desk")
def list_transitions(site, call):
    shown = offered(site, _request(site, call), call.account)
    return _page(site, call, [{"id": t.id, "name": t.name} for t in shown])


@route("POST", BASE + "/request/{issue}/transition", access="desk")
def do_transition(site, call):
    ticket, body = _request(site, call), call.json()
    chosen = next((t for t in offered(site, ticket, call.account) if t.id == str(body.get("id"))), None)
    if chosen is None or issues.required_on(site.screens.fields(chosen.screen)):
        raise refuse(400, "The transition is not available", "sd.transition.not.available")
    found = workflow_rules.objections(chosen, workflow_rules.Asking(site, ticket, call.account))
    if found:
        raise refuse(400, " ".join(text for _, text in found), "sd.transition.validation.failed")
    site.transition(ticket, call.account, chosen, {})
    text = (body.get("additionalComment") or {}).get("body")
    if text:
        site.add_comment(ticket, call.account, adf.of_text(text), True, {})
    return Reply(204)


# -- service desks and request types

def _desk(site, call):
    wanted = urllib.parse.unquote(call.parts["desk"])
    found = next((p for p in site.projects.values()
                  if wanted in (p.desk, f"projectKey:{p.key}", f"projectId:{p.id}")), None)
    if found is None:
        raise refuse(404, "The service desk was not found", "sd.servicedesk.not.found")
    return found


def _shown_desk(site, project):
    return {"id": project.desk, "projectId": project.id, "projectName": project.name, "projectKey": project.key,
            "_links": {"self": f"{site.base}{BASE}/servicedesk/{project.desk}"}}


@route("GET", BASE + "/servicedesk", access="desk")
def list_desks(site, call):
    return _page(site, call, [_shown_desk(site, p) for p in site.projects.values()])


@route("GET", BASE + "/servicedesk/{desk}", access="desk")
def read_desk(site, call):
    return Reply(200, _shown_desk(site, _desk(site, call)))


@route("GET", BASE + "/servicedesk/{desk}/organization", access="desk")
def list_organisations(site, call):
    _desk(site, call)
    if call.account.desk != "agent":
        raise refuse(403, "Only agents may list the organizations of a service desk", "sd.agent.only")
    known = next(f for f in site.fields.values() if isinstance(f, kinds.Organisations)).options
    return _page(site, call, [{"id": number, "name": name, "scimManaged": False, "_links": {
        "self": f"{site.base}{BASE}/organization/{number}"}} for number, name in known.items()])


@route("GET", BASE + "/servicedesk/{desk}/requesttype", access="desk")
def list_request_types(site, call):
    project = _desk(site, call)
    return _page(site, call, [render.request_type(site, t.id) for t in site.request_types.values()
                              if t.project == project.key])


def _type(site, call):
    found = site.request_types.get(call.parts["type"])
    if found is None or found.project != _desk(site, call).key:
        raise refuse(404, "The request type was not found", "sd.requesttype.not.found")
    return found


@route("GET", BASE + "/servicedesk/{desk}/requesttype/{type}", access="desk")
def read_request_type(site, call):
    return Reply(200, render.request_type(site, _type(site, call).id))


@route("GET", BASE + "/servicedesk/{desk}/requesttype/{type}/field", access="desk")
def request_type_fields(site, call):
    chosen, shown = _type(site, call), []
    for field_id in chosen.form:
        field = site.fields[field_id]
        shown.append({"fieldId": field_id, "name": field.name, "description": "",
                      "required": field_id in chosen.required, "defaultValues": [],
                      "validValues": forms.valid_values(site, field),
                      "presetValues": [], "jiraSchema": field.describe(), "visible": True})
    return Reply(200, {"requestTypeFields": shown, "canRaiseOnBehalfOf": call.account.desk == "agent",
                       "canAddRequestParticipants": call.account.desk == "agent"})
