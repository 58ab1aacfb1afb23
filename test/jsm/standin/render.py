"""Tickets and what hangs on them, as Jira's JSON."""
from . import adf, clock, fields as catalogue, relations, seed

EXPAND = "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations"


def status(site, status_id, api="3"):
    found = site.flows.statuses[status_id]
    category = found.key
    number, colour, title = seed.CATEGORIES[category]
    return {
        "self": f"{site.base}/rest/api/{api}/status/{status_id}", "description": found.description,
        "iconUrl": f"{site.base}/images/icons/statuses/generic.png", "name": found.name, "id": status_id,
        "statusCategory": {"self": f"{site.base}/rest/api/{api}/statuscategory/{number}", "id": number,
                           "key": category, "colorName": colour, "name": title},
    }


def issue_type(site, type_id, api="3"):
    return {"self": f"{site.base}/rest/api/{api}/issuetype/{type_id}", "id": type_id,
            "description": "A request that follows the service desk's workflow.",
            "iconUrl": f"{site.base}/images/icons/issuetypes/service.svg", "name": seed.ISSUE_TYPES[type_id],
            "subtask": False, "avatarId": 10320, "hierarchyLevel": 0}


def project(site, key, api="3"):
    found = site.projects[key]
    icon = f"{site.base}/rest/api/{api}/universal_avatar/view/type/project/avatar/10420"
    return {"self": f"{site.base}/rest/api/{api}/project/{found.id}", "id": found.id, "key": found.key,
            "name": found.name, "projectTypeKey": "service_desk", "simplified": found.team,
            "avatarUrls": {"48x48": icon, "24x24": f"{icon}?size=small", "16x16": f"{icon}?size=xsmall",
                           "32x32": f"{icon}?size=medium"}}


def all_fields(site, ticket, reader, api="3", wanted=None):
    """Every field, as `reader` sees it: dates are in his time zone. Kept until the ticket changes. wanted: names, when
    only those matter: what cannot be kept is left out of the others."""
    zone = reader.zone if reader else "UTC"
    kept = ticket.shown.setdefault((zone, api), {})
    # Running clocks (SLA) and comments make a kept copy wrong; they are put in anew.
    if wanted and not any(w in (seed.SLA, "comment") or w[:1] in ("*", "-") for w in wanted):
        return _stored_fields(site, ticket, zone, api, kept, wanted)
    return _stored_fields(site, ticket, zone, api, kept, (*site.fields, seed.REQUEST_TYPE, *_OF_JIRA)) | {
        seed.SLA: sla(site, ticket, zone),
        "comment": comments_page(site, ticket, reader, api) if api == "3" else
        {"comments": [], "self": f"{site.base}/rest/api/{api}/issue/{ticket.id}/comment", "maxResults": 0, "total": 0,
         "startAt": 0},
    }


def _stored_fields(site, ticket, zone, api, kept, wanted):
    """kept, with those of the wanted in it that are fields and change with the ticket alone."""
    for name in wanted:
        if name in kept or name == seed.SLA:
            continue
        if name in _OF_JIRA:
            kept[name] = _OF_JIRA[name](site, ticket, zone, api)
        elif name == seed.REQUEST_TYPE:
            kept[name] = request_type_field(site, ticket, zone)
        elif name in site.fields:
            kept[name] = site.fields[name].show(ticket.values.get(name), site, api)
    return kept


def _fixed(value):
    return lambda site, ticket, zone, api: value


def _time(read):
    return lambda site, ticket, zone, api: clock.jira(read(ticket), zone) if read(ticket) else None


# What Jira sets by itself, and what nobody sets here.
_OF_JIRA = {
    "issuetype": lambda site, ticket, zone, api: issue_type(site, ticket.type, api),
    "project": lambda site, ticket, zone, api: project(site, ticket.project, api),
    "status": lambda site, ticket, zone, api: status(site, ticket.status, api),
    "issuelinks": relations.shown,
    "creator": lambda site, ticket, zone, api: site.shown_user(ticket.creator, api),
    "created": _time(lambda ticket: ticket.created), "updated": _time(lambda ticket: ticket.updated),
    "archiveddate": _time(lambda ticket: ticket.archived), "resolutiondate": _time(lambda ticket: ticket.resolved),
    "statuscategorychangedate": _time(lambda ticket: ticket.category_changed),
    **{name: lambda site, ticket, zone, api: [] for name in ("attachment", "subtasks", "fixVersions", "versions")},
    **{name: _fixed(None) for name in ("duedate", "environment", "security", "timespent")}, "workratio": _fixed(-1),
    "watches": lambda site, ticket, zone, api: {
        "self": f"{site.base}/rest/api/{api}/issue/{ticket.key}/watchers", "watchCount": 1, "isWatching": False},
    "votes": lambda site, ticket, zone, api: {
        "self": f"{site.base}/rest/api/{api}/issue/{ticket.key}/votes", "votes": 0, "hasVoted": False},
}


def issue(site, ticket, reader, fields=None, expand="", properties=(), api="3", log=100):
    """fields: names, *all, *navigable, -name; None is everything, as in GET issue. log: so much of its changelog."""
    shown = {"expand": EXPAND, "id": ticket.id, "self": f"{site.base}/rest/api/{api}/issue/{ticket.id}",
             "key": ticket.key, "fields": choose(all_fields(site, ticket, reader, api, fields), fields)}
    wanted = {part.strip() for part in expand.split(",")} if expand else ()
    if "changelog" in wanted:
        # Newest first and not more: the rest is in the pages of GET changelog. A Data Center has no such pages.
        newest = [history(site, entry, reader) for entry in reversed(ticket.history)][:None if site.dc else log]
        shown["changelog"] = {"startAt": 0, "maxResults": len(newest), "total": len(ticket.history),
                              "histories": newest}
    if "names" in wanted:
        shown["names"] = {f: site.fields[f].name if f in site.fields else catalogue.SYSTEM.get(f, (f,))[0]
                          for f in shown["fields"]}
    if "renderedFields" in wanted:
        shown["renderedFields"] = {"description": adf.to_html(ticket.values.get("description"))}
    if properties:
        shown["properties"] = {key: value for key, value in ticket.properties.items()
                               if key in properties or "*all" in properties}
    return shown


def choose(everything, wanted):
    if wanted is None:
        return everything
    takes = [w for w in wanted if not w.startswith("-")]
    leaves = {w[1:] for w in wanted if w.startswith("-")}
    if not takes or "*all" in takes or "*navigable" in takes:
        return {name: value for name, value in everything.items() if name not in leaves}
    return {name: everything[name] for name in takes if name in everything and name not in leaves}


def history(site, entry, reader, raw_time=False):
    zone = reader.zone if reader else "UTC"
    return {"id": entry["id"], "author": site.shown_user(entry["author"]),
            "created": entry["created"] if raw_time else clock.jira(entry["created"], zone),
            "items": [dict(item) for item in entry["items"]]}


def comment(site, ticket, entry, reader, api="3", expand=""):
    zone = reader.zone if reader else "UTC"
    shown = {
        "self": f"{site.base}/rest/api/{api}/issue/{ticket.id}/comment/{entry['id']}", "id": entry["id"],
        "author": site.shown_user(entry["author"], api),
        "body": entry["body"] if api == "3" else adf.text(entry["body"]),
        "updateAuthor": site.shown_user(entry["updater"], api),
        "created": clock.jira(entry["created"], zone), "updated": clock.jira(entry["updated"], zone),
        "jsdPublic": entry["public"],
    }
    if "properties" in expand:
        shown["properties"] = [{"key": k, "value": v} for k, v in entry["properties"].items()]
    return shown


def comments_page(site, ticket, reader, api="3"):
    listed = [comment(site, ticket, entry, reader, api) for entry in ticket.comments]
    return {"comments": listed, "self": f"{site.base}/rest/api/{api}/issue/{ticket.id}/comment",
            "maxResults": len(listed), "total": len(listed), "startAt": 0}


# -- shapes of the service desk

def desk_user(site, account_id):
    user = site.shown_user(account_id, "2")
    return {"accountId": user["accountId"], "name": account_id, "key": account_id, "emailAddress": user["emailAddress"],
            "displayName": user["displayName"], "active": user["active"], "timeZone": user["timeZone"],
            "_links": {"jiraRest": user["self"], "avatarUrls": user["avatarUrls"], "self": user["self"]}}


def current_status(site, ticket, zone):
    """As customers read it: a request type may call a status otherwise."""
    called = site.config["portal_names"].get(ticket.values.get(seed.REQUEST_TYPE), {})
    changed = next((e["created"] for e in reversed(ticket.history)
                    if any(i.get("fieldId") == "status" for i in e["items"])), ticket.created)
    return {"status": called.get(ticket.status_name, ticket.status_name), "statusCategory": ticket.category.upper(), "statusDate": clock.four_ways(changed, zone)}


def request_links(site, ticket):
    desk = site.projects[ticket.project].desk
    return {"jiraRest": f"{site.base}/rest/api/2/issue/{ticket.id}",
            "web": f"{site.base}/servicedesk/customer/portal/{desk}/{ticket.key}",
            "self": f"{site.base}/rest/servicedeskapi/request/{ticket.id}",
            "agent": f"{site.base}/browse/{ticket.key}"}


def request_type(site, type_id):
    found = site.request_types[type_id]
    desk = site.projects[found.project].desk
    icon = f"{site.base}/rest/api/2/universal_avatar/view/type/SD_REQTYPE/avatar/10466"
    return {"_expands": ["field"], "id": found.id,
            "_links": {"self": f"{site.base}/rest/servicedeskapi/servicedesk/{desk}/requesttype/{found.id}"},
            "name": found.name, "description": found.description, "helpText": "", "issueTypeId": found.issue_type,
            "serviceDeskId": desk, "portalId": desk, "groupIds": [],
            "icon": {"id": "10466", "_links": {"iconUrls": {
                "48x48": f"{icon}?size=large", "24x24": f"{icon}?size=small", "16x16": f"{icon}?size=xsmall",
                "32x32": f"{icon}?size=medium"}}}}


def request_type_field(site, ticket, zone):
    """The value of the field that makes a ticket a portal request."""
    chosen = ticket.values.get(seed.REQUEST_TYPE)
    if chosen is None:
        return None
    return {"_links": request_links(site, ticket), "requestType": request_type(site, chosen),
            "currentStatus": current_status(site, ticket, zone)}


def sla(site, ticket, zone):
    """Time to resolution: one cycle for each time the ticket was open."""
    now = clock.now_ms()
    shown = {"id": "1", "name": "Time to resolution",
             "_links": {"self": f"{site.base}/rest/servicedeskapi/request/{ticket.id}/sla/1"}, "completedCycles": []}
    for cycle in ticket.cycles:
        elapsed = (cycle["stop"] or now) - cycle["start"]
        one = {"startTime": clock.four_ways(cycle["start"], zone),
               "breachTime": clock.four_ways(cycle["start"] + seed.SLA_GOAL_MS, zone),
               "breached": elapsed > seed.SLA_GOAL_MS, "goalDuration": clock.span(seed.SLA_GOAL_MS),
               "elapsedTime": clock.span(elapsed), "remainingTime": clock.span(seed.SLA_GOAL_MS - elapsed)}
        if cycle["stop"]:
            shown["completedCycles"].append(one | {"stopTime": clock.four_ways(cycle["stop"], zone)})
        else:
            shown["ongoingCycle"] = one | {"paused": False, "withinCalendarHours": True}
    return shown
