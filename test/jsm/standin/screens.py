"""Screens: which fields somebody may set when creating, editing, or pressing a transition; and the API that changes them.

Only screens of company-managed projects are in the API. A team-managed project has screens too, which nobody can reach there.
"""
from dataclasses import dataclass, field

from . import seed
from .errors import bad_payload, platform
from .routes import Reply, many, number, page_of, route
from .workflow_seed import CHECK_SCREEN, CLOSE_SCREEN, RESOLVE_SCREEN

SCREENS = "/rest/api/3/screens"
ADMINS_ONLY = "Only Jira administrators can manage screens."


@dataclass
class Tab:
    id: int
    name: str
    fields: list = field(default_factory=list)


@dataclass
class Screen:
    id: str
    name: str
    description: str = ""
    tabs: list = field(default_factory=list)

    @property
    def fields(self):
        return [f for tab in self.tabs for f in tab.fields]

    def shown(self):
        return {"id": int(self.id), "name": self.name, "description": self.description}


class Screens:
    """by_id; and for each project which of them serve it: {"create": id, "edit": id}; "view" where viewing has its own."""

    def __init__(self, site):
        self._site, self.by_id, self.of_project = site, {}, {}
        self.add("Default Screen", ["summary", "description", "priority", "assignee", "reporter", "labels"], "1")
        self.add("Resolve Issue Screen", ["resolution", "assignee"], RESOLVE_SCREEN)
        self.add("Access check", [seed.CHECK, seed.REASON], CHECK_SCREEN)
        self.add("Close verified", [seed.CHECK, seed.REASON, "resolution"], CLOSE_SCREEN)
        for project in site.projects.values():
            self.serve(project)

    def add(self, name, fields=(), screen_id=None, description=""):
        chosen = screen_id or str(max([10300, *(int(i) for i in self.by_id)]) + 1)
        self.by_id[chosen] = Screen(chosen, name, description, [Tab(int(chosen) + 90000, "Field Tab", list(fields))])
        return self.by_id[chosen]

    def serve(self, project):
        base = int(project.id) % 1000 * 10 + 10000
        ids = {"create": str(base + 1), "edit": str(base + 2)}
        self.add(f"{project.key}: Create Screen", seed.CREATE_SCREEN, ids["create"])
        self.add(f"{project.key}: Edit and View Screen", seed.EDIT_SCREEN, ids["edit"])
        self.of_project[project.key] = ids

    def fields(self, screen_id):
        """Of a screen, those that are there and not in the trash. Without a screen: none."""
        found = self.by_id.get(screen_id)
        return tuple(f for f in found.fields if f in self._site.fields) if found else ()

    def on(self, project, operation):
        """The fields that may be set when creating (`create`) or editing (`edit`) in a project, or are looked at (`view`)."""
        of = self.of_project[project.key]
        return self.fields(of.get(operation) or of["edit"])

    def put(self, project, operation, fields):
        screen = self.by_id[self.of_project[project.key][operation]]
        screen.tabs = screen.tabs[:1]
        screen.tabs[0].fields = list(fields)

    def with_field(self, field_id):
        return [s for s in self.visible() if field_id in s.fields]

    def visible(self):
        hidden = {i for key, ids in self.of_project.items() if self._site.projects[key].team for i in ids.values()}
        return [s for s in self.by_id.values() if s.id not in hidden]

    def users(self, screen_id):
        """What keeps a screen from being deleted."""
        if any(screen_id in ids.values() for ids in self.of_project.values()):
            return "The screen is used in a screen scheme."
        if any(w.uses_screen(screen_id) for w in self._site.flows.workflows.values()):
            return "The screen is used in a workflow."
        return None


def administrator(call, said=ADMINS_ONLY):
    if not call.account.administers:
        raise platform(403, said)


def _screen(site, call):
    found = next((s for s in site.screens.visible() if s.id == call.parts["screen"]), None)
    if found is None:
        raise platform(404, "The screen was not found.")
    return found


def _tab(site, call):
    screen = _screen(site, call)
    found = next((t for t in screen.tabs if str(t.id) == call.parts["tab"]), None)
    if found is None:
        raise platform(404, "The screen tab was not found.")
    return screen, found


def _reader(site, call):
    """Whoever administers the project whose key is given may read its screens."""
    project = site.projects.get(call.query.get("projectKey", ""))
    of_project = project and call.parts["screen"] in site.screens.of_project[project.key].values()
    if not (of_project and call.account.holds("ADMINISTER_PROJECTS")):
        administrator(call)


@route("GET", SCREENS)
def list_screens(site, call):
    administrator(call)
    wanted, words = many(call, "id"), call.query.get("queryString", "").lower()
    found = [s.shown() for s in site.screens.visible() if (not wanted or s.id in wanted) and words in s.name.lower()]
    return page_of(site, call, found, 100)


def _name(call):
    body = call.json()
    if set(body) - {"name", "description"} or not isinstance(body.get("name"), str) or not body["name"].strip():
        raise platform(400, fields={"name": "The name of the screen is required."})
    return body


@route("POST", SCREENS)
def create_screen(site, call):
    administrator(call)
    body = _name(call)
    if any(s.name == body["name"] for s in site.screens.by_id.values()):
        raise platform(400, "The name is used by another screen.")
    return Reply(201, site.screens.add(body["name"], description=body.get("description", "")).shown())


@route("DELETE", SCREENS + "/{screen}")
def delete_screen(site, call):
    administrator(call)
    screen = _screen(site, call)
    used = site.screens.users(screen.id)
    if used:
        raise platform(400, used)
    del site.screens.by_id[screen.id]
    return Reply(204)


@route("GET", SCREENS + "/{screen}/availableFields")
def available_fields(site, call):
    administrator(call)
    there = _screen(site, call).fields
    return Reply(200, [{"id": f.id, "name": f.name} for f in site.fields.values() if f.id not in there])


@route("GET", SCREENS + "/{screen}/tabs")
def list_tabs(site, call):
    _reader(site, call)
    return Reply(200, [{"id": t.id, "name": t.name} for t in _screen(site, call).tabs])


@route("POST", SCREENS + "/{screen}/tabs")
def create_tab(site, call):
    administrator(call)
    screen, body = _screen(site, call), _name(call)
    if any(t.name == body["name"] for t in screen.tabs):
        raise platform(400, f"A tab with the name '{body['name']}' already exists.")
    made = Tab(max([int(screen.id) + 90000, *(t.id for t in screen.tabs)]) + 5000, body["name"])
    screen.tabs.append(made)
    return Reply(200, {"id": made.id, "name": made.name})


@route("GET", SCREENS + "/{screen}/tabs/{tab}/fields")
def list_fields(site, call):
    _reader(site, call)
    _, tab = _tab(site, call)
    return Reply(200, [{"id": f, "name": site.fields[f].name} for f in tab.fields if f in site.fields])


@route("POST", SCREENS + "/{screen}/tabs/{tab}/fields")
def add_field(site, call):
    administrator(call)
    screen, tab = _tab(site, call)
    body = call.json()
    chosen = body.get("fieldId")
    if set(body) != {"fieldId"} or not isinstance(chosen, str):
        raise platform(400, fields={"fieldId": "The field ID is required."})
    if chosen not in site.fields:
        raise platform(404, f"The field with id '{chosen}' was not found.")
    if chosen in screen.fields:
        raise platform(400, f"The field with id '{chosen}' already exists on the screen.")
    tab.fields.append(chosen)
    return Reply(200, {"id": chosen, "name": site.fields[chosen].name})


@route("DELETE", SCREENS + "/{screen}/tabs/{tab}/fields/{field}")
def remove_field(site, call):
    administrator(call)
    _, tab = _tab(site, call)
    if call.parts["field"] not in tab.fields:
        raise platform(404, f"The field with id '{call.parts['field']}' was not found on the tab.")
    tab.fields.remove(call.parts["field"])
    return Reply(204)


@route("GET", "/rest/api/3/field/{field}/screens")
def screens_of_field(site, call):
    administrator(call)
    if call.parts["field"] not in site.fields:
        raise platform(404, "The field was not found.")
    found = site.screens.with_field(call.parts["field"])
    tab = "tab" in call.query.get("expand", "")
    return page_of(site, call, [s.shown() | ({"tab": {"id": s.tabs[0].id, "name": s.tabs[0].name}} if tab else {})
                                for s in found], 100)


# -- from a project to its screens: one scheme of each kind for every company-managed project

def _classic(site):
    return [p for p in site.projects.values() if not p.team]


@route("GET", "/rest/api/3/screenscheme")
def list_schemes(site, call):
    administrator(call, "Only Jira administrators can access screen schemes.")
    wanted = many(call, "id")
    found = []
    for project in _classic(site):
        ids = site.screens.of_project[project.key]
        found.append({"id": int(project.id), "name": f"{project.key}: Screen Scheme", "description": "", "screens": {
            "default": int(ids["edit"]), "create": int(ids["create"]), "edit": int(ids["edit"])} | (
                {"view": int(ids["view"])} if ids.get("view") else {})})
    return page_of(site, call, [s for s in found if not wanted or str(s["id"]) in wanted], 25)


@route("PUT", "/rest/api/3/screenscheme/{scheme}")
def update_scheme(site, call):
    """Which screens serve: what is null is taken away, what is absent stays. Only viewing may be changed here: every other
    change of a scheme is an administrator's, on pages that nobody needs yet."""
    administrator(call, "Only Jira administrators can access screen schemes.")
    body, project = call.json(), next((p for p in _classic(site) if p.id == call.parts["scheme"]), None)
    if project is None:
        raise platform(404, "The screen scheme was not found.")
    screens = body.get("screens")
    if set(body) != {"screens"} or not isinstance(screens, dict) or set(screens) != {"view"}:
        raise bad_payload()
    chosen = screens["view"]
    if chosen is not None and not isinstance(chosen, str):
        raise bad_payload()
    if chosen is not None and chosen not in {s.id for s in site.screens.visible()}:
        raise platform(404, "The screen was not found.")
    site.screens.of_project[project.key]["view"] = chosen
    return Reply(204)


@route("GET", "/rest/api/3/issuetypescreenscheme/project")
def schemes_of_projects(site, call):
    administrator(call, "Only Jira administrators can access issue type screen schemes.")
    wanted = many(call, "projectId")
    if not wanted:
        raise platform(400, fields={"projectId": "The ID of a project has to be provided."})
    return page_of(site, call, [{
        "issueTypeScreenScheme": {"id": p.id, "name": f"{p.key}: Issue Type Screen Scheme", "description": ""},
        "projectIds": [p.id]} for p in _classic(site) if p.id in wanted])


@route("GET", "/rest/api/3/issuetypescreenscheme/mapping")
def mappings(site, call):
    administrator(call, "Only Jira administrators can access issue type screen schemes.")
    wanted = many(call, "issueTypeScreenSchemeId")
    for one in wanted:
        number(one, "issueTypeScreenSchemeId")
    return page_of(site, call, [{"issueTypeScreenSchemeId": p.id, "issueTypeId": "default", "screenSchemeId": p.id}
                                for p in _classic(site) if not wanted or p.id in wanted])
