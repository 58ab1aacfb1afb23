"""Making and removing custom fields, their contexts and options."""
from . import fields, kinds
from .errors import platform
from .routes import Reply, many, page_of, route
from .screens import administrator
from .tasks import begin, shown as shown_task

FIELD = "/rest/api/3/field"
_TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"
KINDS = {_TYPES + name: kind for name, kind in {
    "textfield": fields.Text, "textarea": kinds.TextArea, "select": fields.Select, "multiselect": kinds.Selects,
    "userpicker": fields.User, "multiuserpicker": fields.Users, "grouppicker": kinds.Group, "multigrouppicker": kinds.Groups,
    "datepicker": kinds.Date, "datetime": kinds.DateTime, "float": kinds.Number}.items()}
# Which searcher goes with which field; any other is refused.
SEARCHERS = {"textfield": "textsearcher", "textarea": "textsearcher", "select": "multiselectsearcher",
             "multiselect": "multiselectsearcher", "userpicker": "userpickergroupsearcher",
             "multiuserpicker": "userpickergroupsearcher", "grouppicker": "grouppickersearcher",
             "multigrouppicker": "grouppickersearcher", "datepicker": "daterange", "datetime": "datetimerange",
             "float": "exactnumber"}
LOCKED = "com.atlassian.servicedesk"  # fields of the service desk stay
NOT_FOUND = "The custom field was not found."


def shown(field):
    own = field.id.startswith("customfield_")
    clauses = [f"cf[{field.id[12:]}]", field.name] if own else [field.id]
    return {"id": field.id, "key": field.id, "name": field.name, "custom": own, "orderable": True, "navigable": True,
            "searchable": True, "clauseNames": clauses, "schema": field.describe()}


@route("POST", FIELD)
def create_field(site, call):
    if not call.account.administers:
        raise platform(400, "You do not have permission to create custom fields.")
    body = call.json()
    name, kind = body.get("name"), body.get("type")
    if set(body) - {"name", "type", "description", "searcherKey"}:
        raise platform(400, "Invalid request payload. Refer to the REST API documentation and try again.")
    if not isinstance(name, str) or not 0 < len(name.strip()) <= 255:
        raise platform(400, fields={"name": "The custom field name is required."})
    if kind not in KINDS:
        raise platform(400, fields={"type": f"The custom field type '{kind}' is not valid."})
    if body.get("searcherKey", "") not in ("", _TYPES + SEARCHERS[kind.partition(":")[2]]):
        raise platform(400, fields={"searcherKey": "The searcher does not go with the type of the field."})
    number = max(int(f[12:]) for f in (*site.fields, *site.trashed, "customfield_10500") if f.startswith("customfield_")) + 1
    made = KINDS[kind](f"customfield_{number}", name.strip())
    made.description, made.added = body.get("description", ""), True
    site.fields[made.id] = made
    site.contexts[made.id] = [_context(site, f"Default Configuration Scheme for {made.name}")]
    return Reply(201, shown(made) | {"untranslatedName": made.name})


def _context(site, name, description="", projects=(), types=()):
    return {"id": site.next_id("context"), "name": name, "description": description, "projectIds": list(projects),
            "issueTypeIds": list(types)}


def contexts_of(site, field):
    return site.contexts.setdefault(field.id, [_context(site, f"Default Configuration Scheme for {field.name}")])


def is_seen(site, field):
    """GET /field leaves out what is used in no project: a new field on no screen."""
    return not getattr(field, "added", False) or bool(site.screens.with_field(field.id))


@route("GET", FIELD + "/search")
def search_fields(site, call):
    return _found(site, call, site.fields)


@route("GET", FIELD + "/search/trashed")
def search_trash(site, call):
    return _found(site, call, site.trashed)


def _found(site, call, among):
    administrator(call, "Only Jira administrators can access fields.")
    ids, kinds_of, words = many(call, "id"), many(call, "type"), call.query.get("query", "").lower()
    found = [f for f in among.values() if (not ids or f.id in ids) and words in f.name.lower()
             and (not kinds_of or ("custom" if f.id.startswith("customfield_") else "system") in kinds_of)]
    return page_of(site, call, [_details(site, f, call.query.get("expand", "")) for f in sorted(found, key=lambda f: f.name)])


def _details(site, field, expand):
    body = {"id": field.id, "key": field.id, "name": field.name, "schema": field.describe(),
            "description": getattr(field, "description", "")}
    more = {"isLocked": is_locked(field), "screensCount": len(site.screens.with_field(field.id)),
            "contextsCount": len(site.contexts.get(field.id, [None])), "searcherKey": ""}
    return body | {k: v for k, v in more.items() if k in expand}


def is_locked(field):
    return (field.custom or "").startswith(LOCKED)


def _custom(site, call, among=None):
    found = (site.fields if among is None else among).get(call.parts["field"])
    if found is None or not found.id.startswith("customfield_"):
        raise platform(404, NOT_FOUND)
    return found


@route("POST", FIELD + "/{field}/trash")
def trash(site, call):
    administrator(call, "Only Jira administrators can access fields.")
    found = _custom(site, call)
    if is_locked(found):
        raise platform(400, "The custom field is locked and can't be moved to trash.")
    site.trashed[found.id] = site.fields.pop(found.id)
    _forget(site)
    return Reply(200, {})


@route("POST", FIELD + "/{field}/restore")
def restore(site, call):
    administrator(call, "Only Jira administrators can access fields.")
    found = _custom(site, call, site.trashed)
    site.fields[found.id] = site.trashed.pop(found.id)
    _forget(site)
    return Reply(200, {})


@route("DELETE", FIELD + "/{field}")
def delete(site, call):
    """For good, with every value, in or out of the trash; the answer names a task to ask about."""
    administrator(call, "Only Jira administrators can access fields.")
    found = _custom(site, call, site.fields | site.trashed)
    if is_locked(found):
        raise platform(400, "The custom field is locked and can't be deleted.")
    site.fields.pop(found.id, None)
    site.trashed.pop(found.id, None)
    site.contexts.pop(found.id, None)
    for screen in site.screens.by_id.values():
        for tab in screen.tabs:
            tab.fields = [f for f in tab.fields if f != found.id]
    for ticket in site.issues.values():
        ticket.values.pop(found.id, None)
    _forget(site)
    task = begin(site, call.account, f"Delete custom field {found.name}")
    return Reply(303, shown_task(site, task), {"Location": f"{site.base}/rest/api/3/task/{task.id}"})


def _forget(site):
    for ticket in site.issues.values():
        ticket.shown.clear()


# -- contexts and options

@route("GET", FIELD + "/{field}/context")
def list_contexts(site, call):
    administrator(call, "Only Jira administrators can access custom field contexts.")
    return page_of(site, call, [{
        "id": c["id"], "name": c["name"], "description": c["description"], "isGlobalContext": not c["projectIds"],
        "isAnyIssueType": not c["issueTypeIds"]} for c in contexts_of(site, _custom(site, call))])


@route("POST", FIELD + "/{field}/context")
def create_context(site, call):
    administrator(call, "Only Jira administrators can access custom field contexts.")
    field, body = _custom(site, call), call.json()
    if set(body) - {"id", "name", "description", "projectIds", "issueTypeIds"} or not body.get("name"):
        raise platform(400, fields={"name": "The name of the context is required."})
    known = {p.id for p in site.projects.values()}
    projects = [str(p) for p in body.get("projectIds") or ()]
    if set(projects) - known:
        raise platform(404, "A project was not found.")
    there = contexts_of(site, field)
    taken = {p for c in there for p in (c["projectIds"] or [None])}
    if taken & set(projects or [None]):
        raise platform(400, "There is a context for this project already." if projects else "There is a global context already.")
    there.append(_context(site, body["name"], body.get("description", ""), projects, body.get("issueTypeIds") or ()))
    return Reply(201, there[-1])


# kind of value: the member that holds it, and the class of field.
DEFAULTS = {"option.single": ("optionId", fields.Select), "multi.user.select": ("accountIds", fields.Users),
            "single.user.select": ("accountId", fields.User), "textfield": ("text", fields.Text)}


def _defaults_of(field):
    return next((k for k, (_, kind) in DEFAULTS.items() if type(field) is kind), None)  # a named person is a User too


@route("GET", FIELD + "/{field}/context/defaultValue")
def read_defaults(site, call):
    administrator(call, "Only Jira administrators can access custom field contexts.")
    field = _custom(site, call)
    return page_of(site, call, [c["default"] for c in contexts_of(site, field) if c.get("default")])


@route("PUT", FIELD + "/{field}/context/defaultValue")
def set_defaults(site, call):
    """What a ticket has in this field when nobody fills it in."""
    administrator(call, "Only Jira administrators can access custom field contexts.")
    field, kind = _custom(site, call), _defaults_of(site.fields[call.parts["field"]])
    body = call.json()
    if set(body) != {"defaultValues"} or not isinstance(body["defaultValues"], list) or kind is None:
        raise platform(400, "The default values do not go with the field.")
    for given in body["defaultValues"]:
        context = next((c for c in contexts_of(site, field) if c["id"] == given.get("contextId")), None)
        if context is None:
            raise platform(404, "The context was not found.")
        value = given.get(DEFAULTS[kind][0])
        if given.get("type") != kind or not _is_value(site, field, kind, value):
            raise platform(400, "The default values do not go with the field.")
        context["default"] = given
    return Reply(204)


def _is_value(site, field, kind, value):
    if kind == "option.single":
        return value in {field.option_id(o) for o in field.options}
    if kind == "textfield":
        return isinstance(value, str)
    people = value if isinstance(value, list) else [value]
    return isinstance(value, list) == (kind == "multi.user.select") and all(p in site.accounts_by_id for p in people)


def defaults(site, project):
    """{field: value} for a new ticket of a project: of the context that is for it, else of the global one."""
    found = {}
    for field_id, contexts in site.contexts.items():
        mine = [c for c in contexts if project.id in c["projectIds"]] or [c for c in contexts if not c["projectIds"]]
        given = mine[0].get("default") if mine and field_id in site.fields else None
        if given:
            found[field_id] = given[DEFAULTS[given["type"]][0]]
    return found


def _choices(site, call):
    administrator(call, "Only Jira administrators can manage custom field options.")
    field = _custom(site, call)
    if not any(c["id"] == call.parts["context"] for c in contexts_of(site, field)):
        raise platform(404, "The context was not found.")
    if not isinstance(field, fields.Select):
        raise platform(400, "The custom field doesn't support options.")
    return field


def _option(field, text):
    return {"id": field.option_id(text), "value": text, "disabled": False}


@route("GET", FIELD + "/{field}/context/{context}/option")
def list_options(site, call):
    field = _choices(site, call)
    return page_of(site, call, [_option(field, o) for o in field.options], 100)


@route("POST", FIELD + "/{field}/context/{context}/option")
def create_options(site, call):
    field, body = _choices(site, call), call.json()
    wanted = body.get("options")
    if set(body) != {"options"} or not isinstance(wanted, list) or not wanted or len(wanted) > 1000:
        raise platform(400, "Between 1 and 1000 options are required.")
    texts = [o.get("value") if isinstance(o, dict) and not set(o) - {"value", "disabled", "optionId"} else None for o in wanted]
    if not all(isinstance(t, str) and 0 < len(t) <= 255 for t in texts):
        raise platform(400, "Option value is required.")
    if len(set(texts)) < len(texts) or set(texts) & set(field.options):
        raise platform(400, "An option with this value exists already.")
    field.options = (*field.options, *texts)
    return Reply(200, {"options": [_option(field, t) for t in texts]})
