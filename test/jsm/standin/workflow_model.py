"""Statuses, workflows and schemes: which workflow a ticket follows, and what leaves its status.

A workflow is kept as the document that Atlassian's workflow API shows and takes, with status ids as references: what an
administrator installs is what holds. Rules are judged in workflow_rules.py.
"""
import copy
import uuid
from dataclasses import dataclass, field

CATEGORY_KEYS = {"TODO": "new", "IN_PROGRESS": "indeterminate", "DONE": "done"}
PORTAL = "servicedesk.customer.transition.active"  # the property that shows a transition to customers
GLOBAL, INITIAL, DIRECTED = "GLOBAL", "INITIAL", "DIRECTED"


@dataclass
class Status:
    """category: TODO, IN_PROGRESS or DONE. project: the id of the one project that has it, None for a global one."""
    id: str
    name: str
    category: str
    description: str = ""
    project: str | None = None

    @property
    def key(self):
        """The category as issues show it."""
        return CATEGORY_KEYS[self.category]


class Transition:
    """One transition of a document, for reading."""

    def __init__(self, document):
        self.document = document
        self.id, self.name, self.type = document["id"], document["name"], document["type"]
        self.goes_to = document.get("toStatusReference")
        self.sources = {link["fromStatusReference"] for link in document["links"] if link.get("fromStatusReference")}
        self.conditions = document.get("conditions")
        self.validators, self.actions = document["validators"], document["actions"]
        self.properties = document["properties"]
        screen = document.get("transitionScreen")
        self.screen = screen["parameters"].get("screenId") if screen else None

    @property
    def is_global(self):
        return self.type == GLOBAL

    @property
    def is_conditional(self):
        return bool(self.conditions and (self.conditions["conditions"] or self.conditions["conditionGroups"]))

    @property
    def portal(self):
        return self.properties.get(PORTAL) == "true"

    def leaves(self, status):
        return self.type == GLOBAL or (self.type == DIRECTED and status in self.sources)

    def target(self, status):
        """Where it leads from there: a looped one stays."""
        return self.goes_to or status

    def stays(self, status):
        return self.target(status) == status and self.type != INITIAL


@dataclass
class Version:
    """One state of a workflow that was in force."""
    number: int
    document: dict
    written: int
    author: str


class Workflow:
    """document: startPointLayout, loopedTransitionContainerLayout, statuses, transitions. project: as of a Status."""

    def __init__(self, workflow_id, name, document, description="", project=None):
        self.id, self.name, self.description, self.project = workflow_id, name, description, project
        self.number, self.version_id, self.history = 0, str(uuid.uuid5(uuid.NAMESPACE_URL, workflow_id)), []
        self._set(document)

    def _set(self, document):
        self.document = document
        self.transitions = [Transition(one) for one in document["transitions"]]
        self.by_id = {t.id: t for t in self.transitions}
        self.layouts = {one["statusReference"]: one for one in document["statuses"]}

    def replace(self, document, description, author, now):
        self.history.append(Version(self.number, self.document, now, author))
        if description is not None:
            self.description = description
        self.number, self.version_id = self.number + 1, str(uuid.uuid4())
        self._set(document)

    @property
    def scope(self):
        return {"type": "PROJECT", "project": {"id": self.project}} if self.project else {"type": "GLOBAL"}

    @property
    def statuses(self):
        return list(self.layouts)

    @property
    def initial(self):
        """The transition that makes a ticket."""
        return next(t for t in self.transitions if t.type == INITIAL)

    def leaving(self, status):
        return [t for t in self.transitions if t.leaves(status)]

    def named(self, status, name):
        return next((t for t in self.leaving(status) if t.name.lower() == name.lower()), None)

    def approval(self, status):
        """The configuration of approvals in a status, when it is active."""
        found = self.layouts.get(status, {}).get("approvalConfiguration")
        return found if found and found["active"] == "true" else None

    def properties(self, status):
        return self.layouts.get(status, {}).get("properties", {})

    def copied(self):
        return copy.deepcopy(self.document)

    def uses_screen(self, screen_id):
        return any(t.screen == screen_id for t in self.transitions)


@dataclass
class Scheme:
    """Which workflow each issue type of its projects follows. team: the hidden one of a team-managed project."""
    id: int
    name: str
    default: str
    mappings: dict = field(default_factory=dict)
    team: bool = False


class Flows:
    """All of it, of one site."""

    def __init__(self, site):
        self._site = site
        self.statuses, self.workflows, self.schemes, self.scheme_of = {}, {}, {}, {}
        self.update_running = 0  # so many of the next updates find another one running
        self.tasks = {}

    def of(self, project_key, issue_type):
        scheme = self.schemes[self.scheme_of[project_key]]
        return self.workflows[scheme.mappings.get(issue_type, scheme.default)]

    def of_ticket(self, ticket):
        return self.of(ticket.project, ticket.type)

    def status_name(self, status_id):
        return self.statuses[status_id].name

    def find_status(self, id_or_name, workflow=None):
        """By id or name; one that the workflow has goes first. None when there is none."""
        found = [s for s in self.statuses.values() if id_or_name in (s.id, s.name)]
        found.sort(key=lambda s: bool(workflow) and s.id not in workflow.layouts)
        return found[0] if found else None

    def users(self, workflow_id):
        """Where a workflow is in force: [(project, issue type id)]."""
        return [(project, issue_type) for project in self._site.projects.values() for issue_type in project.types
                if self.of(project.key, issue_type).id == workflow_id]

    def tickets(self, project, issue_type):
        return [t for t in self._site.issues.values() if t.project == project.key and t.type == issue_type]

    def add(self, workflow):
        self.workflows[workflow.id] = workflow
        return workflow

    def next_status_id(self):
        return str(max([10200, *(int(i) for i in self.statuses)]) + 1)
