"""What a client asks about the site and itself: myself, serverInfo, fields, permissions, users, projects."""
from . import clock, field_admin, fields, render, seed
from .errors import platform
from .routes import Reply, many, number, page, page_of, route


@route("GET", "/rest/api/3/myself")
def myself(site, call):
    account = call.account
    groups = [{"name": g, "groupId": site.groups.get(g, g)} for g in account.groups]
    shown = site.shown_user(account.id) | {"locale": "en_GB", "groups": {"size": len(groups), "items": []},
                                           "applicationRoles": {"size": 1, "items": []}}
    if "groups" in call.query.get("expand", ""):
        shown["groups"]["items"] = groups
    return Reply(200, shown | {"expand": "groups,applicationRoles"})


@route("GET", "/rest/api/3/serverInfo", access="anyone")
def server_info(site, call):
    return Reply(200, {
        "baseUrl": site.base, "version": "1001.0.0-SNAPSHOT", "versionNumbers": [1001, 0, 0],
        "deploymentType": "Cloud", "buildNumber": 100300, "buildDate": "2026-10-01T00:00:00.000+0000",
        "serverTime": clock.jira(clock.now_ms()), "serverTitle": "Stand-in", "scmInfo": "standin",
        "serverTimeZone": "Etc/UTC", "defaultLocale": {"locale": "en_GB"}})


@route("GET", "/rest/api/3/field", anonymous=[])
def list_fields(site, call):
    shown = [{"id": f, "key": f, "name": name, "custom": False, "orderable": False, "navigable": True,
              "searchable": True, "clauseNames": [f], "schema": {"type": kind, "system": f}}
             for f, (name, kind) in fields.SYSTEM.items()]
    shown += [field_admin.shown(field) for field in site.fields.values() if field_admin.is_seen(site, field)]
    return Reply(200, shown)


@route("GET", "/rest/api/3/mypermissions")
def my_permissions(site, call):
    asked = [p for p in call.query.get("permissions", "").split(",") if p]
    if not asked:
        raise platform(400, "The 'permissions' query parameter is required.")
    unknown = [p for p in asked if p not in seed.PERMISSIONS]
    if unknown:
        raise platform(400, f"Unrecognized permission: {unknown[0]}")
    shown = {}
    for key in asked:
        shown[key] = {"id": seed.PERMISSIONS[key][0], "key": key, "name": key.replace("_", " ").capitalize(), "type":
                      "GLOBAL" if key in seed.GLOBAL_PERMISSIONS else "PROJECT", "description": "",
                      "havePermission": call.account.holds(key)}
    return Reply(200, {"permissions": shown})


@route("GET", "/rest/api/3/user")
def read_user(site, call):
    if call.query.get("accountId") not in site.accounts_by_id:
        raise platform(404, "Specified user does not exist or you do not have required permissions")
    return Reply(200, site.shown_user(call.query["accountId"]))


@route("GET", "/rest/api/3/user/bulk")
def read_users(site, call):
    """Whom nobody has is not among them."""
    wanted = many(call, "accountId")
    if not wanted:
        raise platform(400, "At least one account ID must be provided.")
    return page_of(site, call, [site.shown_user(one) for one in wanted if one in site.accounts_by_id], limit=10, most=200)


@route("GET", "/rest/api/3/user/search")
def find_users(site, call):
    """The beginning of an address, or of a word of the name; who has left is found too."""
    wanted = call.query.get("query", "").lower()
    if not wanted and "accountId" not in call.query:
        raise platform(400, "The 'query', 'accountId' or 'property' query parameter must be provided.")
    start, size = page(call, limit=50, most=1000)
    found = [site.shown_user(a.id) for a in site.accounts.values()
             if (wanted and (a.email.lower().startswith(wanted) or
                             any(word.startswith(wanted) for word in [a.display.lower(), *a.display.lower().split()])))
             or a.id == call.query.get("accountId")]
    return Reply(200, found[start:start + size])


@route("GET", "/rest/api/3/project/search")
def search_projects(site, call):
    """Those that the caller may see; of the ids that are named, at most fifty."""
    wanted = many(call, "id")
    for one in wanted:
        number(one, "id")
    if len(wanted) > 50:
        raise platform(400, "You can specify at most 50 project IDs.")
    found = [render.project(site, p.key) for p in site.projects.values()
             if call.account.browses and (not wanted or p.id in wanted)]
    return page_of(site, call, sorted(found, key=lambda p: p["key"]))


@route("GET", "/rest/api/3/project/{project}")
def read_project(site, call):
    for project in site.projects.values():
        if call.account.browses and call.parts["project"] in (project.key, project.id):
            kinds = [render.issue_type(site, i) for i in project.types]
            return Reply(200, render.project(site, project.key) | {
                "issueTypes": kinds, "style": "next-gen" if project.team else "classic"})
    raise platform(404, f"No project could be found with key '{call.parts['project']}'.")


@route("GET", "/rest/api/3/status")
def list_statuses(site, call):
    return Reply(200, [render.status(site, s) for s in site.flows.statuses])


@route("GET", "/rest/api/3/resolution")
def list_resolutions(site, call):
    return Reply(200, [site.fields["resolution"].show(r, site, "3") for r in seed.RESOLUTIONS])


@route("GET", "/rest/api/3/resolution/search")
def search_resolutions(site, call):
    start, size = page(call, limit=50, most=50)
    shown = [{"id": r, "name": name, "description": "", "default": r == "10000"} for r, name in seed.RESOLUTIONS.items()]
    return Reply(200, {"startAt": start, "maxResults": size, "total": len(shown), "isLast": start + size >= len(shown),
                       "values": shown[start:start + size]})


@route("GET", "/rest/api/3/issuetype/project")
def project_types(site, call):
    project = next((p for p in site.projects.values() if p.id == call.query.get("projectId")), None)
    if project is None or not call.account.browses:
        raise platform(404, "The project was not found.")
    return Reply(200, [render.issue_type(site, i) for i in project.types])
