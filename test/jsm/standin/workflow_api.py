"""/rest/api/3/workflows and workflow schemes: reading, capabilities, validation, update, history, who uses what."""
import copy
import hashlib
import uuid

from . import clock
from .errors import bad_payload, platform
from .groups import audit
from .routes import Reply, many, number, page, route
from .tasks import begin
from .workflow_check import ERROR, UPDATE, VALIDATION, Check, complete, shape
from .workflow_model import Status
from .workflow_rules import CATALOGUE
from .workflow_seed import RESTRICT, RESTRICTIONS

WORKFLOWS = "/rest/api/3/workflows"
# How an approval is told without ?useApprovalConfiguration=true: as properties of its status.
DEPRECATED = {"active": "approval.active", "conditionType": "approval.condition.type", "conditionValue": "approval.condition.value",
              "fieldId": "approval.field.id", "transitionApproved": "approval.transition.approved",
              "transitionRejected": "approval.transition.rejected", "exclude": "approval.exclude",
              "prePopulatedFieldId": "approval.pre-populated.field.id"}


def unauthorized():
    """The same status as for wrong credentials, though these are right."""
    return platform(401, "You do not have permission to perform this operation.")


def may(call, project=None):
    """Administer Jira for everything; Administer projects for what belongs to one."""
    return call.account.administers or (project is not None and call.account.holds("ADMINISTER_PROJECTS"))


# -- showing

def shown_status(status, reference=False):
    body = {"id": status.id, "name": status.name, "statusCategory": status.category, "description": status.description,
            "scope": {"type": "PROJECT", "project": {"id": status.project}} if status.project else {"type": "GLOBAL"}}
    return body | ({"statusReference": status.id} if reference else {})


def _statuses(site, ids):
    """In no order that means anything, as there."""
    found = sorted(set(ids), key=lambda i: hashlib.sha256(i.encode()).digest())
    return [shown_status(site.flows.statuses[i], True) for i in found]


def shown_workflow(workflow, approvals=False, transitions=True):
    body = {"scope": workflow.scope, "version": {"versionNumber": workflow.number, "id": workflow.version_id}, "id": workflow.id,
            "name": workflow.name, "description": workflow.description, "isEditable": True} | workflow.copied()
    for one in body["statuses"]:
        given = one.pop("approvalConfiguration", None)
        if given and approvals:
            one["approvalConfiguration"] = given
        elif given:
            one["properties"] |= {DEPRECATED[k]: ",".join(v) if isinstance(v, list) else v for k, v in given.items() if v}
    if not transitions:
        del body["transitions"]
    return body


# -- reading

@route("POST", WORKFLOWS, reads=True)
def read_workflows(site, call):
    """By ids, by names, by project and issue type. One that is not there makes all of it not found."""
    body, flows = call.json(), site.flows
    if set(body) - {"workflowIds", "workflowNames", "projectAndIssueTypes"}:
        raise bad_payload()
    shape(body, {"workflowIds": [str], "workflowNames": [str], "projectAndIssueTypes": [{"projectId!": str, "issueTypeId!": str}]})
    found = [flows.workflows.get(i) for i in body.get("workflowIds") or ()]
    for name in body.get("workflowNames") or ():
        found.append(next((w for w in flows.workflows.values() if w.name == name), None))
    for pair in body.get("projectAndIssueTypes") or ():
        project = next((p for p in site.projects.values() if p.id == pair["projectId"]), None)
        if project is None or pair["issueTypeId"] not in project.types:
            raise platform(404, "Not found")
        found.append(flows.of(project.key, pair["issueTypeId"]))
    if not found:
        raise platform(400, "At least one workflow must be named.")
    if not may(call, next((w.project for w in found if w), None)) or not all(w is None or may(call, w.project) for w in found):
        raise unauthorized()
    if None in found:
        raise platform(404, "Not found")
    chosen = list({w.id: w for w in found}.values())
    approvals = call.query.get("useApprovalConfiguration") == "true"
    return Reply(200, {"statuses": _statuses(site, [s for w in chosen for s in w.statuses]),
                       "workflows": [shown_workflow(w, approvals) for w in chosen]})


@route("GET", WORKFLOWS + "/search")
def search_workflows(site, call):
    query = call.query
    found = [w for w in site.flows.workflows.values() if query.get("queryString", "").lower() in w.name.lower()
             and query.get("scope", w.scope["type"]).upper() == w.scope["type"]
             and query.get("isActive", "") in ("", "true" if site.flows.users(w.id) else "false")]
    if not may(call, "any"):
        raise unauthorized()
    if not call.account.administers:
        found = [w for w in found if w.project]
    if query.get("orderBy", "name").lstrip("+-") not in ("name", "created", "updated"):
        raise platform(400, "orderBy must be name, created or updated.")
    found.sort(key=lambda w: w.name, reverse=query.get("orderBy", "").startswith("-"))
    start, size = page(call)
    chosen = found[start:start + size]
    here, last = f"{site.base}{WORKFLOWS}/search", start + size >= len(found)
    body = {"self": f"{here}?startAt={start}", "maxResults": size, "startAt": start, "total": len(found), "isLast": last,
            "values": [shown_workflow(w, transitions="values.transitions" in query.get("expand", "")) for w in chosen],
            "statuses": _statuses(site, [s for w in chosen for s in w.statuses])}
    return Reply(200, body if last else body | {"nextPage": f"{here}?startAt={start + size}&maxResults={size}"})


@route("GET", WORKFLOWS + "/capabilities")
def capabilities(site, call):
    query = call.query
    if "workflowId" in query:
        workflow = site.flows.workflows.get(query["workflowId"])
    elif "projectId" in query and "issueTypeId" in query:
        project = next((p for p in site.projects.values() if p.id == query["projectId"]), None)
        workflow = site.flows.of(project.key, query["issueTypeId"]) if project and query["issueTypeId"] in project.types else None
    else:
        raise platform(400, "Either workflowId, or projectId and issueTypeId must be provided.")
    if not may(call, workflow.project if workflow else None):
        raise unauthorized()
    if workflow is None:
        raise platform(404, "Not found")
    scope = workflow.scope["type"]
    rules = [{"ruleKey": r.key, "ruleType": r.kind, "name": r.name, "description": r.name + ".", "incompatibleRuleKeys": [],
              "isAvailableForInitialTransition": r.initial, "isVisible": True} for r in CATALOGUE.values() if scope in r.scopes]
    return Reply(200, {"editorScope": scope, "projectTypes": ["service_desk"], "systemRules": rules, "connectRules": [],
                       "forgeRules": [], "triggerRules": []})


# -- changing

def _allowed(site, call, payload):
    for one in payload.get("workflows") or ():
        workflow = site.flows.workflows.get(one["id"])
        if not may(call, workflow.project if workflow else None):
            raise unauthorized()


@route("POST", WORKFLOWS + "/update/validation", reads=True)
def validate_update(site, call):
    """Versions are not looked at: that is told by the update."""
    body = call.json()
    shape(body, VALIDATION)
    _allowed(site, call, body["payload"])
    complete(body["payload"], "payload.")
    levels = (body.get("validationOptions") or {}).get("levels") or [ERROR, "WARNING"]
    return Reply(200, {"errors": [p for p in Check(site, body["payload"]).problems if p["level"] in levels]})


def configured_now(site):
    """409 while another change of workflows runs."""
    if site.flows.update_running > 0:
        site.flows.update_running -= 1
        raise platform(409, "Another workflow configuration update task is ongoing.")


@route("POST", WORKFLOWS + "/update")
def update_workflows(site, call):
    """All or nothing. What is not in the lists any more is deleted."""
    payload = call.json()
    shape(payload, UPDATE)
    _allowed(site, call, payload)
    complete(payload)
    configured_now(site)
    for one in payload["workflows"]:
        workflow = site.flows.workflows.get(one["id"])
        if workflow and one["version"] != {"id": workflow.version_id, "versionNumber": workflow.number}:
            raise platform(409, "Workflow version and version token must match")
    check = Check(site, payload)
    if check.errors:
        raise platform(400, *dict.fromkeys(p["message"] for p in check.errors))
    moved = _carry_out(site, call.account, check, payload)
    chosen = [site.flows.workflows[one["id"]] for one in payload["workflows"]]
    answer = {"statuses": _statuses(site, [s for w in chosen for s in w.statuses]),
              "workflows": [shown_workflow(w, True) for w in chosen]}
    return Reply(200, answer | ({"taskId": begin(site, call.account, "Migrate issues", {"moved": moved}).id} if moved else {}))


def _carry_out(site, account, check, payload):
    """How many tickets were moved to another status."""
    flows, references = site.flows, check.references
    for one in payload["statuses"]:
        known = flows.statuses.get(references[one["statusReference"]])
        if known is None:
            number_of = flows.next_status_id()
            known = flows.statuses[number_of] = Status(number_of, one["name"], one["statusCategory"], project=check.scope)
            references[one["statusReference"]] = number_of
        known.name, known.category = one["name"], one["statusCategory"]
        known.description = known.description if one.get("description") is None else one["description"]
    moved = 0
    for one in payload["workflows"]:
        workflow = flows.workflows[one["id"]]
        workflow.replace(_stored(one, references), one.get("description"), account.id, clock.now_ms())
        audit(site, account, "Workflow updated", "workflows", ("WORKFLOW", workflow.id, workflow.name))
        for project, issue_type in flows.users(workflow.id):
            mapping = check.migration(one, project, issue_type)
            for ticket in flows.tickets(project, issue_type):
                if ticket.status not in workflow.layouts:
                    site.edit(ticket, account, {}, references[mapping[ticket.status]], via="migration")
                    moved += 1
    for ticket in site.issues.values():
        ticket.shown.clear()  # statuses may be called otherwise now
    return moved


def _stored(one, references):
    """The document as it is kept: references are status ids, every rule has an id, nothing is absent that is always shown."""
    statuses = []
    for status in one["statuses"]:
        kept = {"statusReference": references[status["statusReference"]], "layout": status.get("layout") or {},
                "properties": dict(status.get("properties") or {}), "deprecated": False}
        approval = status.get("approvalConfiguration") or _from_properties(kept["properties"])
        if approval:
            kept["approvalConfiguration"] = {"exclude": []} | copy.deepcopy(approval)
        kept["properties"] = {k: v for k, v in kept["properties"].items() if k not in DEPRECATED.values()}
        statuses.append(kept)
    return {"startPointLayout": one.get("startPointLayout") or {}, "statuses": statuses,
            "transitions": [_stored_transition(t, references) for t in one["transitions"]],
            "loopedTransitionContainerLayout": one.get("loopedTransitionContainerLayout") or {}}


def _from_properties(properties):
    """An approval sent back as it is read without the parameter."""
    found = {k: properties[name] for k, name in DEPRECATED.items() if name in properties}
    if "active" not in found:
        return None
    return found | {"exclude": [e for e in found.get("exclude", "").split(",") if e]}


def _stored_transition(given, references):
    kept = {"id": given["id"], "type": given["type"]}
    if given.get("toStatusReference"):
        kept["toStatusReference"] = references[given["toStatusReference"]]
    kept |= {"links": [{k: references[v] if k == "fromStatusReference" else v for k, v in link.items() if v is not None}
                       for link in given.get("links") or []],
             "name": given["name"], "description": given.get("description") or ""}
    if given.get("customIssueEventId"):
        kept["customIssueEventId"] = given["customIssueEventId"]
    if given.get("transitionScreen"):
        kept["transitionScreen"] = _stored_rule(given["transitionScreen"])
    for name in ("actions", "validators"):
        kept[name] = [_stored_rule(r) for r in given.get(name) or []]
    kept |= {"triggers": given.get("triggers") or [], "properties": dict(given.get("properties") or {})}
    conditions = _stored_group(given["conditions"]) if given.get("conditions") else None
    return kept | ({"conditions": conditions} if conditions and (conditions["conditions"] or conditions["conditionGroups"]) else {})


def _stored_group(group):
    return {"operation": group["operation"], "conditions": [_stored_rule(r) for r in group.get("conditions") or []],
            "conditionGroups": [_stored_group(g) for g in group.get("conditionGroups") or []]}


def _stored_rule(rule):
    """A restriction comes back with every parameter, set or not."""
    given = dict(rule.get("parameters") or {})
    if rule["ruleKey"] == RESTRICT:
        given = dict.fromkeys(RESTRICTIONS, "") | given
    if rule["ruleKey"] == "system:update-field":
        given["mode"] = given.get("mode") or "replace"
    return {"ruleKey": rule["ruleKey"], "parameters": given, "id": rule.get("id") or str(uuid.uuid4())}


# -- what was before

def _workflow(site, call, wanted):
    workflow = site.flows.workflows.get(wanted)
    if not may(call, workflow.project if workflow else None):
        raise unauthorized()
    if workflow is None:
        raise platform(404, "The workflow does not exist.")
    return workflow


@route("POST", "/rest/api/3/workflow/history/list", reads=True)
def list_history(site, call):
    workflow = _workflow(site, call, call.json().get("workflowId"))
    entries = [{"workflowId": workflow.id, "workflowVersion": v.number, "writtenAt": clock.jira(v.written), "isIntermediate": False}
               for v in reversed(workflow.history)]
    return Reply(200, {"entries": entries})


@route("POST", "/rest/api/3/workflow/history", reads=True)
def read_history(site, call):
    body = call.json()
    workflow = _workflow(site, call, body.get("workflowId"))
    found = next((v for v in workflow.history if v.number == body.get("version")), None)
    if found is None:
        raise platform(400, "There is no such version of the workflow.")
    was = {"id": workflow.id, "name": workflow.name, "description": workflow.description, "scope": workflow.scope,
           "lastUpdateAuthorAAID": found.author, "version": {"id": "", "versionNumber": found.number}}
    there = [s["statusReference"] for s in found.document["statuses"] if s["statusReference"] in site.flows.statuses]
    return Reply(200, {"statuses": _statuses(site, there), "workflows": [was | copy.deepcopy(found.document)]})


# -- who uses what

def usages(call, name, owner, values):
    size = number(call.query.get("maxResults", 50), "maxResults", 1)
    token = call.query.get("nextPageToken", "0")
    if not token.isdigit() or size > 200:
        raise platform(400, "Invalid format of nextPageToken" if size <= 200 else "maxResults must be between 1 and 200")
    start, distinct = int(token), list(dict.fromkeys(values))
    shown = {"values": [{"id": v} for v in distinct[start:start + size]]}
    if start + size < len(distinct):
        shown["nextPageToken"] = str(start + size)
    return Reply(200, owner | {name: shown})


@route("GET", "/rest/api/3/workflow/{workflow}/projectUsages")
def used_by_projects(site, call):
    workflow = _workflow(site, call, call.parts["workflow"])
    return usages(call, "projects", {"workflowId": workflow.id}, [p.id for p, _ in site.flows.users(workflow.id)])


@route("GET", "/rest/api/3/workflow/{workflow}/project/{project}/issueTypeUsages")
def used_by_types(site, call):
    workflow = _workflow(site, call, call.parts["workflow"])
    return usages(call, "issueTypes", {"workflowId": workflow.id, "projectId": call.parts["project"]},
                  [t for p, t in site.flows.users(workflow.id) if p.id == call.parts["project"]])


@route("GET", "/rest/api/3/workflow/{workflow}/workflowSchemes")
def used_by_schemes(site, call):
    workflow = _workflow(site, call, call.parts["workflow"])
    return usages(call, "workflowSchemes", {"workflowId": workflow.id}, [
        str(s.id) for s in site.flows.schemes.values() if not s.team and workflow.id in (s.default, *s.mappings.values())])


# -- schemes

def _scheme(site, scheme):
    names = {i: w.name for i, w in site.flows.workflows.items()}
    return {"id": scheme.id, "name": scheme.name, "description": "", "defaultWorkflow": names[scheme.default],
            "issueTypeMappings": {t: names[w] for t, w in scheme.mappings.items()},
            "self": f"{site.base}/rest/api/3/workflowscheme/{scheme.id}"}


@route("GET", "/rest/api/3/workflowscheme/project")
def schemes_of_projects(site, call):
    """Team-managed and unknown projects are left out without a word."""
    if not call.account.administers:
        raise platform(403, "Only Jira administrators can access workflow scheme associations.")
    wanted = many(call, "projectId")
    if not wanted:
        raise platform(400, fields={"projectId": "The ID of a project has to be provided."})
    found = {}
    for project in site.projects.values():
        scheme = site.flows.schemes[site.flows.scheme_of[project.key]]
        if project.id in wanted and not scheme.team:
            found.setdefault(scheme.id, []).append(project.id)
    return Reply(200, {"values": [{"projectIds": ids, "workflowScheme": _scheme(site, site.flows.schemes[i])}
                                  for i, ids in found.items()]})


@route("GET", "/rest/api/3/workflowscheme/{scheme}")
def read_scheme(site, call):
    if not call.account.administers:
        raise platform(403, "Only Jira administrators can access workflow schemes.")
    found = next((s for s in site.flows.schemes.values() if str(s.id) == call.parts["scheme"] and not s.team), None)
    if found is None:
        raise platform(404, "The workflow scheme was not found.")
    return Reply(200, _scheme(site, found))


@route("GET", "/rest/api/3/workflowscheme/{scheme}/projectUsages")
def scheme_usages(site, call):
    if not call.account.administers:
        raise unauthorized()
    return usages(call, "projects", {"workflowSchemeId": call.parts["scheme"]}, [
        p.id for p in site.projects.values() if str(site.flows.scheme_of[p.key]) == call.parts["scheme"]])
