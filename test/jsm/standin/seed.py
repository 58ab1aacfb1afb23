"""What the site contains before anyone does anything: accounts, groups, fields, projects, request types."""
from dataclasses import dataclass

CONNECTOR, AGENTS, ADMINS = "countersign", "service-desk-team", "jira-administrators"
AUTOMATION, CUSTOMERS, USERS = "automation", "portal-customers", "jira-users"

GROUP_IDS = {
    CONNECTOR: "703ff44a-7dc8-4f4b-9aa6-a65bf3574fa4",
    AGENTS: "5b1c0f1e-3a55-4c0e-8d65-0a4d3f7f2b01",
    ADMINS: "276f955c-63d7-42c8-9520-92d01dca0625",
    AUTOMATION: "9d3a8c54-6f0b-4a43-b6b5-3c0e9f6f7a10",
    CUSTOMERS: "e1f3b6f2-08d1-44c7-9b5e-5c6f7c0a4d11",
    USERS: "0c7a2c0e-19a6-4f1b-b1a1-6a0c1f2d3e12",
}


@dataclass
class Account:
    """A person or service. desk: what the service desk lets it do: agent, customer or none."""
    name: str
    display: str
    email: str
    token: str
    groups: tuple
    desk: str = "agent"
    kind: str = "atlassian"
    zone: str = "UTC"
    number: int = 0
    active: bool = True
    scoped_token: str = ""
    client_secret: str = ""
    hides_email: bool = False  # "who can see this": not the connector
    cleared: bool = True  # sees tickets with a security level
    admin: bool = False  # holds "Administer Jira" beside what the groups give
    project_admin: bool = False  # holds "Administer projects"
    denied: tuple = ()  # permissions that were taken from it, by key

    def __post_init__(self):
        self.scoped_token = self.scoped_token or f"{self.name}-scoped-token"
        self.client_secret = self.client_secret or f"{self.name}-client-secret"

    @property
    def client_id(self):
        return f"{self.name}-client"

    @property
    def id(self):
        return f"712020:00000000-0000-4000-8000-{self.number:012d}"

    @property
    def browses(self):
        """Customers see tickets in the portal only."""
        return bool({CONNECTOR, AGENTS, ADMINS, AUTOMATION, USERS} & set(self.groups))

    def sees(self, ticket):
        return self.browses and (self.cleared or not ticket.secured)

    @property
    def edits(self):
        return bool({CONNECTOR, AGENTS, ADMINS, AUTOMATION} & set(self.groups))

    @property
    def administers(self):
        return self.admin or ADMINS in self.groups

    def holds(self, permission):
        """One of the permissions of jira's schemes, by key; those that nobody was given are nobody's."""
        rule = PERMISSIONS.get(permission)
        return permission not in self.denied and bool(rule and rule[1](self))


# key: number, who holds it.
PERMISSIONS = {
    "BROWSE_PROJECTS": ("10", lambda a: a.browses), "CREATE_ISSUES": ("11", lambda a: a.edits),
    "EDIT_ISSUES": ("12", lambda a: a.edits), "TRANSITION_ISSUES": ("46", lambda a: a.edits),
    "ADD_COMMENTS": ("15", lambda a: a.edits), "DELETE_ISSUES": ("16", lambda a: ADMINS in a.groups),
    "ADMINISTER": ("0", lambda a: a.administers), "SERVICEDESK_AGENT": ("-1", lambda a: a.desk == "agent"),
    "MODIFY_REPORTER": ("30", lambda a: a.edits), "MOVE_ISSUES": ("25", lambda a: bool({ADMINS, AGENTS} & set(a.groups))),
    "ADMINISTER_PROJECTS": ("23", lambda a: a.project_admin or a.administers), "USER_PICKER": ("27", lambda a: a.browses),
    "BULK_CHANGE": ("33", lambda a: a.edits), "RESOLVE_ISSUES": ("14", lambda a: a.edits),
    "CLOSE_ISSUES": ("18", lambda a: CONNECTOR in a.groups), "ASSIGN_ISSUES": ("13", lambda a: a.edits),
}
GLOBAL_PERMISSIONS = ("ADMINISTER", "USER_PICKER", "BULK_CHANGE")


def accounts():
    """Tokens are "<name>-token"."""
    rows = [
        ("connector", "Access connector", (CONNECTOR, USERS), "agent", "atlassian"),
        ("agent", "Alex Agent", (AGENTS, USERS), "agent", "atlassian"),
        ("agent2", "Bo Becker", (AGENTS, USERS), "agent", "atlassian"),
        ("customer", "Casey Customer", (CUSTOMERS,), "customer", "customer"),
        ("approver", "Dana Reyes", (CUSTOMERS,), "customer", "customer"),
        ("admin", "Ada Admin", (ADMINS, USERS), "agent", "atlassian"),
        ("automation", "Automation for Jira", (AUTOMATION,), "agent", "app"),
        ("unlicensed", "Uma Unlicensed", (USERS,), "none", "atlassian"),
    ]
    return [Account(name, display, f"{name}@example.com", f"{name}-token", groups, desk, kind, number=n)
            for n, (name, display, groups, desk, kind) in enumerate(rows, 1)]


CATEGORIES = {
    "new": (2, "blue-gray", "To Do"),
    "indeterminate": (4, "yellow", "In Progress"),
    "done": (3, "green", "Done"),
}
WAITING, APPROVAL, PROGRESS, VERIFYING, RESOLVED, CANCELLED = "10010", "10011", "3", "10012", "5", "10013"
STATUSES = {
    WAITING: ("Waiting for support", "new"),
    APPROVAL: ("Waiting for approval", "new"),
    PROGRESS: ("In progress", "indeterminate"),
    VERIFYING: ("Verifying access", "indeterminate"),
    RESOLVED: ("Resolved", "done"),
    CANCELLED: ("Cancelled", "done"),
}
ROLES = {"10002": ADMINS, "10100": AGENTS, "10101": CUSTOMERS}  # id: the group that is in it, in every project
RESOLUTIONS = {"10000": "Done", "10001": "Won't Do", "10002": "Duplicate", "10003": "Declined"}
PRIORITIES = {"2": "High", "3": "Medium", "4": "Low"}
ISSUE_TYPES = {"10039": "Service Request", "10040": "Access Request"}

REQUEST_TYPE, TARGET, ROLE, PERSON, BENEFICIARY = (
    "customfield_10010", "customfield_10050", "customfield_10052", "customfield_10061", "customfield_10062")
PRIVILEGED, CHECK, REASON, EXTERNAL, APPROVERS, SLA = (
    "customfield_10070", "customfield_10080", "customfield_10081", "customfield_10090", "customfield_10100",
    "customfield_10110")

# id: name, kind, options. The kinds are in fields.py.
CUSTOM_FIELDS = {
    REQUEST_TYPE: ("Request Type", "vp-origin", ()),
    TARGET: ("Target system", "select", ("SAP FIN", "Workday", "Directory")),
    ROLE: ("Role", "text", ()),
    PERSON: ("Person", "text", ()),
    BENEFICIARY: ("Beneficiary", "user", ()),
    PRIVILEGED: ("Privileged", "select", ("Yes", "No")),
    CHECK: ("Access check", "select",
            ("Waiting", "Checking", "Not there yet", "Can't tell", "Exception", "Verified")),
    REASON: ("Access check reason", "text", ()),
    EXTERNAL: ("External request id", "text", ()),
    APPROVERS: ("Approvers", "users", ()),
    SLA: ("Time to resolution", "sla", ()),
}
WORKSPACE = "11f9c2a2-5c32-4ea2-a5c1-2a4dd1d1d001"  # of Assets
COMPONENTS = {"10200": "HR", "10201": "Finance"}
# The same, of kinds that are in kinds.py.
MORE_FIELDS = {
    "customfield_10002": ("Organizations", "organisations", {"7": "ACME", "8": "Globex"}),
    "customfield_10120": ("Reason", "textarea", ()),
    "customfield_10121": ("Place", "cascade", {"Europe": ("Berlin", "Paris"), "America": ("Boston",), "Moon": ()}),
    "customfield_10122": ("Environments", "selects", ("Test", "Production")),
    "customfield_10123": ("Responsible group", "group", ()),
    "customfield_10124": ("Start date", "date", ()),
    "customfield_10125": ("Ends at", "datetime", ()),
    "customfield_10126": ("Cost", "number", ()),
    "customfield_10127": ("Laptop", "assets", ("12", "13")),
    "customfield_10128": ("Groups to tell", "groups", ()),
}
SLA_GOAL_MS = 8 * 3600 * 1000

_FORM = ("summary", "description", TARGET, ROLE, PERSON, BENEFICIARY, PRIVILEGED, EXTERNAL, APPROVERS, "labels",
         "priority", "components", *MORE_FIELDS)
CREATE_SCREEN = ("summary", "description", "labels", "reporter", "assignee", "priority", REQUEST_TYPE, TARGET, ROLE,
                 PERSON, BENEFICIARY, PRIVILEGED, EXTERNAL, APPROVERS, "components", *MORE_FIELDS)
# The two fields that say what is missing can be edited: they inform, they lock nothing. A test takes them off with
# {"screens": {"IAM": {"edit": [...]}}} to see whether the loop transition is used instead.
EDIT_SCREEN = CREATE_SCREEN + (CHECK, REASON)


@dataclass
class RequestType:
    id: str
    name: str
    project: str
    description: str
    issue_type: str = "10039"
    form: tuple = _FORM
    required: tuple = ("summary",)
    attached: dict = None  # a form of attached.py


@dataclass
class Project:
    key: str
    id: str
    desk: str
    name: str
    workflow: str  # a kind of workflow_seed.py
    types: tuple = tuple(ISSUE_TYPES)
    required: tuple = ("summary",)  # what creating by issue demands
    team: bool = False  # team-managed
    next_number: int = 1


def projects():
    return [Project("IAM", "10002", "4", "Identity and access", "governed"),
            Project("OPS", "10003", "5", "Operations", "open")]


def request_types():
    rows = [("30", "Grant application access", "IAM", "Ask for a role in an application."),
            ("31", "Remove application access", "IAM", "Ask for a role to be taken away."),
            ("40", "Grant application access", "OPS", "Ask for a role in an application."),
            ("41", "Remove application access", "OPS", "Ask for a role to be taken away.")]
    return {row[0]: RequestType(*row) for row in rows}
