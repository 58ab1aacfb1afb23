"""What somebody must fill in to create a ticket: createmeta of the platform, the form of a request type."""
from . import fields, kinds, seed
from .errors import desk as refuse, platform
from .routes import Reply, number, route

META = "/rest/api/3/issue/createmeta/{project}/issuetypes"
LIMIT = 200


def _page(site, call, name, values):
    start = number(call.query.get("startAt", 0), "startAt")
    size = number(call.query.get("maxResults", 50), "maxResults")
    if size > LIMIT:
        raise platform(400, f"Parameter 'maxResults' must not exceed the limit '{LIMIT}'")
    size = min(size, site.config["meta_page"])
    page = {"maxResults": size, "startAt": start, "total": len(values)}
    if site.dc:
        return Reply(200, page | {"values": values[start:start + size], "isLast": start + size >= len(values)})
    return Reply(200, page | {name: values[start:start + size]})


def _project(site, call):
    found = next((p for p in site.projects.values() if call.parts["project"] in (p.key, p.id)), None)
    if found is None or not call.account.edits:
        raise platform(404, "No project could be found with that id or key, or you may not create issues in it.")
    return found


@route("GET", META)
def issue_types(site, call):
    project = _project(site, call)
    return _page(site, call, "issueTypes", [
        {"self": f"{site.base}/rest/api/3/issuetype/{i}", "id": i, "description": "", "name": name, "subtask": False,
         "iconUrl": f"{site.base}/images/icons/issuetypes/service.svg", "hierarchyLevel": 0}
        for i, name in seed.ISSUE_TYPES.items() if i in project.types])


@route("GET", META + "/{type}")
def create_screen(site, call):
    project = _project(site, call)
    if call.parts["type"] not in seed.ISSUE_TYPES:
        raise platform(404, "No issue type could be found with that id.")
    required = set(project.required)
    return _page(site, call, "fields", [_meta(site, f, f in required) for f in site.screens.on(project, "create")])


def _meta(site, field_id, required):
    field = site.fields[field_id]
    meta = {"required": required, "schema": field.describe(), "name": field.name, "key": field_id, "fieldId": field_id,
            "operations": ["set"], "hasDefaultValue": field_id in ("priority", "reporter")}
    offered = _offered(site, field)
    return meta if offered is None else meta | {"allowedValues": offered}


def _offered(site, field):
    if isinstance(field, fields.Select):
        return [{"self": f"{site.base}/rest/api/3/customFieldOption/{field.option_id(o)}", "value": o,
                 "id": field.option_id(o)} for o in field.options]
    if isinstance(field, kinds.Cascade):
        return [{"value": text, "id": i, "children": [{"value": lower, "id": n} for n, lower in lowers.items()]}
                for i, (text, lowers) in field.ids().items()]
    if isinstance(field, fields.Choice):
        return [{"id": i, "name": name} for i, name in field.values.items()]
    return None


# -- the form of a request type

def valid_values(site, field):
    """The same choices as the service desk tells them: `value` is the id."""
    return [{"value": o["id"], "label": o.get("value", o.get("name")),
             "children": [{"value": c["id"], "label": c["value"], "children": []} for c in o.get("children", ())]}
            for o in _offered(site, field) or ()]


def known_customers(site, given):
    """requestParticipants: accounts, each of which there is."""
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise refuse(400, "requestParticipants must be a list of account ids", "sd.error.bad.request")
    unknown = [one for one in given if one not in site.accounts_by_id]
    if unknown:
        raise refuse(400, f"The participant {unknown[0]} was not found", "sd.request.participant.unknown")
    return given
