"""The control port: people act, faults are planted, oracles are asked. Not part of Jira."""
from model import ACCOUNTS, PROJECTS, REQUEST_TYPE_FIELD, STATUSES, Refused, now_ms


def doc(text: str) -> dict:
    return {"version": 1, "type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]}


class Control:
    def __init__(self, model, hooks, faults, calls):
        self.model, self.hooks, self.faults, self.calls = model, hooks, faults, calls

    def call(self, method: str, what: str, body) -> tuple:
        if method == "GET":
            answers = {"oracle": self.model.oracle, "calls": lambda: list(self.calls),
                       "state": lambda: {"issues": list(self.model.issues.values())},
                       "hooks": lambda: {"sent": self.hooks.sent, "failed": self.hooks.failed}}
            return (200, answers[what]()) if what in answers else (404, None)
        actions = {"act": self.act, "fault": self.fault, "clear": self.clear, "webhooks": self.webhooks, "index_lag": self.index_lag,
                   "reset": self.reset, "bulk_create": self.bulk_create, "clear_calls": self.clear_calls}
        return actions[what](body) if what in actions else (404, None)

    def fault(self, body):
        self.faults.add(body)
        return 200, {}

    def clear(self, _body):
        self.faults.clear()
        return 200, {}

    def clear_calls(self, _body):
        self.calls.clear()
        return 200, {}

    def webhooks(self, body):
        self.hooks.trouble.update(body)
        return 200, self.hooks.trouble

    def index_lag(self, body):
        self.model.index_lag_ms = int(body["ms"])
        return 200, {}

    def reset(self, _body):
        self.model.reset()
        self.faults.clear()
        self.calls.clear()
        return 200, {}

    def bulk_create(self, body):
        for n in range(int(body["count"])):
            self.model.create("acc-customer", self.form({"summary": f"Bulk {n}", "text": "x " * (int(body.get("bytes", 200)) // 2)}))
        return 200, {"issues": len(self.model.issues)}

    @staticmethod
    def form(body: dict) -> dict:
        """The portal form of a request, with sensible values where the test does not care."""
        project = body.get("project", "IAM")
        kinds = sorted(PROJECTS[project]["types"])
        fields = {"project": {"key": project}, "issuetype": {"name": "Service Request"}, "summary": body.get("summary", "Access"),
                  "description": doc(body.get("text", "Please.")), REQUEST_TYPE_FIELD: body.get("request_type", kinds[1]),
                  "customfield_10050": {"value": "SAP FIN"}, "customfield_10052": "fin-ledger-admin", "customfield_10061": "okafor"}
        fields.update(body.get("fields", {}))
        return {k: v for k, v in fields.items() if v is not None}

    def act(self, body):
        """{actor, do, issue, ...}: what a person (or a rule) does in Jira."""
        actor, do, model = body.get("actor", "acc-agent"), body["do"], self.model
        if actor not in ACCOUNTS:
            raise Refused(400, [f"no account {actor}"])
        if do == "create":
            issue = model.create(actor, self.form(body))
            for approver in body.get("approvers", []):
                issue["approvals"].append({"id": str(len(issue["approvals"]) + 1), "approvers": [approver], "answers": {},
                                           "decision": "pending", "created": now_ms()})
            return 200, {"id": issue["id"], "key": issue["key"]}
        issue = model.find(body["issue"])
        if do == "transition":
            names = {t[1]: t[0] for t in model.transitions(issue, actor)}
            if body["name"] not in names:
                raise Refused(400, [f"{actor} has no transition '{body['name']}' in '{issue['status']}'"])
            model.transition(issue, actor, names[body["name"]], {})
        elif do == "fields":
            model.edit(issue, actor, body["fields"])
        elif do == "comment":
            model.comment(issue, actor, doc(body["text"]), [])
        elif do == "delete":
            model.delete(issue, actor)
        elif do == "force_status" and body["to"] in STATUSES:
            model.move(issue, actor, body["to"])
        elif do == "approve":
            pending = [a for a in issue["approvals"] if a["decision"] == "pending" and actor in a["approvers"]]
            if not pending:
                raise Refused(400, [f"{actor} has nothing to approve"])
            pending[0]["answers"][actor] = pending[0]["decision"] = body.get("decision", "approved")
            model.changed(issue, actor, [])
            model.tell("jira:issue_updated", "issue_updated", issue, actor)
        elif do == "clone":
            return 200, {"id": model.clone(issue, actor)["id"]}
        else:
            raise Refused(400, [f"nobody can do '{do}'"])
        return 200, {"id": issue["id"], "key": issue["key"], "status": issue["status"]}
