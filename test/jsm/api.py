"""The REST endpoints: method and path to an answer (status, JSON or None, headers)."""
import re

from model import ACCOUNTS, FIELDS, PROJECTS, REQUEST_TYPE_FIELD, Model, Refused, jira_time, now_ms, status_json, user_json
from search import Index

ROUTES = []


def route(method: str, pattern: str):
    def keep(function):
        ROUTES.append((method, re.compile(pattern + r"\Z"), function))
        return function
    return keep


class Api:
    def __init__(self, model: Model, index: Index, hooks):
        self.model, self.index, self.hooks = model, index, hooks

    def call(self, actor: str, method: str, path: str, query: dict, body):
        known = False
        for wanted, pattern, function in ROUTES:
            m = pattern.match(path)
            known |= m is not None
            if m and wanted == method:
                if path.startswith("/rest/servicedeskapi") and not ACCOUNTS[actor]["agent"] and "approval" not in path:
                    return 403, None
                return function(self, actor, query, body, *m.groups())
        return (405, {"errorMessages": ["Method not allowed"], "errors": {}}) if known else (404, None)

    # --- platform --------------------------------------------------------------------------------------------------------

    @route("GET", "/rest/api/3/myself")
    def myself(self, actor, query, body):
        return 200, user_json(actor)

    @route("GET", "/rest/api/3/serverInfo")
    def server_info(self, actor, query, body):
        return 200, {"baseUrl": "http://127.0.0.1", "version": "1001.0.0-SNAPSHOT", "deploymentType": "Cloud",
                     "serverTime": jira_time(now_ms())}

    @route("GET", "/rest/api/3/field")
    def field(self, actor, query, body):
        out = [{"id": REQUEST_TYPE_FIELD, "name": "Request Type", "custom": True,
                "schema": {"type": "sd-customerrequesttype", "custom": "com.atlassian.servicedesk:vp-origin", "customId": 10010}}]
        for key, (name, form, _) in FIELDS.items():
            out.append({"id": key, "key": key, "name": name, "custom": True, "schema": {"type": "option" if form == "option" else "string"}})
        return 200, out

    @route("POST", "/rest/api/3/search/jql")
    def search_jql(self, actor, query, body):
        return 200, self.index.search(body)

    @route("GET", "/rest/api/3/search")
    @route("POST", "/rest/api/3/search")
    def old_search(self, actor, query, body):
        return 410, {"errorMessages": ["The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
                                       "A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"],
                     "errors": {}}

    @route("POST", "/rest/api/3/issue")
    def create(self, actor, query, body):
        issue = self.model.create(actor, body.get("fields") or {}, body.get("properties"))
        return 201, {"id": issue["id"], "key": issue["key"], "self": f"/rest/api/3/issue/{issue['id']}"}

    @route("GET", "/rest/api/3/issue/([A-Z0-9-]+)")
    def issue(self, actor, query, body, number):
        properties = tuple(p for p in query.get("properties", "").split(",") if p)
        return 200, self.model.issue_json(self.model.find(number), "changelog" in query.get("expand", ""), properties)

    @route("PUT", "/rest/api/3/issue/([A-Z0-9-]+)")
    def edit(self, actor, query, body, number):
        if not ACCOUNTS[actor]["agent"]:
            raise Refused(403, ["You do not have permission to edit this issue."])
        self.model.edit(self.model.find(number), actor, body.get("fields") or {})
        return 204, None

    @route("DELETE", "/rest/api/3/issue/([A-Z0-9-]+)")
    def delete(self, actor, query, body, number):
        self.model.delete(self.model.find(number), actor)
        return 204, None

    @route("GET", "/rest/api/3/issue/([A-Z0-9-]+)/changelog")
    def changelog(self, actor, query, body, number):
        log = self.model.find(number)["changelog"]
        start, size = int(query.get("startAt", 0)), min(int(query.get("maxResults", 100)), 100)
        page = log[start:start + size]
        return 200, {"startAt": start, "maxResults": size, "total": len(log), "isLast": start + size >= len(log), "values": page}

    @route("GET", "/rest/api/3/issue/([A-Z0-9-]+)/transitions")
    def transitions(self, actor, query, body, number):
        issue = self.model.find(number)
        out = []
        for t in self.model.transitions(issue, actor):
            one = {"id": t[0], "name": t[1], "to": status_json(t[3]), "hasScreen": bool(t[5]), "isGlobal": t[2] is None,
                   "isInitial": False, "isAvailable": True, "isConditional": t[4] != "agents"}
            if "transitions.fields" in query.get("expand", ""):
                one["fields"] = {f: {"required": False, "name": f.title(), "key": f, "schema": {"type": f, "system": f},
                                     "operations": ["set"], "allowedValues": [{"id": "10000", "name": "Done"}]} for f in t[5]}
            out.append(one)
        return 200, {"expand": "transitions", "transitions": out}

    @route("POST", "/rest/api/3/issue/([A-Z0-9-]+)/transitions")
    def transition(self, actor, query, body, number):
        self.model.transition(self.model.find(number), actor, str((body.get("transition") or {}).get("id")), body.get("fields") or {})
        return 204, None

    @route("GET", "/rest/api/3/issue/([A-Z0-9-]+)/comment")
    def comments(self, actor, query, body, number):
        issue = self.model.find(number)
        shown = [c for c in issue["comments"] if c["public"] or ACCOUNTS[actor]["agent"]]
        return 200, {"startAt": 0, "maxResults": 100, "total": len(shown),
                     "comments": [self.model.comment_json(issue, c) for c in shown]}

    @route("POST", "/rest/api/3/issue/([A-Z0-9-]+)/comment")
    def add_comment(self, actor, query, body, number):
        issue = self.model.find(number)
        return 201, self.model.comment_json(issue, self.model.comment(issue, actor, body.get("body"), body.get("properties")))

    @route("PUT", "/rest/api/3/issue/([A-Z0-9-]+)/comment/([0-9]+)")
    def edit_comment(self, actor, query, body, number, comment):
        issue = self.model.find(number)
        return 200, self.model.comment_json(issue, self.model.comment(issue, actor, body.get("body"), body.get("properties"), comment))

    @route("GET", "/rest/api/3/issue/([A-Z0-9-]+)/properties/([^/]+)")
    def property(self, actor, query, body, number, key):
        issue = self.model.find(number)
        if key not in issue["properties"]:
            raise Refused(404, ["The property with the given key does not exist."])
        return 200, {"key": key, "value": issue["properties"][key]}

    @route("PUT", "/rest/api/3/issue/([A-Z0-9-]+)/properties/([^/]+)")
    def put_property(self, actor, query, body, number, key):
        issue = self.model.find(number)
        fresh = key not in issue["properties"]
        issue["properties"][key] = body
        return 201 if fresh else 200, None

    # --- JSM -------------------------------------------------------------------------------------------------------------

    @route("GET", "/rest/servicedeskapi/request/([A-Z0-9-]+)/approval")
    def approvals(self, actor, query, body, number):
        issue = self.model.find(number)
        return 200, {"size": len(issue["approvals"]), "start": 0, "limit": 50, "isLastPage": True,
                     "values": [self.approval_json(a, actor) for a in issue["approvals"]]}

    @staticmethod
    def approval_json(a: dict, actor: str) -> dict:
        return {"id": a["id"], "name": "Access approval", "finalDecision": a["decision"], "canAnswerApproval": actor in a["approvers"],
                "approvers": [{"approver": user_json(p), "approverDecision": a["answers"].get(p, "pending")} for p in a["approvers"]],
                "createdDate": {"epochMillis": a["created"], "jira": jira_time(a["created"])}}

    @route("POST", "/rest/servicedeskapi/request/([A-Z0-9-]+)/approval/([0-9]+)")
    def answer_approval(self, actor, query, body, number, approval):
        issue = self.model.find(number)
        for a in issue["approvals"]:
            if a["id"] != approval:
                continue
            if actor not in a["approvers"]:
                return 403, {"errorMessage": "You are not an approver of this request.", "i18nErrorMessage": {}}
            if a["decision"] != "pending":
                return 409, {"errorMessage": "The approval has already been completed.", "i18nErrorMessage": {}}
            decision = {"approve": "approved", "decline": "declined"}.get(body.get("decision"))
            if not decision:
                return 400, {"errorMessage": "decision must be approve or decline", "i18nErrorMessage": {}}
            a["answers"][actor] = a["decision"] = decision
            self.model.move(issue, actor, "Waiting for support" if decision == "approved" else "Cancelled")
            return 200, self.approval_json(a, actor)
        return 404, {"errorMessage": "The approval does not exist.", "i18nErrorMessage": {}}

    @route("GET", "/rest/servicedeskapi/servicedesk/([0-9]+)/requesttype")
    def request_types(self, actor, query, body, desk):
        for key, project in PROJECTS.items():
            if project["desk"] == desk:
                values = [{"id": k, "name": v, "serviceDeskId": desk} for k, v in project["types"].items()]
                return 200, {"size": len(values), "start": 0, "limit": 50, "isLastPage": True, "values": values}
        return 404, {"errorMessage": "The service desk does not exist.", "i18nErrorMessage": {}}

    @route("POST", "/rest/webhooks/1.0/webhook")
    def register_webhook(self, actor, query, body):
        if "admins" not in ACCOUNTS[actor]["groups"]:
            return 403, {"errorMessages": ["Administer Jira permission is needed."], "errors": {}}
        try:
            return 201, self.hooks.register(body)
        except ValueError as wrong:
            raise Refused(400, [str(wrong)]) from wrong
