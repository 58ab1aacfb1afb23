"""/rest/api/3/statuses: those of the site and those of team-managed projects; and what a project can be in."""
from . import render
from .errors import platform
from .routes import Reply, many, page, route
from .workflow_api import configured_now, may, shown_status, unauthorized, usages
from .workflow_check import CATEGORIES, shape
from .workflow_model import Status

STATUSES = "/rest/api/3/statuses"


def _status_admin(call):
    if not call.account.holds("ADMINISTER_PROJECTS"):
        raise unauthorized()


def _named_ids(call, name="id"):
    wanted = many(call, name)
    if not 0 < len(wanted) <= 50:
        raise platform(400, f"Between 1 and 50 values of '{name}' are required.")
    return wanted


@route("GET", STATUSES)
def read_statuses(site, call):
    _status_admin(call)
    return Reply(200, [shown_status(site.flows.statuses[i]) for i in _named_ids(call) if i in site.flows.statuses])


@route("GET", STATUSES + "/byNames")
def statuses_by_names(site, call):
    _status_admin(call)
    wanted, project = _named_ids(call, "name"), call.query.get("projectId")
    return Reply(200, [shown_status(s) for s in site.flows.statuses.values() if s.name in wanted and s.project == project])


@route("GET", STATUSES + "/search")
def search_statuses(site, call):
    """Global ones; with projectId those of a team-managed project."""
    _status_admin(call)
    query, words = call.query, call.query.get("searchString", "").lower()
    if query.get("statusCategory", "TODO") not in CATEGORIES:
        raise platform(400, "statusCategory must be TODO, IN_PROGRESS or DONE.")
    found = [shown_status(s) for s in site.flows.statuses.values() if s.project == query.get("projectId") and words in s.name.lower()
             and query.get("statusCategory", s.category) == s.category]
    start, size = page(call, limit=200, most=200)
    return Reply(200, {"self": f"{site.base}{STATUSES}/search?startAt={start}", "startAt": start, "maxResults": size,
                       "total": len(found), "isLast": start + size >= len(found), "values": found[start:start + size]})


@route("POST", STATUSES)
def create_statuses(site, call):
    """In one scope: of the whole site, or of a team-managed project."""
    body = call.json()
    shape(body, {"scope!": {"type!": ("PROJECT", "GLOBAL"), "project": {"id!": str}},
                 "statuses!": [{"name!": str, "statusCategory!": CATEGORIES, "description": str}]})
    owner = (body["scope"].get("project") or {}).get("id") if body["scope"]["type"] == "PROJECT" else None
    if not may(call, owner):
        raise unauthorized()
    configured_now(site)
    if body["scope"]["type"] == "PROJECT" and not any(p.id == owner and p.team for p in site.projects.values()):
        raise platform(400, "The project must be a team-managed project.")
    _names_are_free(site, [(one["name"], owner, None) for one in body["statuses"]])
    made = []
    for one in body["statuses"]:
        made.append(Status(site.flows.next_status_id(), one["name"], one["statusCategory"], one.get("description") or "", owner))
        site.flows.statuses[made[-1].id] = made[-1]
    return Reply(200, [shown_status(s) for s in made])


def _names_are_free(site, wanted):
    """wanted: [(name, project, id of the status that is to have it)]."""
    for name, owner, mine in wanted:
        if len(name) > 255:
            raise platform(400, "The name is too long, maxSize=255")
        taken = any(s.name == name and s.project == owner and s.id != mine for s in site.flows.statuses.values())
        if taken or [(n, o) for n, o, _ in wanted].count((name, owner)) > 1:
            raise platform(400, f'Status name "{name}" already in use. Try a different name.')


@route("PUT", STATUSES)
def update_statuses(site, call):
    """Names, categories and descriptions, for every workflow that has them."""
    _status_admin(call)
    body, known = call.json(), site.flows.statuses
    shape(body, {"statuses!": [{"id!": str, "name!": str, "statusCategory!": CATEGORIES, "description": str, "+": True}]})
    configured_now(site)
    missing = [one["id"] for one in body["statuses"] if one["id"] not in known]
    if missing:
        raise platform(400, f"The status '{missing[0]}' does not exist.")
    _names_are_free(site, [(one["name"], known[one["id"]].project, one["id"]) for one in body["statuses"]])
    for one in body["statuses"]:
        found = known[one["id"]]
        found.name, found.category = one["name"], one["statusCategory"]
        found.description = one.get("description") or ""
    for ticket in site.issues.values():
        ticket.shown.clear()
    return Reply(204)


@route("DELETE", STATUSES)
def delete_statuses(site, call):
    _status_admin(call)
    for wanted in _named_ids(call):
        if wanted not in site.flows.statuses:
            raise platform(400, f"The status '{wanted}' does not exist.")
        if _using(site, wanted) or any(t.status == wanted for t in site.issues.values()):
            raise platform(400, f"The status '{site.flows.status_name(wanted)}' is in use and can't be deleted.")
    for wanted in many(call, "id"):
        site.flows.statuses.pop(wanted, None)
    return Reply(204)


def _using(site, status):
    return [w for w in site.flows.workflows.values() if status in w.layouts]


def _named(site, call):
    _status_admin(call)
    if call.parts["status"] not in site.flows.statuses:
        raise platform(404, "The status does not exist.")
    return call.parts["status"]


@route("GET", STATUSES + "/{status}/workflowUsages")
def used_by_workflows(site, call):
    status = _named(site, call)
    return usages(call, "workflows", {"statusId": status}, [w.id for w in _using(site, status)])


def _users(site, status):
    return [(p, t) for w in _using(site, status) for p, t in site.flows.users(w.id)]


@route("GET", STATUSES + "/{status}/projectUsages")
def used_by_projects(site, call):
    status = _named(site, call)
    return usages(call, "projects", {"statusId": status}, [p.id for p, _ in _users(site, status)])


@route("GET", STATUSES + "/{status}/project/{project}/issueTypeUsages")
def used_by_types(site, call):
    status, project = _named(site, call), call.parts["project"]
    return usages(call, "issueTypes", {"statusId": status, "projectId": project}, [t for p, t in _users(site, status) if p.id == project])


@route("GET", "/rest/api/3/project/{project}/statuses")
def project_statuses(site, call):
    """What each issue type of a project can be in."""
    project = next((p for p in site.projects.values() if call.parts["project"] in (p.key, p.id)), None)
    if project is None or not call.account.browses:
        raise platform(404, f"No project could be found with key '{call.parts['project']}'.")
    return Reply(200, [{k: v for k, v in render.issue_type(site, t).items() if k in ("id", "name", "self", "subtask")}
                       | {"statuses": [render.status(site, s) for s in site.flows.of(project.key, t).statuses]} for t in project.types])
