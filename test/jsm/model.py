"""The state of the stand-in: accounts, projects, workflows, issues. No HTTP here.

Strict where Countersign depends on Jira: required fields, options, transitions per actor and status, screens, comment
visibility, growing changelog ids, `updated` that moves with every change, an index that lags.
"""
import copy
import time

CATEGORIES = {"new": (2, "To Do"), "indeterminate": (4, "In Progress"), "done": (3, "Done")}

ACCOUNTS = {
    "acc-connector": {"email": "access-check@example.com", "token": "connector-token", "name": "Access Check", "agent": True,
                      "groups": {"countersign", "agents"}},
    "acc-agent": {"email": "lind@example.com", "token": "agent-token", "name": "J. Lind", "agent": True, "groups": {"agents"}},
    "acc-approver": {"email": "reyes@example.com", "token": "approver-token", "name": "D. Reyes", "agent": False, "groups": set()},
    "acc-customer": {"email": "okafor@example.com", "token": "customer-token", "name": "M. Okafor", "agent": False,
                     "groups": set()},
    "acc-admin": {"email": "admin@example.com", "token": "admin-token", "name": "Admin", "agent": True,
                  "groups": {"agents", "admins"}},
    "acc-automation": {"email": "automation@example.com", "token": "automation-token", "name": "Automation for Jira",
                       "agent": True, "groups": {"agents"}},
}

STATUSES = {
    "Waiting for support": ("10001", "new"), "Waiting for approval": ("10002", "new"), "In progress": ("10003", "indeterminate"),
    "Verifying access": ("10004", "indeterminate"), "Resolved": ("10005", "done"), "Cancelled": ("10006", "done"),
}

# (id, name, from statuses or None for any, to, group that may, fields on the screen)
GATED = [
    ("11", "Start progress", {"Waiting for support"}, "In progress", "agents", ()),
    ("21", "Resolve", {"Waiting for support", "In progress"}, "Verifying access", "agents", ()),
    ("51", "Close verified", {"Verifying access"}, "Resolved", "countersign", ("resolution",)),
    ("61", "Back to fulfiller", {"Verifying access"}, "In progress", "countersign", ()),
    ("71", "Reopen", {"Resolved"}, "In progress", "agents", ()),
    ("81", "Cancel", {"Waiting for support", "In progress"}, "Cancelled", "agents", ()),
]
OPEN = [
    ("11", "Start progress", {"Waiting for support"}, "In progress", "agents", ()),
    ("71", "Reopen", {"Resolved"}, "In progress", "agents", ()),
    ("81", "Cancel", {"Waiting for support", "In progress"}, "Cancelled", "agents", ()),
    ("91", "Close", None, "Resolved", "agents", ("resolution",)),
]

FIELDS = {
    "customfield_10050": ("Target system", "option", ["SAP FIN", "Workday", "Directory"]),
    "customfield_10052": ("Role", "text", None),
    "customfield_10061": ("Person", "text", None),
    "customfield_10070": ("Privileged", "option", ["Yes", "No"]),
    "customfield_10080": ("Access check", "option",
                          ["Waiting", "Checking", "Not there yet", "Can't tell", "Exception", "Verified"]),
    "customfield_10081": ("Access check reason", "text", None),
    "customfield_10090": ("External request id", "text", None),
}
REQUEST_TYPE_FIELD = "customfield_10010"
PROJECTS = {
    "IAM": {"id": "10100", "desk": "4", "transitions": GATED,
            "types": {"30": "Grant application access", "31": "Remove application access"}},
    "OPS": {"id": "10200", "desk": "5", "transitions": OPEN,
            "types": {"40": "Grant application access", "41": "Remove application access"}},
}
REQUIRED = ("customfield_10050", "customfield_10052", "customfield_10061")


class Refused(Exception):
    """Jira's 4xx: a status and its error body."""

    def __init__(self, status: int, messages=(), fields=None):
        super().__init__(str(messages or fields))
        self.status, self.body = status, {"errorMessages": list(messages), "errors": dict(fields or {})}


def now_ms() -> int:
    return int(time.time() * 1000)


def jira_time(ms: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms / 1000)) + f".{ms % 1000:03d}+0000"


def status_json(name: str) -> dict:
    number, category = STATUSES[name]
    cat_id, cat_name = CATEGORIES[category]
    return {"id": number, "name": name,
            "statusCategory": {"id": cat_id, "key": category, "name": cat_name, "colorName": "blue-gray"}}


def user_json(account: str) -> dict:
    who = ACCOUNTS[account]
    kind = "app" if account == "acc-automation" else "atlassian"
    return {"accountId": account, "displayName": who["name"], "active": True, "accountType": kind, "emailAddress": who["email"],
            "timeZone": "Etc/UTC"}


class Model:
    """All issues of the site. The caller holds the lock."""

    def __init__(self):
        self.index_lag_ms = 0
        self.reset()

    def reset(self) -> None:
        self.issues: dict[str, dict] = {}
        self.next_issue, self.next_change, self.next_comment = 10001, 50001, 90001
        self.counters = {key: 0 for key in PROJECTS}
        self.listeners = getattr(self, "listeners", [])

    # --- looking -----------------------------------------------------------------------------------------------------

    def find(self, id_or_key: str) -> dict:
        for issue in self.issues.values():
            if id_or_key in (issue["id"], issue["key"]):
                return issue
        raise Refused(404, ["Issue does not exist or you do not have permission to see it."])

    def transitions(self, issue: dict, actor: str) -> list:
        groups = ACCOUNTS[actor]["groups"]
        return [t for t in PROJECTS[issue["project"]]["transitions"]
                if (t[2] is None or issue["status"] in t[2]) and t[4] in groups and t[3] != issue["status"]]

    def fields_json(self, issue: dict) -> dict:
        fields = {
            "summary": issue["summary"], "description": issue["description"], "labels": list(issue["labels"]),
            "status": status_json(issue["status"]), "resolution": issue["resolution"], "created": jira_time(issue["created"]),
            "updated": jira_time(issue["updated"]), "creator": user_json(issue["creator"]), "reporter": user_json(issue["reporter"]),
            "project": {"id": PROJECTS[issue["project"]]["id"], "key": issue["project"]},
            "issuetype": {"id": "10500", "name": "Service Request"},
        }
        kind = PROJECTS[issue["project"]]["types"].get(issue["request_type"])
        fields[REQUEST_TYPE_FIELD] = None if kind is None else {
            "requestType": {"id": issue["request_type"], "name": kind, "serviceDeskId": PROJECTS[issue["project"]]["desk"]}}
        for field, (_, form, _options) in FIELDS.items():
            value = issue["fields"].get(field)
            fields[field] = {"value": value} if form == "option" and value is not None else value
        return fields

    def issue_json(self, issue: dict, changelog=False, properties=()) -> dict:
        out = {"id": issue["id"], "key": issue["key"], "self": f"/rest/api/3/issue/{issue['id']}", "fields": self.fields_json(issue)}
        if changelog:
            newest = list(reversed(issue["changelog"]))[:100]
            out["changelog"] = {"startAt": 0, "maxResults": 100, "total": len(issue["changelog"]), "histories": newest}
        if properties:
            out["properties"] = {k: v for k, v in issue["properties"].items() if k in properties}
        return out

    # --- changing ----------------------------------------------------------------------------------------------------

    def tell(self, event: str, kind: str, issue: dict, actor: str, change=None, comment=None) -> None:
        for listener in self.listeners:
            listener(event, kind, issue, actor, change, comment)

    def changed(self, issue: dict, actor: str, items: list) -> dict | None:
        issue["updated"] = max(now_ms(), issue["updated"])
        if not items:
            return None
        change = {"id": str(self.next_change), "author": user_json(actor), "created": jira_time(issue["updated"]), "items": items}
        self.next_change += 1
        issue["changelog"].append(change)
        return change

    def check_fields(self, fields: dict) -> dict:
        clean, wrong = {}, {}
        for field, value in fields.items():
            if field not in FIELDS:
                wrong[field] = f"Field '{field}' cannot be set. It is not on the appropriate screen, or unknown."
                continue
            name, form, options = FIELDS[field]
            if form == "option":
                value = value.get("value") if isinstance(value, dict) else value
                if value is not None and value not in options:
                    wrong[field] = f"Option value '{value}' is not valid"
            elif value is not None and not isinstance(value, str):
                wrong[field] = "Operation value must be a string"
            elif value is not None and len(value) > 255:
                wrong[field] = f"{name} can't exceed 255 characters."
            clean[field] = value
        if wrong:
            raise Refused(400, fields=wrong)
        return clean

    def create(self, actor: str, fields: dict, properties=None) -> dict:
        fields = copy.deepcopy(fields)
        project = (fields.pop("project", None) or {}).get("key")
        if project not in PROJECTS:
            raise Refused(400, fields={"project": "Specify a valid project ID or key"})
        summary = fields.pop("summary", None)
        if not isinstance(summary, str) or not summary.strip():
            raise Refused(400, fields={"summary": "You must specify a summary of the issue."})
        if (fields.pop("issuetype", None) or {}).get("name") != "Service Request":
            raise Refused(400, fields={"issuetype": "Specify a valid issue type"})
        description = fields.pop("description", None)
        if description is not None and (not isinstance(description, dict) or description.get("type") != "doc"):
            raise Refused(400, fields={"description": "Operation value must be an Atlassian Document (see the Atlassian Document Format)"})
        labels = fields.pop("labels", [])
        if any(" " in label for label in labels):
            raise Refused(400, fields={"labels": "The label can't contain spaces."})
        request_type = fields.pop(REQUEST_TYPE_FIELD, None)
        if request_type is not None and request_type not in PROJECTS[project]["types"]:
            raise Refused(400, fields={REQUEST_TYPE_FIELD: "Request type does not belong to this service project."})
        reporter = (fields.pop("reporter", None) or {}).get("accountId", actor)
        clean = self.check_fields(fields)
        missing = {f: f"{FIELDS[f][0]} is required." for f in REQUIRED if request_type and not clean.get(f)}
        if missing:
            raise Refused(400, fields=missing)
        self.counters[project] += 1
        at = now_ms()
        issue = {"id": str(self.next_issue), "key": f"{project}-{self.counters[project]}", "project": project, "summary": summary,
                 "description": description, "labels": list(labels), "status": "Waiting for support", "resolution": None,
                 "created": at, "updated": at, "creator": actor, "reporter": reporter, "request_type": request_type,
                 "fields": clean, "properties": {p["key"]: p["value"] for p in properties or []}, "comments": [],
                 "changelog": [], "approvals": [], "links": {}, "closed_by": None, "closed_at": None, "human": False}
        self.next_issue += 1
        self.issues[issue["id"]] = issue
        self.tell("jira:issue_created", "issue_created", issue, actor)
        return issue

    def edit(self, issue: dict, actor: str, fields: dict) -> None:
        fields = dict(fields)
        items = []
        if "summary" in fields:
            issue["summary"] = fields.pop("summary")
        if "labels" in fields:
            issue["labels"] = list(fields.pop("labels"))
        if "resolution" in fields:
            raise Refused(400, fields={"resolution": "Field 'resolution' cannot be set. It is not on the appropriate screen, or unknown."})
        for field, value in self.check_fields(fields).items():
            items.append({"field": FIELDS[field][0], "fieldId": field, "from": None, "fromString": issue["fields"].get(field),
                          "to": None, "toString": value})
            issue["fields"][field] = value
        issue["human"] |= actor != "acc-connector"
        change = self.changed(issue, actor, items)
        self.tell("jira:issue_updated", "issue_updated", issue, actor, change)

    def move(self, issue: dict, actor: str, to: str) -> None:
        """Into a status, by whatever road."""
        before, done = issue["status"], STATUSES[to][1] == "done"
        items = [{"field": "status", "fieldtype": "jira", "fieldId": "status", "from": STATUSES[before][0], "fromString": before,
                  "to": STATUSES[to][0], "toString": to}]
        if bool(issue["resolution"]) != done:
            issue["resolution"] = {"id": "10000", "name": "Done"} if done else None
            items.append({"field": "resolution", "fieldId": "resolution", "from": None, "fromString": None, "to": None,
                          "toString": "Done" if done else None})
        issue["status"] = to
        issue["human"] |= actor != "acc-connector"
        change = self.changed(issue, actor, items)
        issue["closed_by"], issue["closed_at"] = (actor, issue["updated"]) if done else (None, None)
        self.tell("jira:issue_updated", "issue_generic", issue, actor, change)

    def transition(self, issue: dict, actor: str, number: str, fields: dict) -> None:
        for t in self.transitions(issue, actor):
            if t[0] != number:
                continue
            extra = set(fields) - set(t[5])
            if extra:
                field = sorted(extra)[0]
                raise Refused(400, fields={field: f"Field '{field}' cannot be set. It is not on the appropriate screen, or unknown."})
            self.move(issue, actor, t[3])
            return
        raise Refused(400, ["It seems that you have tried to perform an illegal workflow operation."])

    def comment(self, issue: dict, actor: str, body, properties: list, number: str | None = None) -> dict:
        if not isinstance(body, dict) or body.get("type") != "doc":
            raise Refused(400, fields={"comment": "Comment body is not valid!"})
        values = {p["key"]: p["value"] for p in properties or []}
        public = not values.get("sd.public.comment", {}).get("internal", False)
        at = now_ms()
        if number is None:
            comment = {"id": str(self.next_comment), "author": actor, "created": at}
            self.next_comment += 1
            issue["comments"].append(comment)
        else:
            found = [c for c in issue["comments"] if c["id"] == number]
            if not found:
                raise Refused(404, ["Can not find a comment for the id: " + number])
            comment = found[0]
        comment.update(body=body, properties=values, public=public, updated=at, writes=comment.get("writes", 0) + 1)
        issue["human"] |= actor != "acc-connector"
        self.changed(issue, actor, [])
        self.tell("comment_created" if number is None else "comment_updated", "", issue, actor, None, comment)
        return comment

    def comment_json(self, issue: dict, comment: dict) -> dict:
        return {"self": f"/rest/api/3/issue/{issue['id']}/comment/{comment['id']}", "id": comment["id"],
                "author": user_json(comment["author"]), "body": comment["body"], "created": jira_time(comment["created"]),
                "updated": jira_time(comment["updated"]), "jsdPublic": comment["public"],
                "properties": [{"key": k, "value": v} for k, v in comment["properties"].items()]}

    def delete(self, issue: dict, actor: str) -> None:
        del self.issues[issue["id"]]
        self.tell("jira:issue_deleted", "", issue, actor)

    def clone(self, issue: dict, actor: str) -> dict:
        twin = copy.deepcopy(issue)
        self.counters[issue["project"]] += 1
        at = now_ms()
        twin.update(id=str(self.next_issue), key=f"{issue['project']}-{self.counters[issue['project']]}", creator=actor, created=at,
                    updated=at, status="Waiting for support", resolution=None, changelog=[], comments=[],
                    summary="CLONE - " + issue["summary"])
        self.next_issue += 1
        self.issues[twin["id"]] = twin
        self.tell("jira:issue_created", "issue_created", twin, actor)
        return twin

    def oracle(self) -> dict:
        """Facts for tests, from Jira's side alone."""
        markers: dict[str, list] = {}
        public = 0
        for issue in self.issues.values():
            for label in issue["labels"]:
                if label.startswith("gar-") and issue["creator"] == "acc-connector":
                    markers.setdefault(label, []).append(issue["id"])
            public += sum(1 for c in issue["comments"] if c["public"] and c["author"] == "acc-connector")
        done = [{"id": i["id"], "key": i["key"], "closed_by": i["closed_by"], "at": i["closed_at"], "status": i["status"]}
                for i in self.issues.values() if STATUSES[i["status"]][1] == "done"]
        return {"markers": markers, "done": done, "public_comments_by_connector": public, "issues": len(self.issues)}
